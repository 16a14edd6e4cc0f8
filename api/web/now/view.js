// Home page of incident responders: incidents that are not closed, most costly first, with their failures.
import { html } from "/web/app/ui.js";
import { useLive } from "/web/app/ask.js";
import { useIncidents } from "/web/app/incidents.js";
import { moveByArrows } from "/web/app/keys.js";
import { about, plural } from "/web/app/format.js";
import { MarkdownButton } from "/web/app/parts/copy.js";
import { Answered, Empty, Problem } from "/web/app/parts/states.js";
import { Expected, ExpectedMoneys, Heading, Stat, Time } from "/web/app/parts/words.js";
import { ToCome } from "/web/app/parts/to_come.js";
import { href } from "/web/app/router.js";
import { Call, EventsAhead, Open, OverdueLine, Promises } from "./aside.js";
import { Ended } from "./ended.js";
import { FailureCard } from "./failure.js";
import { IncidentCard, Quiet } from "./incident.js";
import { markdown } from "./markdown.js";
import { NOW, ranked } from "./question.js";
import { Week } from "./week.js";

const MOST_CURRENCIES = 5;
const LEAST = 0.5;
const affects = ({ estimates: { orders, promisesMissed } }) =>
  orders.expected >= LEAST || promisesMissed.expected >= LEAST;
const idsOf = (summaries) => summaries.map(({ failure }) => failure.id);

export function Now() {
  const answer = useLive(NOW);
  const incidents = useIncidents();
  const both = incidents.data || incidents.error ? answer : { ...answer, data: null };
  return html`
    <${Answered} answer=${both} whole what="incidents">
      ${({ blastRadius }) => html`<${Both} radius=${blastRadius} incidents=${incidents} />`}
    <//>
  `;
}

/** Who has which failure: incidents with something at stake, quiet ones, and failures without an incident. */
function arranged(radius, list) {
  const summaries = ranked(radius.impactSummary);
  const summariesOf = ({ failures }) =>
    summaries.filter(({ failure }) => failures.some(({ id }) => id === failure.id));
  const known = new Set(list.flatMap(({ failures }) => failures.map(({ id }) => id)));
  const isQuiet = ({ state }) => state === "QUIET";
  const silent = new Set(list.filter(isQuiet).flatMap(({ failures }) => failures.map(({ id }) => id)));
  return {
    summaries,
    summariesOf,
    raised: list.filter((incident) => !isQuiet(incident)),
    quiet: list.filter(isQuiet),
    alone: summaries.filter(({ failure }) => !known.has(failure.id)),
    failing: summaries.filter(({ failure }) => !silent.has(failure.id)).length,
    shown: [...known, ...idsOf(summaries)],
  };
}

function Both({ radius, incidents }) {
  const parts = arranged(radius, incidents.data ?? []);
  const isCalm = !parts.raised.length && !parts.alone.length;
  return html`
    ${incidents.error && html`<${Problem} error=${incidents.error} retry=${incidents.reload} />`}
    ${isCalm
      ? html`<${Calm} radius=${radius} parts=${parts} />`
      : html`<${Failing} radius=${radius} parts=${parts} />`}
  `;
}

function Failing({ radius, parts }) {
  const { estimates } = radius.totals;
  const { summaries } = parts;
  return html`
    <div class="row spread">
      <${Heading}
          sub=${html`
            As of <${Time} at=${radius.asOf} only="absolute" />. Ranked by what is at stake. Numbers are
            expected values, with ranges.
          `}>
        ${titleOf(parts.raised.length, parts.failing, estimates.orders)}
      <//>
      <div class="row no-print">
        <a class="button first" href=${href("topology", { whatif: 1 })}>What if …</a>
        <${MarkdownButton} text=${() => markdown(radius, parts)} />
      </div>
    </div>
    <${Open} radius=${radius} />
    <${EventsAhead} when=${radius.asOf} />
    <div class="main-and-side">
      <div class="stack">
        <ol class="stack" onKeyDown=${moveByArrows} aria-label="Incidents, most costly first">
          ${parts.raised.map((incident, at) => html`
            <${IncidentCard} key=${incident.id} incident=${incident} place=${at + 1}
                summaries=${parts.summariesOf(incident)} />
          `)}
        </ol>
        <${Alone} summaries=${parts.alone} />
        <${Quiet} incidents=${parts.quiet} summariesOf=${parts.summariesOf} />
        <${Ended} when=${idsOf(summaries).join()} shown=${parts.shown} />
      </div>
      <div class="stack">
        <${Totals} estimates=${estimates} />
        <${ToCome} of=${radius.toCome} />
        <${Promises} promises=${radius.promises} expected=${estimates.promisesMissed} />
        <${Call} owners=${radius.owners} />
        <${OverdueLine} />
      </div>
    </div>
    <${Week} when=${idsOf(summaries).join()} />`;
}

/** Such as "2 incidents with 3 failures affect about 120 orders". */
function titleOf(incidents, failures, orders) {
  if (!failures) return `${plural(incidents, "incident")} not closed; no failure is active`;
  const parts = [incidents && plural(incidents, "incident"), plural(failures, "failure")];
  const isOne = (incidents || failures) === 1 && failures === 1;
  return `${parts.filter(Boolean).join(" with ")} ${isOne ? "affects" : "affect"} ${about(orders, "order")}`;
}

const Totals = ({ estimates }) => html`
  <section class="card" aria-labelledby="totals"><h2 id="totals">All failures together</h2>
  <dl class="stats" data-totals>
    <${Expected} label="Promises missed, expected" of=${estimates.promisesMissed}
        kind=${estimates.promisesMissed.possible ? "bad" : ""} to=${href("radius", { missed: 1 })} />
    <${Expected} label="Stuck now" of=${estimates.stuck} to=${href("radius", { band: "STUCK" })} />
    <${Expected} label="Exposed" of=${estimates.exposed} to=${href("radius", { band: "EXPOSED" })} />
    <${Expected} label="Upcoming" of=${estimates.upcoming} to=${href("radius", { band: "UPCOMING" })} />
    <${Expected} label="Records only" of=${estimates.recordsOnly}
        to=${href("radius", { band: "RECORDS_ONLY" })} />
  </dl><dl class="pairs">
    <${Stat} label="Order value" kind="small">
      <${ExpectedMoneys} of=${estimates.value} most=${MOST_CURRENCIES} />
    <//>
    <${Stat} label="Refunds at risk" kind="small">
      <${ExpectedMoneys} of=${estimates.refundsAtRisk} most=${MOST_CURRENCIES} />
    <//>
  </dl></section>
`;

/** Failures on record that belong to no open incident, such as one that somebody closed. */
const Alone = ({ summaries }) => summaries.length > 0 && html`
  <section class="stack" aria-labelledby="alone">
    <h2 id="alone">Failures without an open incident</h2>
    <ul class="stack">
      ${summaries.map((summary) => html`<${FailureCard} key=${summary.failure.id} summary=${summary} />`)}
    </ul>
  </section>
`;

function Calm({ radius, parts }) {
  return html`
    <${Heading}
        sub=${html`
          As of <${Time} at=${radius.asOf} only="absolute" />. This page updates when something fails.
        `}>
      ${parts.quiet.length ? "Nothing is at stake" : "No active failures"}
    <//>
    <${Open} radius=${radius} />
    <${EventsAhead} when=${radius.asOf} />
    <${Quiet} incidents=${parts.quiet} summariesOf=${parts.summariesOf} />
    <${Empty} title="What you can do">
      <ul>
        <li>
          <a href=${href("topology", { whatif: 1 })}>Try what would happen if something failed</a>, without
          changing live data.
        </li>
        <li>
          Look at <a href=${href("overdue")}>overdue orders</a> and
          at <a href=${href("records")}>missing postings and messages</a>: unreported problems show there
          first.
        </li>
        <li>Search for an order (<kbd>/</kbd>) that a customer asks about.</li>
        <li>
          Is a failure missing here? Find its element
          under <a href=${href("topology", { whatif: 1 })}>What if …</a> and report it there, or send it
          to <code>POST /events</code>.
        </li>
      </ul>
      <${OverdueLine} />
    <//>
    <${Ended} when="" shown=${parts.shown} />
    <${Week} when="" />`;
}
