// Sankey diagram of the affected orders: a stream through the steps of each workflow, and where it is held.
import { html, useMemo } from "/web/app/ui.js";
import { number, plural, stuckOf } from "/web/app/format.js";
import { Figures } from "/web/app/parts/figures.js";
import { hrefWith } from "/web/app/router.js";
import { useModel } from "../map/load.js";
import { toggled } from "./address.js";
import { flowsOf } from "./flow.js";
import { countsOf } from "./question.js";

const SHOWN = 3;
const HEIGHT = 52; // of a step, in pixels: also in charts.css
const STREAM = 62; // of the width, for all orders
const THICK = 36; // of a branch that holds all orders, in pixels
const THIN = 3;

export function FlowChart({ radius, params }) {
  const { data: model } = useModel(radius.topology);
  const flows = useMemo(() => (model ? flowsOf(model, countsOf(radius)) : null), [model, radius]);
  if (!radius.totals.orders || flows?.length === 0) return null;
  return html`<section class="card flow-card" aria-labelledby="flow-title">
    <div class="row spread">
      <h2 id="flow-title">Flow of the affected orders</h2>
      <p class="small muted">
        <span class="key stuck-key"></span> stuck <span class="key here-key"></span> in the step
        <span class="key stream-key"></span> further on
      </p>
    </div>
    <p class="small muted">
      Expected orders, each where it is now; one with several fulfillments counts for each.
    </p>
    ${flows && html`
      <div class="columns">
        ${flows.slice(0, SHOWN).map((flow) => html`<${Flow} key=${flow.id} flow=${flow} params=${params} />`)}
      </div>
      ${flows.length > SHOWN && html`
        <details>
          <summary>${plural(flows.length - SHOWN, "more workflow")}</summary>
          <div class="columns">
            ${flows.slice(SHOWN).map((flow) => html`
              <${Flow} key=${flow.id} flow=${flow} params=${params} />
            `)}
          </div>
        </details>
      `}
      <${Figures} caption="Affected orders by step" columns=${["Step", "In the step", "Stuck", "Further on"]}
          rows=${flows.flatMap(({ name, steps }) => steps.map((step) =>
              [`${name}: ${step.name}`, number(step.here), number(step.stuck), number(step.onward)]))} />
    `}
  </section>`;
}

const Flow = ({ flow, params }) => html`
  <div class="flow">
    <h3>${flow.name} <span class="muted">${number(flow.total)}</span></h3>
    <ol>
      ${flow.steps.map((step) => html`
        <li key=${step.id} class="flow-step">
          <span class="flow-name">${step.name}</span>
          <${Branch} step=${step} total=${flow.total} />
          <span class="flow-held">${step.here > 0 && html`
            <a href=${hrefWith({ step: toggled(params, "step", step.id.slice(5)) })}
                aria-current=${params.getAll("step").includes(step.id.slice(5)) ? "true" : null}>
              ${number(step.here)}<span class="sr"> orders in ${step.name}</span>
            </a>
            ${step.stuck > 0 && html`
              ${" "}<strong class="bad nowrap">${stuckOf(step.here, step.stuck)}</strong>
            `}
          `}</span>
        </li>
      `)}
    </ol>
  </div>
`;

/** The stream at one step: what goes on continues downwards, what is held leaves to the right. */
function Branch({ step, total }) {
  const x = (orders) => (STREAM * orders) / total;
  const thick = (orders) => (orders ? Math.max(THIN, (THICK * orders) / total) : 0);
  const onward = x(step.onward);
  const all = x(step.arriving);
  const stuckFrom = onward + x(step.here - step.stuck);
  const top = (HEIGHT - thick(step.here)) / 2;
  return html`<svg viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    ${step.onward > 0 && html`<rect class="stream" x="0" y="0" width=${onward} height=${HEIGHT} />`}
    ${step.here > 0 && html`
      <path class="here" d=${bend(onward, all, top, thick(step.here))} />
      ${step.stuck > 0 && html`<path class="stuck" d=${bend(stuckFrom, all, top, thick(step.stuck))} />`}
    `}
  </svg>`;
}

/** From the upper edge, between two places, to the right edge, as thick as given. */
const bend = (left, right, top, thick) => [
  `M ${left} 0 L ${right} 0`,
  `C ${right} ${top * 0.7} ${right} ${top} 100 ${top}`,
  `L 100 ${top + thick}`,
  `C ${left} ${top + thick} ${left} ${top + thick * 0.6} ${left} 0 Z`,
].join(" ");
