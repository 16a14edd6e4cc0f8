// What each hour costs, and which failure to end first: loaded when shown, not with live updates.
import { html, useRef, useState } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { AMOUNTS, ESTIMATE } from "/web/app/estimates.js";
import {
  about, expectedNumber, lowToHigh, moment, plural, rangeOf, withoutZone
} from "/web/app/format.js";
import { Answered } from "/web/app/parts/states.js";
import { ExpectedMoneys, IdLink, Time } from "/web/app/parts/words.js";
import { useSeen } from "/web/app/seen.js";
import { DelayChart, endName, kneesOf } from "./delay_chart.js";
import { heads } from "./question.js";

/** Failures that are compared without being asked to: each costs up to two answers. */
const FEW = 5;
const SECONDS = 60;

const COSTS = `{ asOf delaySentence costOfDelay { endsIn endsAt reason estimates {
  orders ${ESTIMATE} promisesMissed ${ESTIMATE} postings ${ESTIMATE} refundsAtRisk ${AMOUNTS}
} toCome { affected ${ESTIMATE} promisesMissed ${ESTIMATE} } } }`;
const PART = `{ orders ${ESTIMATE} promisesMissed ${ESTIMATE} }`;
const ADDED = `{ contributions { failure { id } alone ${PART} adds ${PART} } }`;

function queryOf(name, body) {
  const [declarations, values] = heads();
  return `query ${name}${declarations} { blastRadius${values} ${body} }`;
}

/** Nothing where all failures have ended; asks anew when another failure begins or ends. */
export function DelayCost({ radius, question }) {
  const { failures } = radius;
  if (!failures.some(({ active, endedAt }) => active || !endedAt)) return null;
  const state = failures.map(({ id, endedAt }) => `${id} ${endedAt}`).sort().join();
  return html`<${Section} key=${state} failures=${failures} question=${question} />`;
}

function Section({ failures, question }) {
  const place = useRef(null);
  const seen = useSeen(place);
  const costs = useQuery(seen ? queryOf("DelayCost", COSTS) : null, question, { seconds: SECONDS });
  const [compared, setCompared] = useState(failures.length <= FEW);
  const asks = seen && compared && failures.length > 1;
  const added = useQuery(asks ? queryOf("Added", ADDED) : null, question, { seconds: SECONDS });
  const update = () => { costs.reload(); added.reload(); };
  return html`<section class="card delay-cost" ref=${place} aria-labelledby="delay-title">
    <div class="row spread">
      <h2 id="delay-title">What each hour costs</h2>
      <${Update} costs=${costs} update=${update} />
    </div>
    ${seen && html`
      <${Answered} answer=${costs} what="costs">
        ${({ blastRadius }) => html`<${Costs} ...${blastRadius} />`}
      <//>
    `}
    ${asks && html`
      <div class="delay-first">
        <${Answered} answer=${added} what="comparison">
          ${({ blastRadius }) => html`<${WhichFirst} list=${blastRadius.contributions} />`}
        <//>
      </div>
    `}
    ${seen && !compared && html`
      <p class="no-print">
        <button class="button" type="button" onClick=${() => setCompared(true)}>
          Compare ${plural(failures.length, "failure")}: which to end first
        </button>
      </p>
    `}
  </section>`;
}

function Update({ costs, update }) {
  return html`<p class="row small muted delay-update">
    ${costs.data && html`
      <span>As of <${Time} at=${costs.data.blastRadius.asOf} only="absolute" /></span>
      <button class="quiet no-print" type="button" onClick=${update} disabled=${costs.loading}>
        Update<span class="sr"> what each hour costs</span>
      </button>
    `}
  </p>`;
}

function Costs({ delaySentence, costOfDelay }) {
  const knees = kneesOf(costOfDelay);
  return html`
    <p class="lead" role="status">${withoutZone(delaySentence)}</p>
    <${DelayChart} points=${costOfDelay} />
    ${knees.length > 0 && html`
      <ol class="small numbered-list" aria-label="Where the cost grows faster">
        ${knees.map(({ endsAt, reason }) => html`
          <li key=${endsAt}>Faster up to <${Time} at=${endsAt} only="absolute" />: ${withoutZone(reason)}</li>
        `)}
      </ol>
    `}
    <${Figures} points=${costOfDelay} />
  `;
}

function Figures({ points }) {
  return html`<details class="small">
    <summary>Figures by end</summary>
    <div class="table-box" tabindex="0" role="region" aria-label="Cost by the end of the failures">
      <table><caption class="sr">Cost by the end of the failures, expected</caption>
        <thead>
          <tr>
            <th scope="col">Ends in</th>
            <th scope="col">At</th>
            <th scope="col" class="right">Promises missed</th>
            <th scope="col" class="right">Range</th>
            <th scope="col" class="right">Affected orders</th>
            <th scope="col" class="right">Range</th>
            <th scope="col" class="right">Still to come</th>
            <th scope="col" class="right">Range</th>
            <th scope="col" class="right">Postings</th>
            <th scope="col">Refunds at risk</th>
          </tr>
        </thead>
        <tbody>
          ${points.map((point) => html`<${Row} key=${point.endsIn} point=${point} />`)}
        </tbody>
      </table>
    </div>
    <p class="muted">
      A range holds the true number in four of five cases. Still to come: orders that are expected to be
      placed until then, and affected; no other column has them.
    </p>
  </details>`;
}

function Row({ point: { endsIn, endsAt, estimates, toCome } }) {
  const { orders, promisesMissed, postings, refundsAtRisk } = estimates;
  return html`<tr>
    <th scope="row">${endName(endsIn)}</th>
    <td class="nowrap">${moment(endsAt)}</td>
    <td class="right">${expectedNumber(promisesMissed)}</td>
    <td class="right nowrap">${lowToHigh(promisesMissed)}</td>
    <td class="right">${expectedNumber(orders)}</td>
    <td class="right nowrap">${lowToHigh(orders)}</td>
    <td class="right">${expectedNumber(toCome.affected)}</td>
    <td class="right nowrap">${lowToHigh(toCome.affected)}</td>
    <td class="right">${expectedNumber(postings)}</td>
    <td><${ExpectedMoneys} of=${refundsAtRisk} /></td>
  </tr>`;
}

function WhichFirst({ list }) {
  if (list.length < 2) return null;
  const { failure, adds } = list[0];
  const adding = [[adds.promisesMissed, "promise"], [adds.orders, "order"]]
    .filter(([{ expected }]) => expected >= 0.5)
    .map(([estimate, one]) => about(estimate, one));
  return html`
    <h3 id="which-first">Which to end first</h3>
    <p>
      ${adding.length
        ? html`<${IdLink} id=${failure.id}>${failure.id.slice(8)}<//> adds most: ${adding.join(" and ")}.`
        : "None of them adds to what the others do."}
    </p>
    <div class="table-box" tabindex="0" role="region" aria-labelledby="which-first">
      <table><caption class="sr">What each failure does alone, and what it adds to the others</caption>
        <thead>
          <tr><th scope="col">Failure</th><th scope="col">Adds</th><th scope="col">Alone</th></tr>
        </thead>
        <tbody>
          ${list.map((each) => html`
            <tr key=${each.failure.id}>
              <th scope="row"><${IdLink} id=${each.failure.id}>${each.failure.id.slice(8)}<//></th>
              <td><${Part} of=${each.adds} /></td>
              <td><${Part} of=${each.alone} /></td>
            </tr>
          `)}
        </tbody>
      </table>
    </div>
    <p class="small muted">Adds: what would not happen without it, if the others continue.</p>
  `;
}

const Part = ({ of: { promisesMissed, orders } }) => html`
  <div class="delay-part">${expectedCount(promisesMissed, "promise")}</div>
  <div class="delay-part">${expectedCount(orders, "order")}</div>
`;

/** Such as "about 44 promises 15 to 81": without the possible ones, which the ranges of the answer have. */
const expectedCount = (estimate, one) => html`
  <span class="nowrap">${about(estimate, one)}</span>${rangeOf(estimate) && html`
    <span class="small muted nowrap">${lowToHigh(estimate)}</span>
  `}
`;
