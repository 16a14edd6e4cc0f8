// What if an element failed: class, duration and scope of a supposed failure, and its impact compared with
// now.
import { html, useMemo } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now } from "/web/app/clock.js";
import { Answered } from "/web/app/parts/states.js";
import { change, href, hrefWith } from "/web/app/router.js";
import { SCOPES, supposedOf } from "../radius/address.js";
import { ESTIMATE } from "/web/app/estimates.js";
import { TOTALS, PATH, countsOf } from "../radius/question.js";
import { TopologyMap, asksForList } from "../map/map.js";
import { nameOf } from "../map/model.js";
import { Comparison } from "./comparison.js";
import { flip } from "./everything.js";
import { Form } from "./form.js";

const PART = `asOf headline totals ${TOTALS}`;
const WHAT_IF = `query WhatIf($active: [ID!], $suppose: [FailureInput!]) {
  today: blastRadius(failures: $active) { ${PART} }
  alone: blastRadius(suppose: $suppose) { ${PART} }
  both: blastRadius(failures: $active, suppose: $suppose) { ${PART} topology
  by_step: breakdown(by: [STEP]) { key estimates { orders ${ESTIMATE} stuck ${ESTIMATE} } }
    elements(first: 500) { totalCount edges { node { element { id } effect from until delay likelihood
    scope path ${PATH} } } } absorbed { element { id } rule detail } }
}`;
const TODAY = `query Today { blastRadius { asOf failures { id } } }`;

export function WhatIf({ model, params }) {
  const id = params.get("element");
  const today = useQuery(id && TODAY);
  return html`
    <section class="card"><h2>What if ${id ? `${nameOf(model, id)} failed` : "something failed"}</h2>
      ${
        id
          ? today.data && html`
            <${Form} model=${model} params=${params} begun=${today.data.blastRadius.asOf} />
          `
          : html`
            <p>
              Find an element above, or choose one on the map below. Nothing is stored, and no live data
              changes.
            </p>
          `
      }
    </section>
    ${
      id
        ? html`
          <${Answered} answer=${today} what="failures">
            ${({ blastRadius: { asOf, failures } }) => html`
              <${Answer} model=${model} params=${params} begun=${asOf}
                  active=${failures.map((failure) => failure.id)} />
            `}
          <//>
        `
        : html`
          <section class="card map-card">
            <${TopologyMap} model=${model} at=${now()} wide=${true} toggled=${params.getAll("open")}
                label="Map to choose from"
                onChoose=${(one) => (
                  model.byId.has(one)
                    ? change({ element: one, open: null })
                    : change({ open: flip(params.getAll("open"), one) }, { replace: true })
                )}
                onToggle=${(one) => change({ open: flip(params.getAll("open"), one) }, { replace: true })} />
          </section>
        `
    }
  `;
}

/** The parameters of the same supposed failure on the page of a blast radius. */
function asSupposed(params) {
  const shared = new URLSearchParams();
  if (params.get("element")) shared.set("target", params.get("element"));
  for (
    const name of ["class", "from", "until", "delay", "rate"]
  ) if (params.get(name)) shared.set(name, params.get(name));
  for (const { param } of SCOPES) for (const value of params.getAll(param)) shared.append(param, value);
  return shared;
}

function Answer({ model, params, begun, active }) {
  const shared = asSupposed(params);
  const supposed = supposedOf(shared, begun);
  const answer = useQuery(WHAT_IF, { active: active.length ? active : null, suppose: [supposed] });
  const radius = href(
    "radius",
    {
      ...Object.fromEntries([...shared.keys()].map((name) => [name, shared.getAll(name)])),
      from: supposed.startedAt
    }
  );
  return html`<${Answered} answer=${answer} what="what-if">${(data) => html`
    <section class="card"><h2>Compared with now</h2>
      <p class="lead" id="headline">${data.alone.headline}</p>
      <${Comparison} present=${data.today.totals} both=${data.both.totals} alone=${data.alone.totals}
          active=${active.length} />
      <p class="row no-print"><a class="button first" href=${radius}>Open as blast radius</a></p></section>
    <${Impaired} model=${model} both=${data.both} params=${params} />`}<//>`;
}

function Impaired({ model, both, params }) {
  const impairments = useMemo(() => both.elements.edges.map(({ node }) => node), [both]);
  const counts = useMemo(() => countsOf(both), [both]);
  const open = params.getAll("open");
  const asList = asksForList(params);
  return html`<section class="card map-card"><h2>What would be impaired</h2>
    <${TopologyMap} model=${model} impairments=${impairments} at=${Date.parse(both.asOf)} counts=${counts}
        toggled=${open} chosen=${params.get("element")} asList=${asList}
        label="Map of what would be impaired; the same content is in the list"
        onChoose=${(id) => model.byId.has(id) && change({ element: id })}
        onToggle=${(id) => change({ open: flip(open, id) }, { replace: true })}>
      <a class="quiet" href=${hrefWith({ as: asList ? "map" : "list" })}>
        ${asList ? "As a map" : "As a list"}
      </a>
    <//>
    ${both.absorbed.length > 0 && html`
      <details>
        <summary>What would be absorbed: ${both.absorbed.length}</summary>
        <ul class="absorbed">
          ${both.absorbed.map(({ element, rule, detail }) => html`
            <li key=${element.id + rule}>${detail} <span class="muted small">${rule}</span></li>
          `)}
        </ul>
      </details>
    `}
  </section>`;
}
