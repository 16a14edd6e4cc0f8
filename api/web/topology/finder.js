// Finds elements by a part of their name or id, in the loaded topology.
import { html, useState } from "/web/app/ui.js";
import { moveByArrows } from "/web/app/keys.js";
import { words } from "/web/app/format.js";
import { hrefWith } from "/web/app/router.js";
import { nameOf } from "../map/model.js";
import { matching } from "./near.js";

/** What belongs to the former element. */
const CHANGED = { path: null, failure: null };

export function Finder({ model, params }) {
  const id = params.get("element");
  const to = params.get("to");
  return html`<div class="finders">
    <${Field} model=${model} label=${id ? `Element: ${nameOf(model, id)}` : "Find an element"}
        param="element" chosen=${id} />
    ${id
        && !params.has("whatif")
        && !params.has("versions") && html`
          <${Field} model=${model} label=${to ? `Path to: ${nameOf(model, to)}` : "Path to"} param="to"
              chosen=${to} />
        `}
  </div>`;
}

function Field({ model, label, param, chosen }) {
  const [text, setText] = useState("");
  const found = matching(model, text);
  const field = `find-${param}`;
  return html`<div class="finder" onKeyDown=${moveByArrows}>
    <label for=${field}>${label}</label>
    <div class="row">
      <input id=${field} data-stop type="text" autocomplete="off" spellcheck="false"
          placeholder="Part of a name or id" value=${text} onInput=${(event) => setText(event.target.value)}
          onKeyDown=${(event) => {
            if (event.key === "ArrowDown") {
              event.preventDefault();
              event.currentTarget.closest(".finder").querySelector("a[data-stop]")?.focus();
            } if (
              event.key === "Enter"
                && found[0]
            ) {
              location.hash = hrefWith({ ...CHANGED, [param]: found[0].id });
              setText("");
            }
          }} />
      ${chosen && html`<a class="small" href=${hrefWith({ ...CHANGED, [param]: null, to: null })}>Clear</a>`}
    </div>
    ${text && html`
      <ul class="finder-found">
        ${found.map((element) => html`
          <li key=${element.id}>
            <a data-stop href=${hrefWith({ ...CHANGED, [param]: element.id })} onClick=${() => setText("")}>
              ${element.name} <span class="muted small">${words(element.kind)} ${element.id}</span>
            </a>
          </li>
        `)}
        ${!found.length && html`<li class="muted">No element matches. Try a shorter part.</li>`}</ul>`}
  </div>`;
}
