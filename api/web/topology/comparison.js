// Comparison of totals: now, with the supposed failure, and the difference.
import { html } from "/web/app/ui.js";
import { money, number } from "/web/app/format.js";

const counted = (rows) => rows.reduce((sum, { count }) => sum + count, 0);
const COUNTS = [
  ["Affected orders", ({ orders }) => orders],
  ["Stuck now", ({ stuck }) => stuck],
  ["Exposed", ({ exposed }) => exposed],
  ["Upcoming", ({ upcoming }) => upcoming],
  ["Records only", ({ recordsOnly }) => recordsOnly],
  ["Promises missed", ({ willMissPromise }) => willMissPromise],
  ["Postings", ({ postings }) => counted(postings)],
  ["Messages", ({ notifications }) => counted(notifications)],
  ["Tasks", ({ tasks }) => tasks],
  ["Supplier orders", ({ supplierOrders }) => supplierOrders],
];

export function Comparison({ present, both, alone, active }) {
  const head = html`
    <thead>
      <tr>
        <th scope="col"><span class="sr">What</span></th>
        <th scope="col" class="right">Now${active ? "" : " (no failures)"}</th>
        <th scope="col" class="right">With it</th>
        <th scope="col" class="right">Difference</th>
        <th scope="col" class="right wide">This failure only</th>
      </tr>
    </thead>
  `;
  const sums = [["Order value", "value"], ["Refunds at risk", "refundsAtRisk"]]
    .flatMap(([label, field]) => currencies(present[field], both[field], alone[field])
        .map((currency) => ({ label, field, currency })));
  return html`
    <div class="columns">
      <div class="table-box" tabindex="0" role="region" aria-label="Counts compared with now">
        <table class="beside">
          <caption class="sr">Totals now, with the supposed failure, and the difference</caption>
          ${head}
          <tbody>
            ${COUNTS.map(([label, of]) => html`
              <tr key=${label}>
                <th scope="row">${label}</th>
                <td class="right">${number(of(present))}</td>
                <td class="right">${number(of(both))}</td>
                <td class="right"><${Difference} by=${of(both) - of(present)} /></td>
                <td class="right wide">${number(of(alone))}</td>
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
                      .map((totals) => html`<td class="right">${amount(totals[field], currency)}</td>`)}
                  <td class="right">${amountDifference(present[field], both[field], currency)}</td>
                  <td class="right wide">${amount(alone[field], currency)}</td>
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
const currencies = (...lists) => [...new Set(lists.flat().map(({ currency }) => currency))].sort();
const of = (list, currency) => list.find((one) => one.currency === currency)?.amount ?? "0";
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
