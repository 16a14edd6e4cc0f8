// Home page of incident responders: active failures, most costly first.
import { html } from "/web/app/ui.js";
import { useLive } from "/web/app/ask.js";
import { moveByArrows } from "/web/app/keys.js";
import { about, plural } from "/web/app/format.js";
import { MarkdownButton } from "/web/app/parts/copy.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { Expected, ExpectedMoneys, Heading, Stat, Time } from "/web/app/parts/words.js";
import { ToCome } from "/web/app/parts/to_come.js";
import { href } from "/web/app/router.js";
import { Call, EventsAhead, Open, OverdueLine, Promises } from "./aside.js";
import { Ended } from "./ended.js";
import { FailureCard } from "./failure.js";
import { markdown } from "./markdown.js";
import { NOW, ranked } from "./question.js";
import { Week } from "./week.js";

const MOST_CURRENCIES = 5;
const NONE = [];
const idsOf = (summaries) => summaries.map(({ failure }) => failure.id);

export function Now() {
  const answer = useLive(NOW);
  return html`
    <${Answered} answer=${answer} whole what="active failures">
      ${({ blastRadius }) => (
        blastRadius.impactSummary.length
          ? html`<${Failing} radius=${blastRadius} />`
          : html`<${Calm} radius=${blastRadius} />`
      )}
    <//>
  `;
}

function Failing({ radius }) {
  const list = ranked(radius.impactSummary);
  const { estimates } = radius.totals;
  return html`
    <div class="row spread">
      <${Heading}
          sub=${html`
            As of <${Time} at=${radius.asOf} only="absolute" />. Ranked by promises missed, then by
            stuck orders. Numbers are expected values; each range holds the true number in four of five
            cases.
          `}>
        ${
          plural(list.length, "failure")
        } ${
          list.length === 1
            ? "affects"
            : "affect"
        } ${
          about(estimates.orders, "order")
        }
      <//>
      <div class="row no-print">
        <a class="button first" href=${href("topology", { whatif: 1 })}>What if …</a>
        <${MarkdownButton} text=${() => markdown(radius, list)} />
      </div>
    </div>
    <${Open} radius=${radius} />
    <${EventsAhead} when=${radius.asOf} />
    <section class="card" aria-label="Totals"><dl class="stats" data-totals>
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
    <${ToCome} of=${radius.toCome} />
    <div class="main-and-side">
      <div class="stack">
        <ol class="stack" onKeyDown=${moveByArrows} aria-label="Active failures, most costly first">
          ${list.map((summary, at) => html`
            <${FailureCard} key=${summary.failure.id} summary=${summary} place=${at + 1} />
          `)}
        </ol>
        <${Ended} when=${idsOf(list).join()} shown=${idsOf(list)} />
      </div>
      <div class="stack">
        <${Promises} promises=${radius.promises} expected=${estimates.promisesMissed} />
        <${Call} owners=${radius.owners} />
        <${OverdueLine} />
      </div>
    </div>
    <${Week} when=${idsOf(list).join()} />`;
}

function Calm({ radius }) {
  return html`
    <${Heading}
        sub=${html`
          As of <${Time} at=${radius.asOf} only="absolute" />. This page updates when something fails.
        `}>
      No active failures
    <//>
    <${Open} radius=${radius} />
    <${EventsAhead} when=${radius.asOf} />
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
    <${Ended} when="" shown=${NONE} />
    <${Week} when="" />`;
}
