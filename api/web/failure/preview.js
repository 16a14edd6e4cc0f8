// What a change of a failure would change, and its confirmation. Asks once: a preview does not move while
// somebody reads it.
import { html, useEffect, useState } from "/web/app/ui.js";
import { AMOUNTS, ESTIMATE } from "/web/app/estimates.js";
import { expectedNumber, key, money, number } from "/web/app/format.js";
import { RequestError, gql } from "/web/app/gql.js";
import { Loading, Problem } from "/web/app/parts/states.js";
import { toast } from "/web/app/toasts.js";

const FIGURES = [
  ["Affected orders", "orders"],
  ["Stuck now", "stuck"],
  ["Promises missed", "promisesMissed"],
  ["Postings", "postings"],
  ["Messages", "notifications"],
];
const PART = `{ headline totals { estimates {
  ${FIGURES.map(([, name]) => `${name} ${ESTIMATE}`).join(" ")} value ${AMOUNTS} } } }`;
const documentOf = ({ field, types }) => `mutation Change(${types}, $dryRun: Boolean) { change: ${field} {
  failure { id } problems { message } preview { before ${PART} after ${PART} } } }`;

/** Sends a change, or tries it; problems with its input are an error. */
async function send(change, dryRun) {
  const data = await gql(documentOf(change), { ...change.variables, dryRun });
  const { problems } = data.change;
  if (problems.length) {
    throw new RequestError("BAD_INPUT", problems.map(({ message }) => message).join(" "));
  }
  return data.change;
}

export function Preview({ change, back, done }) {
  const [state, setState] = useState({});
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let wanted = true;
    setState({});
    send(change, true).then(
      ({ preview }) => { if (wanted) setState({ preview }); },
      (error) => { if (wanted) setState({ error }); },
    );
    return () => { wanted = false; };
  }, [change]);
  const confirm = () => {
    setBusy(true);
    send(change, false).then(
      ({ failure }) => { toast(`Done: ${key(failure.id)}`); done(); },
      (error) => { setBusy(false); setState({ error }); },
    );
  };
  const { preview, error } = state;
  return html`
    <h3>${change.says}?</h3>
    ${error && (error.code === "BAD_INPUT"
      ? html`<p class="bad" role="alert">${error.message}</p>`
      : html`<${Problem} error=${error} />`)}
    ${!error && !preview && html`<${Loading} what="what would change" />`}
    ${preview && html`<${Figures} preview=${preview} />`}
    <div class="row">
      <button type="button" class="button first" disabled=${!preview || busy} onClick=${confirm}>
        Confirm
      </button>
      <button type="button" class="button" onClick=${back}>Back</button>
    </div>
  `;
}

function Figures({ preview: { before, after } }) {
  const then = after.totals.estimates;
  const present = before?.totals.estimates;
  const exact = (estimates) => (estimates?.value ?? []).filter(({ converted }) => !converted);
  const currencies = [...new Set([...exact(present), ...exact(then)].map(({ currency }) => currency))];
  const amount = (estimates, currency) => {
    const found = exact(estimates).find((one) => one.currency === currency);
    return money({ amount: found?.expected ?? "0", currency }, { whole: true });
  };
  return html`
    <div class="table-box" tabindex="0" role="region" aria-label="What would change">
      <table class="beside">
        <caption class="sr">What the failure affects, expected: now and after the change</caption>
        <thead><tr>
          <th scope="col"><span class="sr">What</span></th>
          ${present && html`<th scope="col" class="right">Now</th>`}
          <th scope="col" class="right">Then</th>
          ${present && html`<th scope="col" class="right">Difference</th>`}
        </tr></thead>
        <tbody>
          ${FIGURES.map(([label, name]) => html`
            <tr key=${name} data-figure=${name}>
              <th scope="row">${label}</th>
              ${present && html`<td class="right">${expectedNumber(present[name])}</td>`}
              <td class="right">${expectedNumber(then[name])}</td>
              ${present && html`<td class="right">${difference(present[name], then[name])}</td>`}
            </tr>
          `)}
          ${currencies.map((currency) => html`
            <tr key=${currency}>
              <th scope="row">Order value, ${currency}</th>
              ${present && html`<td class="right">${amount(present, currency)}</td>`}
              <td class="right">${amount(then, currency)}</td>
              ${present && html`<td></td>`}
            </tr>
          `)}
        </tbody>
      </table>
    </div>
  `;
}

function difference(before, after) {
  const by = Math.round(after.expected) - Math.round(before.expected);
  return by ? html`<strong>${by > 0 ? "+" : "−"}${number(Math.abs(by))}</strong>` : "none";
}
