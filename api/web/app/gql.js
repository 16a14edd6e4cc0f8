// Sends GraphQL to the server. Resolves to `data`; rejects with a RequestError, which has a code.
import { authenticated, credentials, unauthenticated } from "./login.js";

const SLACK = 2; // seconds for the network, beyond the server's own deadline

export class RequestError extends Error {
  constructor(code, message, more = {}) {
    super(message);
    this.code = code; // of docs/api.md, or NO_CONNECTION, CANCELLED
    this.near = more.near ?? []; // NOT_FOUND: similar ids that exist
    this.problems = more.problems ?? []; // BAD_INPUT: everything that is wrong
    this.id = more.id ?? null; // INTERNAL: the id in the server's log
  }
}

export function errorOf(errors) {
  const [first] = errors;
  const message = [...new Set(errors.map((error) => error.message))].join(" ");
  return new RequestError(first.extensions?.code ?? "BAD_INPUT", message, first.extensions ?? {});
}

export async function gql(query, variables = {}, { signal = null, seconds = 10 } = {}) {
  const timeout = AbortSignal.timeout((seconds + SLACK) * 1000);
  let answer;
  let status;
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "impactgraph-deadline": `${seconds}s`,
        ...credentials()
      },
      body: JSON.stringify({ query, variables }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    status = response.status;
    answer = await response.json();
  } catch (error) {
    if (signal?.aborted) throw new RequestError("CANCELLED", "Cancelled: it is not needed any more.");
    if (timeout.aborted) throw new RequestError(
      "DEADLINE_EXCEEDED",
      `No answer came within ${seconds + SLACK} s.`
    );
    throw new RequestError("NO_CONNECTION", `The server cannot be reached (${error.message}).`);
  }
  if (status === 401) unauthenticated();
  else authenticated();
  if (answer.code) throw new RequestError(answer.code, answer.message, answer);
  if (answer.errors?.length) throw errorOf(answer.errors);
  if (answer.code) throw new RequestError(answer.code, answer.message, answer); // refused before it was read
  return answer.data;
}
