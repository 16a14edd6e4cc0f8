// What if an element failed: class, duration and scope of a supposed failure, and its impact compared with
// now.
import { html, useMemo } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now } from "/web/app/clock.js";
import { withoutZone, zoneName } from "/web/app/format.js";
import { Answered } from "/web/app/parts/states.js";
import { change, href, hrefWith } from "/web/app/router.js";
import { SCOPES, SUPPOSED, attributesOf, supposedOf } from "../radius/address.js";
import { ESTIMATE } from "/web/app/estimates.js";
import { TOTALS, PATH, countsOf } from "../radius/question.js";
import { TopologyMap, asksForList } from "../map/map.js";
import { nameOf } from "../map/model.js";
import { ReportFailure } from "../failure/report.js";
import { Comparison } from "./comparison.js";
import { flip } from "./everything.js";
import { Form } from "./form.js";
import { FromFailure } from "./from_failure.js";

const PART = `asOf headline totals ${TOTALS}`;
const WHAT_IF = `query WhatIf(
  $active: [ID!], $others: [ID!], $suppose: [FailureInput!], $timezone: String
) {
  today: blastRadius(failures: $active) { ${PART} }
  alone: blastRadius(suppose: $suppose, timezone: $timezone) { ${PART} }
  both: blastRadius(failures: $others, suppose: $suppose) { ${PART} topology
  by_step: breakdown(by: [STEP]) { key estimates { orders ${ESTIMATE} stuck ${ESTIMATE} } }
    elements(first: 500) { totalCount edges { node { element { id } effect from until delay likelihood
    scope path ${PATH} } } } absorbed { element { id } rule detail } }
}`;
const TODAY = `query Today { blastRadius { asOf failures { id } } }`;

export function WhatIf({ model, params }) {
  const id = params.get("element");
  const failure = params.get("failure");
  const today = useQuery(id && TODAY);
  const ready = !failure || params.has("from");
  return html`
    <section class="card"><h2>${titleOf(model, id, failure)}</h2>
      ${id && failure && today.data && html`
        <${FromFailure} id=${failure} params=${params} asOf=${today.data.blastRadius.asOf} />
      `}
      ${
        id
          ? today.data && ready && html`
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
            ${({ blastRadius: { asOf, failures } }) => ready && html`
              <${Answer} model=${model} params=${params} begun=${asOf} failure=${failure}
                  active=${failures.map((one) => one.id)} />
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

const titleOf = (model, id, failure) => (
  failure
    ? `What if ${failure.replace("failure:", "")} ended earlier or later`
    : `What if ${id ? nameOf(model, id) : "something"} failed`
);

/** The parameters of the same supposed failure on the page of a blast radius. */
function asSupposed(params) {
  const shared = new URLSearchParams();
  if (params.get("element")) shared.set("target", params.get("element"));
  for (const name of SUPPOSED) if (params.get(name)) shared.set(name, params.get(name));
  const scopes = [...SCOPES.map(({ param }) => param), ...attributesOf(params)];
  for (const param of scopes) for (const value of params.getAll(param)) shared.append(param, value);
  return shared;
}

/** `failure`: the one on record that the supposed one stands for; null: it comes on top of all. */
function Answer({ model, params, begun, failure, active }) {
  const shared = asSupposed(params);
  const supposed = supposedOf(shared, begun);
  const all = failure && !active.includes(failure) ? [...active, failure] : active;
  const others = active.filter((one) => one !== failure);
  // by the same id, its end is as uncertain as that of the failure on record
  const named = failure ? { ...supposed, id: failure } : supposed;
  const answer = useQuery(
    WHAT_IF,
    { active: listOrNull(all), others: listOrNull(others), suppose: [named], timezone: zoneName() },
    { keep: failure !== null }
  );
  const radius = href(
    "radius",
    {
      ...Object.fromEntries([...shared.keys()].map((name) => [name, shared.getAll(name)])),
      from: supposed.startedAt
    }
  );
  return html`<${Answered} answer=${answer} what="what-if">${(data) => html`
    <section class="card"><h2>Compared with now</h2>
      <p class="lead" id="headline">${withoutZone(data.alone.headline)}</p>
      <${Comparison} present=${data.today.totals} both=${data.both.totals} alone=${data.alone.totals}
          active=${all.length} instead=${failure !== null} />
      <p class="row no-print"><a class="button first" href=${radius}>Open as blast radius</a></p>
      ${failure === null && html`
        <${ReportFailure} key=${JSON.stringify(supposed)} supposed=${supposed} />
      `}</section>
    <${Impaired} model=${model} both=${data.both} params=${params} />`}<//>`;
}

const listOrNull = (list) => (list.length ? list : null);

function Impaired({ model, both, params }) {
  const impairments = useMemo(() => both.elements.edges.map(({ node }) => node), [both]);
  const counts = useMemo(() => countsOf(both), [both]);
  const open = params.getAll("open");
  const asList = asksForList(params);
  return html`<section class="card map-card"><h2>What would be impaired</h2>
    <${TopologyMap} model=${model} impairments=${impairments} at=${Date.parse(both.asOf)} counts=${counts}
        toggled=${open} chosen=${params.get("element")} asList=${asList}
        label="Map of what would be impaired; the same content is in the list"
        onChoose=${(id) => model.byId.has(id) && change({ element: id, failure: null })}
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
