// Short messages on what was just done, announced by screen readers.
import { html } from "./ui.js";
import { makeStore, useStore } from "./store.js";

const DURATION = 4_000;
const shown = makeStore([]);
let last = 0;

export function toast(text) {
  const mine = { id: ++last, text };
  shown.set([...shown.get(), mine]);
  setTimeout(() => shown.set(shown.get().filter((other) => other !== mine)), DURATION);
}

export function Toasts() {
  return html`
    <div class="toasts" role="status">
      ${useStore(shown).map(({ id, text }) => html`<div class="toast" key=${id}>${text}</div>`)}
    </div>
  `;
}
