// Legend of the colours and marks on the map.
import { html } from "../app/ui.js";
import { EFFECTS, FAILED, styleOf } from "./effects.js";

export function Legend({ effects }) {
  const there = new Set([...effects.values()].map(({ effect }) => effect));
  const phases = new Set([...effects.values()].map(({ phase }) => phase));
  return html`<ul class="map-legend" aria-label="Legend">
    <${Entry} mark=${FAILED.mark} kind="failed" text=${FAILED.says} about=${FAILED.means} />
    ${Object.entries(EFFECTS)
        .filter(([name]) => there.has(name))
        .map(([name, { mark, says, means }]) => html`
          <${Entry} key=${name} mark=${mark} kind=${styleOf(name)} text=${says} about=${means} />
        `)}
    ${phases.has("later") && html`<li class="muted">pale: upcoming</li>`}
    ${phases.has("past") && html`<li class="muted">thin: ended</li>`}
  </ul>`;
}

export const Mark =
  ({ mark, kind }) => html`
    <svg class="mark-sign ${kind}" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path class="mark" d=${mark} />
    </svg>
  `;

const Entry =
  ({ mark, kind, text, about }) => html`
    <li title=${about}><${Mark} mark=${mark} kind=${kind} /> ${text}<span class="muted">: ${about}</span></li>
  `;
