// Dependencies and dependents of an element, as a map and as lists.
import { html, useMemo } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { number, sentence, words } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { IdLink } from "/web/app/parts/words.js";
import { change, href, hrefWith } from "/web/app/router.js";
import { effectWords } from "../map/effect_text.js";
import { TopologyMap, asksForList } from "../map/map.js";
import { EFFECTS, effectsAt, styleOf } from "../map/effects.js";
import { Mark } from "../map/legend.js";
import { flip, useImpaired } from "./everything.js";
import { farFrom } from "./near.js";

const SIDE = "{ totalCount pageInfo { hasNextPage } edges { node { id kind name } } }";
const NEAR = `query Near($id: ID!, $depth: Int) { element(id: $id) {
  id kind name attributes owner { id name contact }
  dependencies(depth: $depth, first: 500) ${SIDE} dependents(depth: $depth, first: 500) ${SIDE}
} }`;
const DEPTHS = ["1", "2", "3", "all"];

export function Neighbourhood({ model, params }) {
  const id = params.get("element");
  const depth = DEPTHS.includes(params.get("depth")) ? params.get("depth") : "1";
  const answer = useQuery(NEAR, { id, depth: depth === "all" ? null : Number(depth) });
  return html`<${Answered} answer=${answer} what="element">${({ element }) => (element
      ? html`<${Shown} element=${element} model=${model} params=${params} depth=${depth} />`
      : html`
        <${Empty} title="${id} not found">
          <p>
            The current topology has no such element. Find another one above,
            or <a href=${href("topology")}>see the whole topology</a>.
          </p>
        <//>
      `
  )}
  <//>
  `;
}

function Shown({ element, model, params, depth }) {
  const { impairments, at } = useImpaired();
  const side = params.get("side");
  const open = params.getAll("open");
  const needs = element.dependencies.edges.map(({ node }) => node);
  const needed = element.dependents.edges.map(({ node }) => node);
  const far = useMemo(
    () =>
      farFrom(
        model,
        element.id,
        idsOf(side === "dependents" ? [] : needs),
        idsOf(side === "dependencies" ? [] : needed)
      ),
    [model, element, side]
  );
  const seen = useMemo(() => effectsAt(impairments, at).get(element.id), [impairments, at, element.id]);
  const asList = asksForList(params);
  const choose = (id) => (
    model.byId.has(id)
      ? change({ element: id, open: null })
      : change({ open: flip(open, id) }, { replace: true })
  );
  return html`<section class="card map-card" aria-labelledby="element-title">
    <div class="row spread">
      <div><h2 id="element-title">${element.name} <span class="muted small">${element.id}</span></h2>
        <p class="small">
          ${sentence(words(element.kind))}${element.owner && html`
            , owned
            by <${IdLink} id=${element.owner.id}>
              ${element.owner.name}
            <//> <${Contact} of=${element.owner.contact} />
          `}.
          ${" "}${
            seen
              ? html`
                <strong>
                  <${Mark} mark=${EFFECTS[seen.effect].mark}
                      kind=${styleOf(seen.effect)} /> ${effectWords(seen)}
                </strong>
              `
              : "Not impaired now."
          }
        </p>
      </div>
      <p class="row no-print">
        <a class="button first" href=${hrefWith({ whatif: 1, open: null })}>What if it failed</a>
      </p>
    </div>
    <div class="row no-print" role="group" aria-label="Extent">
      <span class="small">
        ${DEPTHS.map((one) => html`
          <a key=${one} class="quiet chosen-or-not"
              href=${hrefWith({ depth: one === "1" ? null : one, open: null })}
              aria-current=${one === depth ? "true" : null}>
            ${one === "all" ? "All" : `${one} ${one === "1" ? "hop" : "hops"}`}
          </a>
        `)}
      </span>
      <span class="small">
        ${[[null, "Both"], ["dependencies", "What it needs"], ["dependents", "What needs it"]]
            .map(([name, label]) => html`
              <a key=${label} class="quiet chosen-or-not" href=${hrefWith({ side: name, open: null })}
                  aria-current=${side === name ? "true" : null}>
                ${label}
              </a>
            `)}
      </span>
    </div>
    <p>
      Needs <strong>${number(element.dependencies.totalCount)}</strong>, needed
      by <strong>${number(element.dependents.totalCount)}</strong>
      ${depth === "all" ? "" : `, up to ${depth} ${depth === "1" ? "hop" : "hops"} away`}.
    </p>
    <${TopologyMap} model=${model} impairments=${impairments} at=${at} far=${far} toggled=${open}
        chosen=${element.id} asList=${asList}
        label="Map of the dependencies of ${element.name}; the list has the same content"
        onChoose=${choose} onToggle=${(id) => change({ open: flip(open, id) }, { replace: true })}>
      <a class="quiet" href=${hrefWith({ as: asList ? "map" : "list" })}>
        ${asList ? "As a map" : "As a list"}
      </a>
    <//>
  </section>
    <div class="columns">
      <${Side} title="What it needs" side=${element.dependencies} nodes=${needs} />
      <${Side} title="What needs it" side=${element.dependents} nodes=${needed} />
      <section class="card">
        <h2>Attributes</h2>
        <dl class="facts">
          ${Object.entries(element.attributes)
              .map(([name, value]) => html`
                <div key=${name}><dt>${words(name)}</dt><dd>${plainly(value)}</dd></div>
              `)}
        </dl>
      </section>
    </div>
  `;
}

const idsOf = (nodes) => new Set(nodes.map(({ id }) => id));

function Side({ title, side, nodes }) {
  return html`<section class="card"><h2>${title} <span class="muted">${number(side.totalCount)}</span></h2>
    ${
      nodes.length
        ? html`
          <ul class="facts-list">
            ${nodes.map(({ id, kind, name }) => html`
              <li key=${id}>
                <a href=${hrefWith({ element: id, open: null })}>
                  ${name}
                </a> <span class="muted small">
                  ${words(kind)}
                </span>
              </li>
            `)}
          </ul>
        `
        : html`<p class="muted">None.</p>`
    }
    ${side.pageInfo.hasNextPage && html`
      <p class="small muted">Only the nearest ${nodes.length} are listed.</p>
    `}
  </section>
  `;
}

function plainly(value) {
  if (Array.isArray(value)) return value.map(plainly).join(", ");
  if (value && typeof value === "object") return Object.entries(value)
    .map(([name, inner]) => `${words(name)}: ${plainly(inner)}`)
    .join("; ");
  return String(value);
}
