// Card of one incident: state, sentence, what is at stake, whom to call, what to do first, and its failures.
import { html, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now, ticks } from "/web/app/clock.js";
import { key, plural, since, unbroken, withoutZone } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { STEP, savingOf } from "/web/app/parts/steps.js";
import { Badge, Expected, ExpectedMoneys, Stat, Time } from "/web/app/parts/words.js";
import { href } from "/web/app/router.js";
import { useSeen } from "/web/app/seen.js";
import { useStore } from "/web/app/store.js";
import { EndedPart } from "./ended.js";
import { FailureCard } from "./failure.js";

const MOST_FAILURES = 3;
const MOST_CURRENCIES = 5;
const HALF_HOUR = 1_800_000;
const NEXT = `query Next($id: ID!) { node(id: $id) { ... on Incident { checklist ${STEP} } } }`;

/** Words about what sets the incident apart: alerts, flapping, maintenance. */
export function Marks({ incident }) {
  const { state, alerts, flapping, maintenance } = incident;
  return html`
    <${Badge} of=${state} />
    ${flapping && html`<${Badge} of="WARNING">begins and ends again and again<//>`}
    ${maintenance && html`<${Badge} of="INFO">planned maintenance<//>`}
    <span>${alerts.totalCount ? plural(alerts.totalCount, "alert") : "reported, no alert"}</span>
  `;
}

/** What to do first: asked once the card is on the screen, and after each action. */
function First({ incident }) {
  const place = useRef(null);
  const seen = useSeen(place);
  const { id, version } = incident;
  const { data } = useQuery(seen ? NEXT : null, { id, version }, { keep: true });
  return html`<p class="first-step" ref=${place}>${data?.node && firstOf(data.node.checklist)}</p>`;
}

function firstOf(checklist) {
  const step = checklist.find(({ state }) => state === "open");
  if (!checklist.length) return "No playbook fits: call the owner.";
  if (!step) return `All ${plural(checklist.length, "step")} of the playbook are done.`;
  const approval = step.approvalName ? ` Needs the approval of ${step.approvalName}.` : "";
  const saving = savingOf(step);
  return html`<strong>Do first:</strong> ${step.text}${step.owner && ` (${step.owner.name})`}.${approval}${
    saving && ` ${saving}`
  }`;
}

const Figures = ({ of: { promisesMissed, stuck, orders, value } }) => html`
  <dl class="stats">
    <${Expected} label="Promises missed, expected" of=${promisesMissed}
        kind=${promisesMissed.possible ? "bad" : ""} />
    <${Expected} label="Stuck now" of=${stuck} />
    <${Expected} label="Affected orders, expected" of=${orders} />
    <${Stat} label="Order value" kind="small"><${ExpectedMoneys} of=${value} most=${MOST_CURRENCIES} /><//>
  </dl>
`;

export function IncidentCard({ incident, place, summaries }) {
  useStore(ticks);
  const { id, owner } = incident;
  const page = `incident/${key(id)}`;
  const shown = new Set(summaries.map(({ failure }) => failure.id));
  const ended = incident.failures.map((failure) => failure.id).filter((one) => !shown.has(one));
  return html`<li class="card incident" data-incident=${id} data-state=${incident.state}>
    <div class="failure-head">
      <p class="row small">
        <${Marks} incident=${incident} />
        <span>
          ${incident.active && html`<strong>for ${since(incident.startedAt)}</strong>, `}
          since <${Time} at=${incident.startedAt} only="absolute" />
        </span>
      </p>
      <h2><a href=${href(page)} data-stop>${place}. ${unbroken(withoutZone(incident.headline))}</a></h2>
      <p class="small">At stake: <strong>${incident.reason}</strong></p>
    </div>
    <dl class="pairs">
      <${Stat} label="Owner of the likeliest cause" kind="small">
        ${owner ? html`${owner.name} <${Contact} of=${owner.contact} />` : "nobody"}
      <//>
      <${Stat} label="Assigned to" kind="small">${whoHas(incident)}<//>
    </dl>
    <${First} key=${Math.floor(now() / HALF_HOUR)} incident=${incident} />
    <p class="row no-print">
      <a class="button first" href=${href(page)}>Open incident<span class="sr"> ${key(id)}</span></a>
      ${incident.state === "OPEN" && html`
        <a class="button" href=${href(page, { do: "acknowledge" })}>
          Acknowledge …<span class="sr"> ${key(id)}</span>
        </a>
      `}
    </p>
    ${summaries.length > 1 && incident.estimates && html`
      <${Figures} of=${incident.estimates} />
    `}
    <${Failures} summaries=${summaries} owner=${owner} />
    ${ended.length > 0 && html`<${EndedPart} ids=${ended} />`}
  </li>`;
}

/** The assignee in words: the owner by its name. */
function whoHas({ assignee, owner }) {
  if (!assignee) return "nobody yet";
  return owner && key(owner.id) === key(assignee) ? owner.name : key(assignee);
}

/** The failures of an incident, the most costly first; many are folded. */
function Failures({ summaries, owner }) {
  const cards = (list) => html`
    <ul class="inner">
      ${list.map((summary) => html`
        <${FailureCard} key=${summary.failure.id} summary=${summary} incidentOwner=${owner} />
      `)}
    </ul>
  `;
  const more = summaries.slice(MOST_FAILURES);
  return html`
    ${summaries.length > 0 && cards(summaries.slice(0, MOST_FAILURES))}
    ${more.length > 0 && html`
      <details><summary>${plural(more.length, "more failure")}</summary>${cards(more)}</details>
    `}
  `;
}

/** Incidents that nothing stands behind: listed, not raised. */
export function Quiet({ incidents, summariesOf }) {
  if (!incidents.length) return null;
  return html`<section class="card" data-quiet>
    <details>
      <summary>${plural(incidents.length, "quiet incident")}: nothing at stake, as far as is known</summary>
      <ul class="call">
        ${incidents.map((incident) => html`
          <li key=${incident.id} data-incident=${incident.id}>
            <p class="row small">
              <${Marks} incident=${incident} />
              <span>for ${since(incident.startedAt)}</span>
            </p>
            <a href=${href(`incident/${key(incident.id)}`)}>${withoutZone(incident.headline)}</a>
            <p class="small muted">Quiet: ${incident.reason}.</p>
            <${Failures} summaries=${summariesOf(incident)} owner=${incident.owner} />
          </li>
        `)}
      </ul>
    </details>
  </section>`;
}
