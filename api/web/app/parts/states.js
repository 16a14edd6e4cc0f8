// What stands where data will be, is not, or cannot be. Each says what to do next.
import { html, useEffect, useState } from "../ui.js";

const SOON = 150; // milliseconds in which most answers come: nothing flickers for them

const ADVICE = {
  BAD_INPUT: "Change the question: the address of this page may carry a value that does not exist.",
  NOT_FOUND: "Look for it in the search box: press / and type a part of it.",
  TOO_COMPLEX: "Ask for less at once: set a filter, or export everything as CSV.",
  DEADLINE_EXCEEDED: "Try again; if it stays slow, set a filter to ask for less.",
  STORE_UNAVAILABLE: "The store does not answer. Try again in a moment; /readyz tells whether it is back.",
  NO_CONNECTION: "Check that the server runs and that you are on its network. This page tries again by itself.",
  INTERNAL: "Try again, and report it with the id if it stays.",
};

export function Loading({ what = "" }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SOON);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="loading" role="status" aria-busy="true">${late && html`<span class="spinner" aria-hidden="true"></span> Asking${what && ` for ${what.toLowerCase()}`} …`}</div>`;
}

// `whole`: it stands for the whole view, and has its heading.
export function Problem({ error, retry = null, whole = false }) {
  const title = error.code === "NOT_FOUND" ? "There is no such thing" : "This could not be answered";
  return html`<section class="problem card" role="alert">
    ${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
    <p>${error.message}</p>
    ${error.problems?.length > 0 && html`<ul>${error.problems.map((one) => html`<li>${one.message ?? one}</li>`)}</ul>`}
    ${error.near?.length > 0 && html`<p>Nearest: ${error.near.join(", ")}</p>`}
    <p class="muted">${ADVICE[error.code] ?? "Load the page again."} ${error.id && `Id: ${error.id}`}</p>
    ${retry && html`<p><button class="button" onClick=${retry}>Try again</button></p>`}
  </section>`;
}

export function Empty({ title, whole = false, children }) {
  return html`<section class="empty card">${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}${children}</section>`;
}

// The usual three in one: draws children(data) as soon as there are data, with a trouble above them where a later question failed.
export function Answered({ answer, what, whole = false, children }) {
  if (answer.error && !answer.data) return html`<${Problem} error=${answer.error} retry=${answer.reload} whole=${whole} />`;
  if (!answer.data) return html`<${Loading} what=${what} />`;
  return html`${answer.error && html`<${Problem} error=${answer.error} retry=${answer.reload} />`}${children(answer.data)}`;
}
