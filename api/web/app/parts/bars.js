// Bar chart of a breakdown, as a list. A click on a bar filters by it.
import { html } from "../ui.js";
import { number } from "../format.js";

// rows: [{ label, value, part?, note?, to?, chosen? }]; `part` of the value is drawn darker, such as the
// stuck of all. `unit`: one of what is counted.
export function Bars({ rows, label, unit = "order" }) {
  const most = Math.max(1, ...rows.map((row) => row.value));
  return html`
    <ul class="bars" aria-label=${label}>
      ${rows.map((row) => html`<li key=${row.label} class=${row.chosen ? "chosen" : ""}>
        <${row.to ? "a" : "div"} class="bar" href=${row.to} aria-current=${row.chosen ? "true" : null}>
          <span class="bar-label">${row.label}</span>
          <span class="bar-value figure">
            ${number(row.value)}
            <span class="sr"> ${row.value === 1 ? unit : `${unit}s`}</span>
            ${row.note && html` <span class="muted">${row.note}</span>`}
          </span>
          <span class="bar-line" aria-hidden="true">
            <span style=${{ width: `${(100 * row.value) / most}%` }}></span>
            ${
              row.part > 0 && html`
                <span class="part" style=${{ width: `${(100 * row.part) / most}%` }}></span>
              `
            }</span>
        <//>
      </li>`)}</ul>`;
}
