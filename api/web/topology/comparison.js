// Comparison of expected totals: now, with the supposed failure, and the difference.
import { html } from "/web/app/ui.js";
import { expectedNumber, money, number, rangeOf } from "/web/app/format.js";

const COUNTS = [
  ["Affected orders", "orders"],
  ["Stuck now", "stuck"],
  ["Exposed", "exposed"],
  ["Upcoming", "upcoming"],
  ["Records only", "recordsOnly"],
  ["Promises missed", "promisesMissed"],
  ["Postings", "postings"],
  ["Messages", "notifications"],
  ["Tasks", "tasks"],
  ["Supplier orders", "supplierOrders"],
];

/** `instead`: the supposed failure stands for one of today's. */
export function Comparison({ present, both, alone, active, instead = false }) {
  const head = html`
    <thead>
      <tr>
        <th scope="col"><span class="sr">What</span></th>
        <th scope="col" class="right">Now${active ? "" : " (no failures)"}</th>
        <th scope="col" class="right">${instead ? "Changed" : "With it"}</th>
        <th scope="col" class="right">Difference</th>
        <th scope="col" class="right wide">This failure only</th>
      </tr>
    </thead>
  `;
  const sums = [["Order value", "value"], ["Refunds at risk", "refundsAtRisk"]]
    .flatMap(([label, field]) =>
      currencies(...[present, both, alone].map(({ estimates }) => estimates[field]))
        .map((currency) => ({ label, field, currency })));
  return html`
    <div class="columns">
      <div class="table-box" tabindex="0" role="region" aria-label="Counts compared with now">
        <table class="beside">
          <caption class="sr">Totals now, with the supposed failure, and the difference</caption>
          ${head}
          <tbody>
            ${COUNTS.map(([label, field]) => html`
              <tr key=${label}>
                <th scope="row">${label}</th>
                <td class="right">${expectedNumber(present.estimates[field])}</td>
                <td class="right" title=${rangeOf(both.estimates[field])}>
                  ${expectedNumber(both.estimates[field])}
                </td>
                <td class="right">
                  <${Difference} by=${
                    Math.round(both.estimates[field].expected) - Math.round(present.estimates[field].expected)
                  } />
                </td>
                <td class="right wide">${expectedNumber(alone.estimates[field])}</td>
              </tr>
            `)}
          </tbody></table></div>
      ${sums.length > 0 && html`
        <div class="table-box" tabindex="0" role="region" aria-label="Money compared with now">
          <table class="beside">
            <caption class="sr">Money now, with the supposed failure, and the difference</caption>
            ${head}
            <tbody>
              ${sums.map(({ label, field, currency }) => html`
                <tr key=${label + currency}><th scope="row">${label}, ${currency}</th>
                  ${[present, both]
                      .map((totals) => html`
                        <td class="right">${amount(totals.estimates[field], currency)}</td>
                      `)}
                  <td class="right">
                    ${amountDifference(present.estimates[field], both.estimates[field], currency)}
                  </td>
                  <td class="right wide">${amount(alone.estimates[field], currency)}</td>
                </tr>
              `)}
            </tbody>
          </table>
        </div>
      `}
    </div>
  `;
}

const Difference =
  ({ by }) => (
    by
      ? html`<strong>${by > 0 ? "+" : "−"}${number(Math.abs(by))}</strong>`
      : html`<span class="muted">none</span>`
  );
const exact = (list) => list.filter(({ converted }) => !converted);
const currencies = (...lists) => [...new Set(exact(lists.flat()).map(({ currency }) => currency))].sort();
const of = (list, currency) => exact(list).find((one) => one.currency === currency)?.expected ?? "0";
const amount = (list, currency) => money({ amount: of(list, currency), currency }, { whole: true });

/** Amounts are shown in whole units, for which floats are exact enough. */
function amountDifference(before, after, currency) {
  const by = Number(of(after, currency)) - Number(of(before, currency));
  if (Math.abs(by) < 0.5) return html`<span class="muted">none</span>`;
  return html`
    <strong>
      ${by > 0 ? "+" : "−"}${money({ amount: String(Math.abs(by)), currency }, { whole: true })}
    </strong>
  `;
}
