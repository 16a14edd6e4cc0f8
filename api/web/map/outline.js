// The map as a list, for keyboards, screen readers and narrow screens.
import { html } from "../app/ui.js";
import { moveByArrows } from "../app/keys.js";
import { plural, sentence, stuckOf, words } from "../app/format.js";
import { effectWords } from "./effect_text.js";
import { EFFECTS, FAILED, styleOf } from "./effects.js";
import { Mark } from "./legend.js";

/** `grouped`: by team and workflow; else from the failed elements on. */
export function Outline({ model, roots, causes, effects, counts, chosen, path, onChoose, grouped }) {
  const rest = { model, causes, effects, counts, chosen, path, onChoose };
  if (grouped || !causes.failed.size) return html`
    <div class="outline" onKeyDown=${moveByArrows}><${Groups} nodes=${roots} ...${rest} /></div>
  `;
  const after = childrenOf(causes);
  return html`<div class="outline" onKeyDown=${moveByArrows}>
    <ul>
      ${[...causes.failed]
          .filter((id) => model.byId.has(id))
          .map((id) => html`<${Branch} key=${id} id=${id} after=${after} ...${rest} />`)}
    </ul>
    <${Steps} ...${rest} />
  </div>`;
}

/** Each element below the one that reached it first, so that the list is a tree. */
function childrenOf({ failed, links, hops }) {
  const after = new Map();
  const placed = new Set(failed);
  const sorted = [...links.values()].sort((a, b) => (hops.get(a.to) ?? 0) - (hops.get(b.to) ?? 0));
  for (const { from, to } of sorted) {
    if (placed.has(to) || !hops.has(to)) continue;
    placed.add(to);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  return after;
}

function Branch({ id, after, ...rest }) {
  const children = after.get(id) ?? [];
  return html`
    <li>
      <${Line} id=${id} withWorkflow ...${rest} />
      ${children.length > 0 && html`
        <ul>
          ${children.map((child) => html`<${Branch} key=${child} id=${child} after=${after} ...${rest} />`)}
        </ul>
      `}
    </li>
  `;
}

/** `withWorkflow`: no heading says of which workflow a step is, and several have one of its name. */
function Line({ id, withWorkflow, model, causes, effects, counts, chosen, path, onChoose }) {
  const element = model.byId.get(id);
  const seen = effects.get(id);
  const count = counts.get(id);
  const failed = causes.failed.has(id);
  return html`
    <button type="button" data-stop
        class="outline-line ${styleOf(seen?.effect)} ${path?.includes(id) ? "lit" : ""}"
        aria-pressed=${id === chosen ? "true" : "false"} onClick=${() => onChoose(id)}>
      ${failed && html`
        <${Mark} mark=${FAILED.mark} kind="failed" />
      `}${seen && html`
        <${Mark} mark=${EFFECTS[seen.effect].mark} kind=${styleOf(seen.effect)} />
      `}
      <span class="outline-name">
        ${element?.name ?? id}
      </span> <span class="muted">
        ${element && (withWorkflow ? kindOf(element, model) : words(element.kind))}
      </span>
      ${seen && html`
        <span class="outline-effect">${failed ? `${FAILED.says}: ` : ""}${effectWords(seen)}</span>
      `}
      ${count && html`
        <span class="outline-count">
          ${count.orders ? plural(count.orders, "order") : "under 1 order"}${
            count.stuck ? `, ${stuckOf(count.orders, count.stuck)}` : ""}
        </span>
      `}
    </button>`;
}

const kindOf = ({ kind, parent }, model) =>
  (kind === "STEP" ? `step of ${model.byId.get(parent)?.name ?? parent}` : words(kind));

/** Current steps of the affected orders, by workflow. */
function Steps(rest) {
  const { model, counts } = rest;
  const byWorkflow = new Map();
  for (const element of model.byId.values()) {
    if (
      element.kind === "STEP"
        && counts.has(element.id)
    ) byWorkflow.set(
      element.parent,
      [...(byWorkflow.get(element.parent) ?? []), element.id]
    );
  }
  if (!byWorkflow.size) return null;
  return html`
    <h3>Where the orders are now</h3>
    ${[...byWorkflow]
        .map(([workflow, steps]) => html`
          <section key=${workflow}><h4>${model.byId.get(workflow)?.name ?? workflow}</h4>
            <ol>${steps.map((id) => html`<li key=${id}><${Line} id=${id} ...${rest} /></li>`)}</ol></section>
        `)}
  `;
}

function Groups({ nodes, ...rest }) {
  return html`<ul>${nodes.map((node) => (node.group
      ? html`
        <li key=${node.id}>
          <details open=${node.open}>
            <summary data-stop>
              ${sentence(node.group.name)} <span class="muted">
                ${plural(node.members.length, "element")}
              </span>
            </summary>
            <${Groups} nodes=${node.children} ...${rest} />
          </details>
        </li>
      `
      : html`<li key=${node.id}><${Line} id=${node.id} ...${rest} /></li>`))}</ul>`;
}
