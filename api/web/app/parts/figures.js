// The table behind a chart: the same figures in rows.
import { html } from "../ui.js";

/**
 * @param columns their labels, the first that of the rows
 * @param rows a list of cells each, the first its heading; all but the first are aligned as numbers
 */
export const Figures = ({ caption, columns, rows }) => html`
  <details class="small">
    <summary>Figures<span class="sr">: ${caption}</span></summary>
    <div class="table-box" tabindex="0" role="region" aria-label=${caption}>
      <table>
        <caption class="sr">${caption}</caption>
        <thead>
          <tr>
            ${columns.map((label, n) => html`
              <th key=${n} scope="col" class=${n ? "right" : ""}>${label}</th>
            `)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(([heading, ...cells], row) => html`
            <tr key=${row}>
              <th scope="row">${heading}</th>
              ${cells.map((cell, n) => html`<td key=${n} class="right">${cell}</td>`)}
            </tr>
          `)}
        </tbody>
      </table>
    </div>
  </details>
`;
