// In the head of the page: who is asking, with role and orders, and the logout; and the field for an API key.
import { html, useEffect, useRef, useState } from "./ui.js";
import { changeKey, hasKey, leave, loginAddress, methods, need } from "./login.js";
import { useStore } from "./store.js";
import { isSomebody, rolesInWords, rowsInWords, viewer } from "./viewer.js";

/** A button with the name; nothing where everybody is the local user. */
export function Who() {
  const who = useStore(viewer);
  const [open, setOpen] = useState(false);
  if (!isSomebody(who)) return null;
  return html`
    <button class="quiet who" type="button" onClick=${() => setOpen(true)} aria-haspopup="dialog">
      <span class="sr">Logged in as </span>${who.name}
    </button>
    ${open && html`<${Card} who=${who} onClose=${() => setOpen(false)} />`}
  `;
}

function Card({ who, onClose }) {
  const dialog = useRef(null);
  const [canLogOut, setCanLogOut] = useState(false);
  useEffect(() => {
    dialog.current.showModal();
    if (!hasKey()) methods().then(({ browser }) => setCanLogOut(browser));
  }, []);
  const rows = rowsInWords(who.rows);
  return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="who-title">
    <h2 id="who-title">${who.name}</h2>
    <dl class="pairs">
      <div><dt>${who.roles.length === 1 ? "Role" : "Roles"}</dt><dd>${rolesInWords(who.roles)}</dd></div>
      <div><dt>Sees</dt><dd>${rows ?? "all orders"}</dd></div>
      <div><dt>May</dt><dd>${rolesInWords(who.permissions) || "nothing"}</dd></div>
    </dl>
    <div class="row">
      ${hasKey() && html`
        <button class="button" type="button" onClick=${() => changeKey(null)}>Forget the key</button>
      `}
      ${canLogOut && html`<a class="button" href="/logout" onClick=${leave}>Log out</a>`}
      <form method="dialog"><button class="button">Close</button></form>
    </div>
  </dialog>`;
}

/** A line on every view of somebody who sees some of the orders: all figures are of these. */
export function RowNote() {
  const who = useStore(viewer);
  const rows = rowsInWords(who?.rows);
  return rows && html`<p class="row-note small" role="note">You see ${rows}.</p>`;
}

/** In place of a view, while the server does not know who asks. */
export function Unknown() {
  const missing = useStore(need);
  return missing === "stuck"
    ? html`<section class="card" role="alert">
        <h1>Not logged in</h1>
        <p>You are logged in, but this browser did not keep the session. Allow cookies for this site.</p>
        <p><a class="button first" href=${loginAddress()}>Log in again</a></p>
      </section>`
    : html`<${KeyForm} />`;
}

function KeyForm() {
  const [text, setText] = useState("");
  const submit = (event) => { event.preventDefault(); if (text.trim()) changeKey(text); };
  return html`<section class="card">
    <h1>Who are you?</h1>
    <p>
      ${hasKey() ? "The server does not accept this key: it is unknown, revoked or expired." : html`
        This server needs an API key. Whoever runs it makes one with <code>impactgraph keys</code>.
      `}
    </p>
    <form class="row" onSubmit=${submit}>
      <label class="field"><span>API key</span>
        <input type="password" autocomplete="off" value=${text} required
            onInput=${(event) => setText(event.target.value)} />
      </label>
      <button class="button first" type="submit">Use this key</button>
    </form>
    <p class="muted small">It is kept in this tab until you close it.</p>
  </section>`;
}
