// Measures of orders: promises kept, exceptions in steps, late postings, and forecasts against what happened.
import { html } from "/web/app/ui.js";
import { money, number, percent, words } from "/web/app/format.js";
import { IdLink, Time } from "/web/app/parts/words.js";
import { Columns, Measure } from "./charts.js";

const MOST_CHARTS = 8;
const UNKNOWN = "–";

/** The rows by what they are about, those with the most first: [[name, Map(period -> row)]]. */
function grouped(rows, name, weight) {
  const groups = new Map();
  for (const row of rows) {
    if (!groups.has(row[name])) groups.set(row[name], new Map());
    groups.get(row[name]).set(row.period, row);
  }
  const total = ([, of]) => [...of.values()].reduce((sum, row) => sum + weight(row), 0);
  return [...groups].sort((a, b) => total(b) - total(a));
}

const columnsOf = (periods, rows, value, text) => periods.map((period) => {
  const row = rows.get(period.key);
  return {
    key: period.key, name: period.name, value: row ? value(row) : null, text: row ? text(row) : UNKNOWN,
  };
});

const More = ({ count, of }) => count > MOST_CHARTS && html`
  <p class="small muted">The ${MOST_CHARTS} ${of} of ${number(count)}: all are in the figures.</p>
`;

function SmallCharts({ groups, periods, label, value, text, most = null }) {
  return html`<div class="small-charts">
    ${groups.slice(0, MOST_CHARTS).map(([name, rows]) => html`
      <${Columns} key=${name} label=${label(name)} most=${most}
          columns=${columnsOf(periods, rows, value, text)} />
    `)}
  </div>`;
}

const nameOf = (periods) => (of) => periods.find((period) => period.key === of)?.name ?? of;

export function Service({ service, periods }) {
  if (!service.length) return null;
  const groups = grouped(service, "channel", (row) => row.promises);
  const period = nameOf(periods);
  return html`<${Measure} title="Promises kept, by channel" name="promises"
      says="Of the promises whose time is over." table=${{
        columns: ["Period", "Channel", "Promises", "Kept", "Share"],
        rows: service.map((r) =>
          [period(r.period), words(r.channel), number(r.promises), number(r.kept), percent(r.share)]),
        raw: service.map((r) => [r.period, r.channel, r.promises, r.kept, r.share]),
      }}>
    <${SmallCharts} groups=${groups} periods=${periods} label=${words} most=${1}
        value=${(row) => row.share} text=${(row) => percent(row.share)} />
    <${More} count=${groups.length} of="largest channels" />
  <//>`;
}

export function Exceptions({ steps, periods }) {
  const withErrors = steps.filter(({ failed }) => failed);
  if (!withErrors.length) return null;
  const failing = new Set(withErrors.map(({ step }) => step));
  const names = new Map(withErrors.map(({ step, name }) => [step, name]));
  const groups = grouped(steps.filter(({ step }) => failing.has(step)), "step", (row) => row.failed);
  const most = Math.max(...withErrors.map(({ rate }) => rate));
  const period = nameOf(periods);
  return html`<${Measure} title="Exceptions, by step" name="exceptions"
      says="Fulfillments with an error in the step, of those that entered it in the period." table=${{
        columns: ["Period", "Step", "Entered", "With errors", "Rate"],
        rows: withErrors.map((r) =>
          [period(r.period), r.name, number(r.entered), number(r.failed), percent(r.rate, 1)]),
        raw: steps.map((r) => [r.period, r.step, r.entered, r.failed, r.rate]),
      }}>
    <${SmallCharts} groups=${groups} periods=${periods} label=${(step) => names.get(step)} most=${most}
        value=${(row) => row.rate} text=${(row) => percent(row.rate, 1)} />
    <${More} count=${groups.length} of="steps with the most errors" />
  <//>`;
}

export function LatePostings({ postings, periods }) {
  if (!postings.length) return null;
  const groups = grouped(postings, "type", (row) => row.postings);
  const period = nameOf(periods);
  const each = (row) => row.moneyDays.map((one) => money(one, { whole: true })).join(" + ");
  return html`<${Measure} title="Late postings" name="late-postings"
      says="The figures include the working capital that is tied up: amounts times days." table=${{
        columns: ["Period", "Type", "Postings", "Amount times days"],
        rows: postings.map((r) => [period(r.period), words(r.type), number(r.postings), each(r)]),
        raw: postings.map((r) => [
          r.period, r.type, r.postings, r.moneyDays.map((one) => `${one.amount} ${one.currency}`).join(" + "),
        ]),
      }}>
    <${SmallCharts} groups=${groups} periods=${periods} label=${words}
        value=${(row) => row.postings} text=${(row) => number(row.postings)} />
    <${More} count=${groups.length} of="most frequent types" />
  <//>`;
}

export function Forecasts({ forecasts }) {
  if (!forecasts.length) return null;
  const top = Math.max(1, ...forecasts.flatMap(({ expected, happened }) => [expected, happened]));
  const bar = (value, kind, label) => html`
    <span class="check-line ${kind}">
      <span class="check-bar" aria-hidden="true" style=${{ width: `${(100 * value) / top}%` }}></span>
      <span class="figure">${number(value, 1)}<span class="muted"> ${label}</span></span>
    </span>`;
  return html`<${Measure} title="Forecasts and what happened" name="forecasts"
      says="Promises missed: forecast a quarter of an hour after the report, and what happened since."
      table=${{
        columns: ["Incident", "Orders", "Forecast to miss", "Missed"],
        rows: forecasts.map((r) =>
          [r.headline, number(r.orders), number(r.expected, 1), number(r.happened)]),
        raw: forecasts.map((r) => [r.incident, r.orders, r.expected, r.happened]),
      }}>
    <ul class="checks" aria-label="Promises missed by incident">
      ${forecasts.slice(0, MOST_CHARTS).map((r) => html`
        <li key=${r.incident}>
          <span>
            <${IdLink} id=${r.incident}>${r.headline}<//>${" "}
            <span class="muted small"><${Time} at=${r.at} /></span>
          </span>
          ${bar(r.expected, "forecast", "forecast")}
          ${bar(r.happened, "happened", "missed")}
        </li>
      `)}
    </ul>
    <${More} count=${forecasts.length} of="first" />
  <//>`;
}
