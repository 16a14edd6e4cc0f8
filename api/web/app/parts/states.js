// States without data: loading, error, empty. Each says what to do next.
import { html, useEffect, useState } from "../ui.js";

const SOON = 150; // milliseconds; most answers come faster, and show no spinner

const ADVICE = {
  BAD_INPUT: "Check the address of this page: it may contain an invalid value.",
  NOT_FOUND: "Press / and search for a part of it.",
  TOO_COMPLEX: "Set a filter, or export everything as CSV.",
  DEADLINE_EXCEEDED: "Try again; if it stays slow, set a filter.",
  STORE_UNAVAILABLE: "The store does not answer. Try again in a moment; /readyz reports when it is back.",
  NO_CONNECTION: "Check that the server is running and reachable. This page retries by itself.",
  UNAUTHENTICATED: "Log in, or give an API key.",
  FORBIDDEN: "Open your name at the top of the page to see what your role permits.",
  INTERNAL: "Try again; if it persists, report it with the id.",
};

export function Loading({ what = "" }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SOON);
    return () => clearTimeout(timer);
  }, []);
  return html`
    <div class="loading" role="status" aria-busy="true">
      ${late && html`
        <span class="spinner" aria-hidden="true"></span> Loading${what && ` ${what.toLowerCase()}`} …
      `}
    </div>
  `;
}

// `whole`: it replaces the whole view, and has its heading.
export function Problem({ error, retry = null, whole = false }) {
  const title = error.code === "NOT_FOUND" ? "Not found" : "Something went wrong";
  return html`<section class="problem card" role="alert">
    ${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
    <p>${error.message}</p>
    ${error.problems?.length > 0 && html`
      <ul>${error.problems.map((one) => html`<li>${one.message ?? one}</li>`)}</ul>
    `}
    ${error.near?.length > 0 && html`<p>Did you mean: ${error.near.join(", ")}</p>`}
    <p class="muted">${ADVICE[error.code] ?? "Reload the page."} ${error.id && `Id: ${error.id}`}</p>
    ${retry && html`<p><button class="button" onClick=${retry}>Try again</button></p>`}
  </section>`;
}

export function Empty({ title, whole = false, children }) {
  return html`
    <section class="empty card">
      ${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}${children}
    </section>
  `;
}

// All three in one: renders children(data) once there are data, below the error of a failed reload.
export function Answered({ answer, what, whole = false, children }) {
  if (answer.error && !answer.data) return html`
    <${Problem} error=${answer.error} retry=${answer.reload} whole=${whole} />
  `;
  if (!answer.data) return html`<${Loading} what=${what} />`;
  return html`
    ${answer.error && html`
      <${Problem} error=${answer.error} retry=${answer.reload} />
    `}${children(answer.data)}
  `;
}
