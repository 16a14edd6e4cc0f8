// Charts of measures: columns by period, each with its figures as a table and as CSV.
import { html } from "/web/app/ui.js";
import { CsvButton } from "/web/app/parts/copy.js";
import { Figures } from "/web/app/parts/figures.js";

/** Periods that have room for their names on a phone, in a wide chart and in a small one. */
const MOST_NAMES = 6;
const MOST_SMALL_NAMES = 4;

/**
 * @param columns [{ key, name, value, text }], oldest first; a value of null is unknown and draws nothing
 * @param label of a small chart
 */
export function Columns({ columns, label, most = null }) {
  const top = most ?? Math.max(...columns.map(({ value }) => value ?? 0), 0);
  const step = Math.ceil(columns.length / (label ? MOST_SMALL_NAMES : MOST_NAMES));
  if (columns.every(({ value }) => value === null)) return html`<div class="period-chart">
    <p class="chart-label">${label}</p><p class="small muted">Not known for any of these periods.</p>
  </div>`;
  const isNamed = (n) => (columns.length - 1 - n) % step === 0;
  return html`<figure class="period-chart">
    ${label && html`<figcaption>${label}</figcaption>`}
    <div class="period-columns ${step > 1 ? "many" : ""}" aria-hidden="true">
      ${columns.map(({ key, name, value, text }, n) => html`
        <div key=${key} class="period-column" title=${`${name}: ${text}`}>
          <span class="period-value">${isNamed(n) ? text : ""}</span>
          <span class="period-bar ${value === null ? "unknown" : ""}"
              style=${{ height: `${top > 0 ? (100 * (value ?? 0)) / top : 0}%` }}></span>
          <span class="period-name">${isNamed(n) ? name : ""}</span>
        </div>
      `)}
    </div>
  </figure>`;
}

/**
 * A card with charts, and the same figures as a table and as CSV.
 * @param table { columns, rows: cells in words, raw: cells for programs }
 */
export function Measure({ title, says = null, name, table, children }) {
  const id = `measure-${name}`;
  return html`<section class="card measure" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    ${says && html`<p class="small muted">${says}</p>`}
    ${children}
    <div class="measure-foot">
      <${Figures} caption=${`${title}, in numbers`} columns=${table.columns} rows=${table.rows} />
      <${CsvButton} name=${`measures-${name}.csv`} columns=${table.columns}
          rows=${() => table.raw ?? table.rows}
          label=${html`CSV<span class="sr"> of ${title}</span>`} />
    </div>
  </section>`;
}
