// The likely causes of an incident, and why: evidence, paths, what is silent, what changed before.
import { html } from "/web/app/ui.js";
import { key, percent, plural, sentence, words } from "/web/app/format.js";
import { IdLink, Time } from "/web/app/parts/words.js";

const FIRST = 3;
const MOST_PATHS = 5;

export function Causes({ incident }) {
  const { likelyCause, unknown } = incident;
  const [first, ...others] = likelyCause;
  return html`<section class="card" aria-labelledby="causes">
    <h2 id="causes">Likely cause</h2>
    ${first
      ? html`<${Cause} of=${first} />`
      : html`<p>Nothing in the topology explains it.</p>`}
    ${others.length > 0 && html`
      <details>
        <summary>${plural(others.length, "other element")} that would explain some of it</summary>
        <ul class="causes">
          ${others.slice(0, FIRST).map((one) => html`<li key=${one.element.id}><${Cause} of=${one} /></li>`)}
        </ul>
        ${others.length > FIRST && html`
          <p class="small muted">
            Less likely: ${others.slice(FIRST).map(({ element, score }, at) => html`
              ${at > 0 && ", "}<${IdLink} id=${element.id}>${element.name}<//> ${percent(score)}
            `)}.
          </p>
        `}
      </details>
    `}
    <p class="small muted">
      ${percent(unknown)}: none of these: a false alarm, or something that the topology does not have.
    </p>
  </section>`;
}

function Cause({ of }) {
  const { element, class: failureClass, score, evidence, path, silent, changes, explainsIds } = of;
  return html`<div class="cause" data-cause=${element.id}>
    <p>
      <strong class="figure">${percent(score)}</strong>${" "}
      ${sentence(words(failureClass))} of <${IdLink} id=${element.id}>${element.name}<//>
    </p>
    <p class="small">${evidence}</p>
    ${path.length > 0 && html`
      <ul class="plain small">
        ${path.slice(0, MOST_PATHS).map((one) => html`<li key=${one.sentence}>${one.sentence}</li>`)}
        ${path.length > MOST_PATHS && html`<li>and ${plural(path.length - MOST_PATHS, "more path")}</li>`}
      </ul>
    `}
    ${silent.length > 0 && html`
      <p class="small">
        Silent, although it should have raised an
        alert: ${silent.map(({ id, name }, at) => html`${at > 0 && ", "}<${IdLink} id=${id}>${name}<//>`)}.
      </p>
    `}
    ${changes.length > 0 && html`
      <p class="small"><strong>What changed before</strong></p>
      <ul class="plain small">${changes.map((one) => html`<${Change} key=${one.key} of=${one} />`)}</ul>
    `}
    <p class="small muted">Explains ${explainsIds.map(key).join(", ") || "nothing alone"}.</p>
  </div>`;
}

/** A link only where the address is one of the web: it comes from another system. */
export const Evidence = ({ of }) => /^https?:\/\//.test(of ?? "") && html`
  ${" "}<a href=${of} rel="noreferrer">Details</a>
`;

const Change = ({ of: { kind, summary, version, by, startedAt, elements, evidence } }) => html`<li>
  ${sentence(words(kind))}${version && ` ${version}`} of
  ${" "}${elements.map(({ id, name }, at) => html`${at > 0 && ", "}<${IdLink} id=${id}>${name}<//>`)},
  ${" "}<${Time} at=${startedAt} />${by && `, by ${by}`}.${summary && ` ${summary}`}
  <${Evidence} of=${evidence} />
</li>`;
