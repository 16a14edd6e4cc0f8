// The incidents of the last seven days: when each failure began and ended.
import { html, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now, ticks } from "/web/app/clock.js";
import { moment, span, stamp, words } from "/web/app/format.js";
import { Figures } from "/web/app/parts/figures.js";
import { tone } from "/web/app/parts/words.js";
import { href } from "/web/app/router.js";
import { useSeen } from "/web/app/seen.js";
import { useStore } from "/web/app/store.js";

const DAY = 86_400_000;
const DAYS = 7;
const MOST = 100;
const LANES = 12;
const WEEK = `query Week { failures(first: ${MOST}) { totalCount edges { node {
  id class severity summary startedAt endedAt target { id name }
} } } }`;

/** @param when changes when a failure begins or ends */
export function Week({ when }) {
  useStore(ticks);
  const place = useRef(null);
  const seen = useSeen(place);
  const { data } = useQuery(seen ? WEEK : null, { when }, { keep: true });
  const to = now();
  const from = to - DAYS * DAY;
  const failures = (data?.failures.edges ?? []).map(({ node }) => node)
    .filter(({ startedAt, endedAt }) => Date.parse(startedAt) <= to && endOf(endedAt, to) > from);
  return html`<section class="card week" ref=${place} aria-labelledby="week">
    <h2 id="week">Incidents of the last ${DAYS} days</h2>
    ${data && !failures.length && html`<p class="muted">None.</p>`}
    ${failures.length > 0 && html`
      <${Lanes} failures=${failures.slice(0, LANES)} from=${from} to=${to} />
      <${Figures} caption="Failures of the last ${DAYS} days"
          columns=${["Failure", "Severity", "Began", "Ended", "Lasted"]}
          rows=${failures.map((failure) => rowOf(failure, to))} />
    `}
  </section>`;
}

const nameOf = (failure) => failure.summary || `${words(failure.class)} of ${failure.target.name}`;

const endOf = (endedAt, to) => (endedAt ? Date.parse(endedAt) : to);
const lasted = ({ startedAt, endedAt }, to) => span(endOf(endedAt, to) - Date.parse(startedAt));

const rowOf = (failure, to) => [
  nameOf(failure),
  words(failure.severity),
  stamp(failure.startedAt),
  failure.endedAt ? stamp(failure.endedAt) : "active",
  lasted(failure, to)
];

function Lanes({ failures, from, to }) {
  const place = (at) => Math.max(0, Math.min(100, (100 * (at - from)) / (to - from)));
  return html`<div class="week-lanes">
    <ul>${failures.map((failure) => {
      const begin = place(Date.parse(failure.startedAt));
      const end = place(endOf(failure.endedAt, to));
      const times = `${moment(failure.startedAt)} to ${failure.endedAt ? moment(failure.endedAt) : "now"}`;
      return html`<li key=${failure.id} class="week-lane">
        <a class="week-name" href=${href("radius", { failure: failure.id })} title=${nameOf(failure)}>
          ${nameOf(failure)}<span class="sr">, ${words(failure.severity)}, ${times}</span>
        </a>
        <span class="week-track" aria-hidden="true">
          <span class="week-bar ${tone(failure.severity)} ${failure.endedAt ? "" : "open"}"
              title="${times}, ${lasted(failure, to)}"
              style=${{ left: `${begin}%`, width: `${Math.max(end - begin, 0)}%` }}></span>
        </span>
      </li>`;
    })}</ul>
    <div class="week-axis" aria-hidden="true">
      ${Array.from({ length: DAYS }, (_, n) => from + n * DAY).map((at) => html`
        <span key=${at} class="week-tick" style=${{ left: `${place(at)}%` }}>${dayName(at)}</span>
      `)}
    </div>
  </div>`;
}

const dayName = (at) => stamp(at).split(" ").slice(0, 2).join(" ");
