// Head of an incident: its sentence, state and rank; then what it hits now, and what is left.
import { html } from "/web/app/ui.js";
import { ticks } from "/web/app/clock.js";
import { gql } from "/web/app/gql.js";
import { key, plural, since, unbroken, withoutZone } from "/web/app/format.js";
import { MarkdownButton, save } from "/web/app/parts/copy.js";
import { footer } from "/web/app/parts/markdown.js";
import { Badge, Expected, ExpectedMoneys, Heading, Stat, Time } from "/web/app/parts/words.js";
import { hrefWith } from "/web/app/router.js";
import { useStore } from "/web/app/store.js";
import { toast } from "/web/app/toasts.js";
import { timelineOf } from "../radius/timeline.js";
import { TimelineChart } from "../radius/timeline_chart.js";
import { REPORT, incidentOf } from "./question.js";

const SECONDS = 30;
const REPORTS = { seconds: SECONDS };

/** The report of the moment that the page shows, as Markdown. */
async function reportOf({ id, blastRadius }) {
  const at = blastRadius.asOf;
  const data = await gql(REPORT, { failures: [key(id)], at }, REPORTS);
  return `${incidentOf(data).report}\n${footer({ asOf: at, hash: hrefWith({ asOf: at, do: null }) })}\n`;
}

const saveReport = (incident) => reportOf(incident).then(
  (text) => save(`${key(incident.id)}.md`, text, "text/markdown"),
  (error) => toast(error.message)
);

/** @param children what can be done with it */
export function Head({ incident, of, asOf, children }) {
  useStore(ticks);
  const { id, headline, state, flapping, maintenance, alerts, reason, rank, startedAt, active } = incident;
  const present = incident.blastRadius.asOf;
  return html`<section class="card incident" aria-labelledby="title" data-state=${state}>
    <${Heading}
        sub=${html`
          ${key(id)}, as of <${Time} at=${present} only="absolute" />.${!asOf && html`
            ${" "}<a class="no-print" href=${hrefWith({ asOf: present, do: null })}>Link to this moment</a>
          `}
        `}>
      ${unbroken(headline)}
    <//>
    ${of !== key(id) && !incident.blastRadius.failures.some((one) => key(one.id) === of) && html`
      <p role="status">${of} is part of this incident now.</p>
    `}
    <p class="row">
      <${Badge} of=${state} />
      ${flapping && html`<${Badge} of="WARNING">begins and ends again and again<//>`}
      ${maintenance && html`<${Badge} of="INFO">planned maintenance ${maintenance.key}<//>`}
      <span>${alerts.totalCount ? plural(alerts.totalCount, "alert") : "reported, no alert"}</span>
      <span>
        ${active ? html`<strong>for ${since(startedAt)}</strong>, ` : ""}since <${Time} at=${startedAt}
            only=${active ? "absolute" : null} />
      </span>
    </p>
    <p>${rank ? html`Rank <strong>${rank}</strong>, at` : "At"} stake: <strong>${reason}</strong></p>
    ${children}
    <p class="row small no-print">
      Report of this moment:
      <button class="button" type="button" onClick=${() => saveReport(incident)}>Save as Markdown</button>
      <${MarkdownButton} text=${() => reportOf(incident)} />
      <button class="button" type="button" onClick=${() => print()}>Print</button>
    </p>
  </section>`;
}

export function Hit({ incident }) {
  const { estimates, impact, residual, blastRadius } = incident;
  return html`<section class="card" aria-labelledby="hit">
    <h2 id="hit">What is affected now</h2>
    ${estimates && html`<dl class="stats" data-hit>
      <${Expected} label="Promises missed, expected" of=${estimates.promisesMissed}
          kind=${estimates.promisesMissed.possible ? "bad" : ""} />
      <${Expected} label="Stuck now" of=${estimates.stuck} />
      <${Expected} label="Affected orders, expected" of=${estimates.orders} />
      <${Expected} label="Postings" kind="small" of=${estimates.postings} />
      <${Expected} label="Messages" kind="small" of=${estimates.notifications} />
      <${Stat} label="Order value" kind="small"><${ExpectedMoneys} of=${estimates.value} /><//>
      <${Stat} label="Refunds at risk" kind="small"><${ExpectedMoneys} of=${estimates.refundsAtRisk} /><//>
    </dl>`}
    ${residual && html`<${Residual} of=${residual} />`}
    <${OverTime} radius=${blastRadius} />
    <details><summary>In one sentence</summary><p>${withoutZone(impact)}</p></details>
  </section>`;
}

/** When orders are affected and promises missed; the figures are below the map, which has a slider. */
function OverTime({ radius }) {
  const asOf = Date.parse(radius.asOf);
  const timeline = timelineOf(radius.forecast, asOf);
  if (!timeline.points.length) return null;
  return html`<div class="over-time">
    <h3>Over time</h3>
    <p class="small">
      <span class="key hit"></span> affected orders <span class="key missed"></span> missed promises, per
      hour <span class="key range-key"></span> range; past before the dashed line, then forecast
    </p>
    <${TimelineChart} timeline=${timeline} asOf=${asOf} at=${asOf} />
    <p class="small no-print"><a href="#map" onClick=${toMap}>Figures, and the map at each time</a></p>
  </div>`;
}

/** A link within the page: the address is that of the view, and stays. */
function toMap(event) {
  event.preventDefault();
  const map = document.getElementById("map");
  map?.scrollIntoView();
  map?.focus({ preventScroll: true });
}

function Residual({ of: { healed, healing, needAction, records, drainedBy, empty } }) {
  if (empty) return html`<p><strong>All failures have ended, and nothing is left to repair.</strong></p>`;
  const left = [
    needAction && `${plural(needAction, "order waits", "orders wait")} for a replay or a person`,
    records && `${plural(records, "record comes", "records come")} only when sent again`,
    healing && `${plural(healing, "order recovers", "orders recover")} without action`,
    `${plural(healed, "order has", "orders have")} recovered`,
  ].filter(Boolean);
  return html`<p><strong>All failures have ended.</strong> ${left.join("; ")}.${drainedBy && html`
    ${" "}The backlog is expected to be cleared by <${Time} at=${drainedBy} />.
  `}</p>`;
}
