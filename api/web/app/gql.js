// Asks the server. What it says is `data`; what goes wrong is thrown as a Trouble, told by its code.

const SLACK = 2; // seconds that an answer may travel beyond the server's own deadline

export class Trouble extends Error {
  constructor(code, message, more = {}) {
    super(message);
    this.code = code; // of docs/api.md, or NO_CONNECTION, CANCELLED
    this.near = more.near ?? []; // NOT_FOUND: the nearest ids that exist
    this.problems = more.problems ?? []; // BAD_INPUT: everything that is wrong
    this.id = more.id ?? null; // INTERNAL: finds it in the server's log
  }
}

export function troubleOf(errors) {
  const [first] = errors;
  const message = [...new Set(errors.map((error) => error.message))].join(" ");
  return new Trouble(first.extensions?.code ?? "BAD_INPUT", message, first.extensions ?? {});
}

export async function gql(query, variables = {}, { signal = null, seconds = 10 } = {}) {
  const timeout = AbortSignal.timeout((seconds + SLACK) * 1000);
  let answer;
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "impactgraph-deadline": `${seconds}s` },
      body: JSON.stringify({ query, variables }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    answer = await response.json();
  } catch (error) {
    if (signal?.aborted) throw new Trouble("CANCELLED", "It was not needed any more.");
    if (timeout.aborted) throw new Trouble("DEADLINE_EXCEEDED", `No answer came within ${seconds + SLACK} s.`);
    throw new Trouble("NO_CONNECTION", `The server cannot be reached (${error.message}).`);
  }
  if (answer.errors?.length) throw troubleOf(answer.errors);
  return answer.data;
}
