// The answer: headline, totals, bands and failures.
import { html } from "/web/app/ui.js";
import { now } from "/web/app/clock.js";
import { expectedNumber, plural, rangeOf, withoutZone, words } from "/web/app/format.js";
import {
  Badge, Expected, ExpectedMoneys, Figure, Heading, IdLink, Stat, Time
} from "/web/app/parts/words.js";
import { MarkdownButton } from "/web/app/parts/copy.js";
import { href, hrefWith } from "/web/app/router.js";
import { toggled } from "./address.js";
import { markdown } from "./markdown.js";

const BANDS = [
  { band: "STUCK", field: "stuck", says: "Stuck now", means: "wait in an impaired step or handoff" },
  {
    band: "EXPOSED",
    field: "exposed",
    says: "Exposed",
    means: "passed during the failure and were affected"
  },
  { band: "UPCOMING", field: "upcoming", says: "Upcoming", means: "will arrive during the failure" },
  {
    band: "RECORDS_ONLY",
    field: "recordsOnly",
    says: "Records only",
    means: "only a posting or message is affected"
  },
];

export function Answer({ radius, question, route }) {
  const { failures, totals } = radius;
  return html`<section class="card answer" aria-labelledby="title">
    <div class="row spread">
      <${Heading}
          sub=${html`
            As of <${Time} at=${radius.asOf} only="absolute" />,
            by <a href=${href("topology")}>${radius.topology}</a>.${question.asOf && html`
              ${" "}<a class="no-print" href=${hrefWith({ asOf: null })}>See the present state</a>
            `}
          `}>
        ${titleOf(failures, question)}
      <//>
      <div class="row no-print">
        <${MarkdownButton} text=${() => markdown(radius, route.params)} />
        <button class="button" type="button" onClick=${() => print()}>Print report</button>
      </div>
    </div>
    <p class="lead" id="headline">${withoutZone(radius.headline)}</p>
    ${failures.length > 0 && html`<${Totals} totals=${totals} params=${route.params} />`}
    ${failures.length > 0 && html`
      <ul class="failures">
        ${failures.map((failure) => html`
          <${FailureLine} key=${failure.id} failure=${failure} supposed=${question.suppose} />
        `)}
      </ul>
    `}
    ${!failures.length && html`
      <p>
        No active
        failures. <a href=${href("topology", { whatif: 1 })}>Try what would happen if something failed</a>,
        or <a href=${href("overdue")}>see overdue orders</a>.
      </p>
    `}
    ${!radius.complete && html`
      <p role="status">
        <strong>Incomplete.</strong> ${radius.leftOut.join(" ")}
        ${radius.frontier.length > 0 && `Effects beyond ${radius.frontier.join(", ")} are not counted.`}
      </p>
    `}
  </section>`;
}

function titleOf(failures, question) {
  if (
    question.suppose
  ) return `What if: ${words(question.suppose[0].class)} of ${question.suppose[0].target}`;
  if (!failures.length) return "Blast radius";
  if (failures.length > 3) return `Blast radius of ${plural(failures.length, "failure")}`;
  return `Blast radius of ${failures.map(({ id }) => id.slice(8)).join(" and ")}`;
}

function Totals({ totals, params }) {
  const { estimates } = totals;
  const all = Math.max(1, estimates.orders.expected);
  return html`<dl class="stats">
    <${Expected} label="Promises missed, expected" of=${estimates.promisesMissed}
        kind=${estimates.promisesMissed.possible ? "bad" : ""}
        to=${hrefWith({ missed: params.get("missed") ? null : 1 })} />
    <${Expected} label="Affected orders, expected" of=${estimates.orders} />
    <${Stat} label="Order value" kind="small"><${ExpectedMoneys} of=${estimates.value} /><//>
    <${Stat} label="Refunds at risk" kind="small"><${ExpectedMoneys} of=${estimates.refundsAtRisk} /><//>
    ${[["postings", "Postings"], ["notifications", "Messages"]]
        .map(([field, label]) => html`
          <${Stat} key=${field} label=${label} kind="small" to=${hrefWith({ list: field })}
              note=${rangeOf(estimates[field])}>
            <${Figure} of=${estimates[field].expected} text=${expectedNumber(estimates[field])} />
            ${" "}<span class="small muted">${byEffect(totals[field])}</span>
          <//>
        `)}
    <${Expected} label="Tasks" kind="small" of=${estimates.tasks} to=${hrefWith({ list: "tasks" })} />
    ${estimates.supplierOrders.possible > 0 && html`
      <${Expected} label="Supplier orders" kind="small" of=${estimates.supplierOrders} />
    `}
  </dl>
    ${totals.orders > 0 && html`
      <ul class="bands" aria-label="Orders by band">
        ${BANDS.filter(({ field }) => estimates[field].possible)
            .map(({ band, field, says, means }) => html`
              <li key=${band} class="band ${band.toLowerCase()}"
                  style=${{ flexGrow: estimates[field].expected / all }}>
                <a href=${hrefWith({ band: toggled(params, "band", band) })}
                    aria-current=${params.getAll("band").includes(band) ? "true" : null}
                    title=${`${means}; ${rangeOf(estimates[field]) || "for certain"}`}>
                  <strong>
                    <${Figure} of=${estimates[field].expected} text=${expectedNumber(estimates[field])} />
                  </strong> ${says}
                  <span class="sr">: ${means}</span>
                </a>
              </li>`)}</ul>`}`;
}

/** Such as "1,180 late, 91 out of sequence": expected numbers; "all late" where there is one effect. */
export function byEffect(rows) {
  const sums = new Map();
  for (const { effect, expected } of rows) sums.set(effect, (sums.get(effect) ?? 0) + expected);
  if (sums.size === 1) return `${rows[0].expected < 1.5 ? "" : "all "}${words(rows[0].effect)}`;
  return [...sums]
    .map(([effect, expected]) => `${expectedNumber({ expected })} ${words(effect)}`)
    .join(", ");
}

const isAhead = (at) => Date.parse(at) > now();

function FailureLine({ failure, supposed }) {
  const { target } = failure;
  return html`<li class="small">
    <${Badge} of=${failure.severity} /> ${
      supposed
        ? html`<strong>supposed</strong>`
        : html`<${IdLink} id=${failure.id}>${failure.id.slice(8)}<//>`
    }: ${words(failure.class)} of <${IdLink} id=${target.id} />
    ${` ${isAhead(failure.startedAt) ? "from" : "since"} `}<${Time} at=${failure.startedAt} />, ${
      failure.endedAt
        ? html`${isAhead(failure.endedAt) ? "ends" : "ended"} <${Time} at=${failure.endedAt} />`
        : failure.expectedEnd
        ? html`${isAhead(failure.expectedEnd) ? "expected to end" : "should have ended"} <${Time}
            at=${failure.expectedEnd} />`
        : "end unknown"
    }${scopeWords(failure.scope)}.
    ${failure.summary && html` ${failure.summary}.`}
    ${!supposed && html`
      ${" "}<a class="no-print nowrap"
          href=${href("topology", { element: target.id, whatif: 1, failure: failure.id })}>
        What if …<span class="sr"> with ${failure.id}</span>
      </a>
    `}
  </li>`;
}

export function scopeWords(scope) {
  const parts = Object.entries(scope ?? {})
    .map(([name, values]) => `${words(name)} ${[values].flat().join(", ")}`);
  return parts.length ? `, for ${parts.join("; ")} only` : "";
}
