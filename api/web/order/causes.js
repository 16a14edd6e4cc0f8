// The causes, most likely first, each with its evidence and its path.
import { html } from "/web/app/ui.js";
import { effectName } from "/web/map/effects.js";
import { percent, withoutZone } from "/web/app/format.js";
import { Badge, IdLink, Time } from "/web/app/parts/words.js";

// `evidence`: the text above; the sentence of the path is omitted where the evidence contains it.
function Hops({ path, evidence }) {
  if (!path?.hops.length) return null;
  return html`
    <details><summary>The path, in ${path.hops.length} ${path.hops.length === 1 ? "hop" : "hops"}</summary>
      ${!evidence.includes(path.sentence) && html`<p class="small">${withoutZone(path.sentence)}</p>`}
      <ol class="hops">
        ${path.hops.map((hop) => html`
          <li>
            <p>
              <${IdLink} id=${hop.from} /> → <${IdLink} id=${hop.to} />${" "}
              <${Badge} of=${hop.effect}>${effectName(hop.effect)}<//>
            </p>
            <p class="small muted">
              <${Time} at=${hop.at} only="absolute" /> · ${withoutZone(hop.detail)}
            </p></li>`)}</ol>
    </details>`;
}

// The evidence without the summary of the failure, which is the heading here.
const evidenceOf =
  ({ evidence, failure }) => withoutZone(
    failure?.summary ? evidence.replace(` (${failure.summary})`, "") : evidence
  );

function Cause({ cause }) {
  const about = cause.failure
    ? html`<${IdLink} id=${cause.failure.id}>${cause.failure.summary || cause.failure.id}<//>`
    : cause.element && html`<${IdLink} id=${cause.element.id}>${cause.element.name}<//>`;
  return html`<li>
    <p>
      <strong>
        ${about || withoutZone(cause.evidence)}
      </strong> <span class="muted nowrap">
        ${percent(cause.likelihood)} likely
      </span>
    </p>
    ${about && html`<p>${evidenceOf(cause)}</p>`}
    ${cause.failure?.expectedEnd
        && cause.failure.active && html`
          <p class="small muted">Expected to end <${Time} at=${cause.failure.expectedEnd} /></p>
        `}
    <${Hops} path=${cause.path} evidence=${cause.evidence} />
  </li>`;
}

export function Causes({ diagnosis }) {
  if (!diagnosis.causes.length) return null;
  return html`
    <section class="card">
      <h2>${diagnosis.causes.length === 1 ? "The cause" : "Causes, most likely first"}</h2>
      <ol class="causes">${diagnosis.causes.map((cause) => html`<${Cause} cause=${cause} />`)}</ol>
    </section>`;
}
