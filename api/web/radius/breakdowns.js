// Breakdowns of the affected orders; each bar filters the whole view. The active filters.
import { html, useState } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { stuckOf, words } from "/web/app/format.js";
import { Bars } from "/web/app/parts/bars.js";
import { Answered } from "/web/app/parts/states.js";
import { hrefWith } from "/web/app/router.js";
import { useModel } from "../map/load.js";
import { FILTERS, chosenFilters, toggled } from "./address.js";
import { FIRST, FURTHER, GROUPS, furtherQuery } from "./question.js";

const SHOWN = 7;

export function Chips({ params }) {
  const { data: model } = useModel();
  const chosen = chosenFilters(params);
  if (!chosen.length) return null;
  const none = Object.fromEntries([...FILTERS.map(({ param }) => [param, null]), ["missed", null]]);
  return html`
    <section class="row chips" aria-label="Filters">
      <span>Filters:</span>
      ${chosen.map(({ param, value, label }) => html`
        <a key=${param + value} class="chip" href=${hrefWith({ [param]: toggled(params, param, value) })}>
          ${label}: <strong>
            ${param === "missed" ? "will be missed" : nameOfValue(model, param, value)}
          </strong> <span aria-hidden="true">
            ×
          </span>
          <span class="sr">: remove this filter</span>
        </a>
      `)}
      <a class="small" href=${hrefWith(none)}>Clear filters</a>
    </section>`;
}

/** Display name of a filter value: the name of a location or step, else the value in words. */
export function nameOfValue(model, param, value) {
  if (value === null) return "none";
  const id = { location: `location:${value}`, step: `step:${value}`, workflow: `workflow:${value}` }[param];
  const name = id && model?.byId.get(id)?.name;
  if (param === "step") {
    const [workflow, step] = value.split("/");
    const flow = model?.byId.get(`workflow:${workflow}`)?.name;
    return `${name ?? words(step ?? value)} (${flow ?? words(workflow)})`;
  }
  return name ?? (["channel", "mode", "band", "effect", "tier"].includes(param) ? words(value) : value);
}

export function Breakdowns({ radius, question, route }) {
  const [open, setOpen] = useState(false);
  if (!radius.totals.orders) return null;
  return html`<section class="stack" aria-label="Breakdowns">
    <div class="breakdowns">
      ${FIRST.map((filter) => html`
        <${Breakdown} key=${filter.param} filter=${filter} groups=${radius[`by_${filter.param}`]}
            params=${route.params} />
      `)}
    </div>
    <details class="no-print" onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>More: ${FURTHER.map(({ label }) => label.toLowerCase()).join(", ")}</summary>
      ${open && html`<${Further} question=${question} route=${route} />`}
    </details>
  </section>`;
}

function Further({ question, route }) {
  const answer = useQuery(furtherQuery(), question);
  return html`
    <${Answered} answer=${answer} what="breakdowns">${({ blastRadius }) => html`<div class="breakdowns">
      ${FURTHER.filter(({ param, by }) => blastRadius[`by_${param}`]
          .some(({ key }) => key[by] !== null))
          .map((filter) => html`
            <${Breakdown} key=${filter.param} filter=${filter} groups=${blastRadius[`by_${filter.param}`]}
                params=${route.params} />
          `)}
    </div>
    `}
    <//>
  `;
}

function Breakdown({ filter: { param, by, label }, groups, params }) {
  const { data: model } = useModel();
  const [all, setAll] = useState(false);
  const chosen = params.getAll(param);
  const rows = groups.slice(0, all ? groups.length : SHOWN).map(({ key, estimates: { orders, stuck } }) => ({
    label: nameOfValue(model, param, key[by]),
    value: orders.expected,
    part: stuck.expected,
    chosen: chosen.includes(key[by]),
    note: stuck.possible ? stuckOf(orders.expected, stuck.expected) : null,
    to: key[by] === null ? null : hrefWith({ [param]: toggled(params, param, key[by]) }),
  }));
  return html`<section class="card"><h2>${label}</h2>
    <${Bars} rows=${rows} label="Expected orders by ${label.toLowerCase()}" />
    ${groups.length > SHOWN && html`
      <p class="no-print">
        <button class="quiet" type="button" onClick=${() => setAll(!all)}>
          ${all ? "Fewer" : `${groups.length - SHOWN}${groups.length === GROUPS ? "+" : ""} more`}
        </button>
      </p>
    `}
  </section>`;
}
