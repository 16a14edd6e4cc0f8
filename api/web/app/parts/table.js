// Tables. Columns: { key, label, cell(row), right?, wide? (wide screens only), sort? (value of the sort
// parameter) }.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../ui.js";
import { moveByArrows } from "../keys.js";
import { number } from "../format.js";
import { gql } from "../gql.js";
import { useRetry } from "../retry.js";
import { Loading, Problem } from "./states.js";

const ROW = 44; // px; parts.css fixes the rows of a long table to this height
const SPARE = 12; // rows rendered beyond the visible ones
const PAGE = 100;

const cellClass = (column) => [column.right && "right", column.wide && "wide"].filter(Boolean).join(" ");

function Head({ columns, sorted, onSort }) {
  return html`
    <thead>
      <tr>
        ${columns.map((column) => html`
          <th scope="col" class=${cellClass(column)}
              aria-sort=${column.sort && column.sort === sorted ? "other" : null}>
            ${
              column.sort
                && onSort
                ? html`
                  <button class="sort" type="button" onClick=${() => onSort(column.sort)}>
                    ${column.label}${column.sort === sorted ? " ▾" : ""}
                  </button>
                `
                : column.label
            }</th>`)}</tr></thead>`;
}

const Cells = ({ columns, row }) =>
  columns.map((column) => html`<td class=${cellClass(column)}>${column.cell(row)}</td>`);

export function Table({ caption, columns, rows, keyOf = (row) => row.id, rowClass = () => "" }) {
  return html`<div class="table-box"><table onKeyDown=${moveByArrows}>
    <caption class="sr">${caption}</caption>
    <${Head} columns=${columns} />
    <tbody>
      ${rows.map((row) => html`
        <tr key=${keyOf(row)} class=${rowClass(row)}><${Cells} columns=${columns} row=${row} /></tr>
      `)}
    </tbody>
  </table></div>`;
}

const NO_ROWS = { rows: [], total: null, end: null, more: true, error: null };

// Pages of a Relay connection, loaded on scrolling. Rows stay until `query`, `variables` or `version` change.
export function usePages({ query, variables, pick, version = 0 }) {
  const [round, setRound] = useState(0);
  const request = JSON.stringify([query, variables, version, round]);
  const [state, set] = useState({ ...NO_ROWS, request });
  const asking = useRef(null);
  const fresh = state.request === request;
  const load = async () => {
    if (asking.current === request || (fresh && !state.more)) return;
    asking.current = request;
    try {
      const page = pick(await gql(query, { ...variables, first: PAGE, after: fresh ? state.end : null }));
      set((before) => ({
        request,
        rows: [...(before.request === request ? before.rows : []), ...page.edges.map(({ node }) => node)],
        total: page.totalCount, end: page.pageInfo.endCursor, more: page.pageInfo.hasNextPage, error: null,
      }));
    } catch (error) {
      set((before) => (before.request === request ? { ...before, error } : { ...NO_ROWS, request, error }));
    } finally {
      if (asking.current === request) asking.current = null;
    }
  };
  useEffect(() => { load(); }, [request]);
  const retry = () => (state.rows.length ? load() : setRound(round + 1));
  useRetry(state.error, retry);
  return { ...state, stale: !fresh, load, retry };
}

// A virtual list: renders the visible rows only; prints all loaded rows.
export function LongTable({
  caption,
  columns,
  query,
  variables = {},
  pick,
  version = 0,
  keyOf = (row) => row.id,
  rowClass = () => "",
  sorted = null,
  onSort = null,
  empty = "None.",
  onTotal = null
}) {
  const pages = usePages({ query, variables, pick, version });
  const box = useRef(null);
  const [visible, setVisible] = useState({ from: 0, to: 40 });
  const [printing, setPrinting] = useState(false);
  const rows = pages.rows;
  const update = () => {
    if (!box.current) return;
    const from = Math.max(0, Math.floor(box.current.scrollTop / ROW) - SPARE);
    const to = Math.ceil((box.current.scrollTop + box.current.clientHeight) / ROW) + SPARE;
    setVisible((before) => (before.from === from && before.to === to ? before : { from, to }));
    if (to >= rows.length) pages.load();
  };
  useLayoutEffect(update, [rows.length]);
  useEffect(() => { if (onTotal && pages.total !== null) onTotal(pages.total); }, [pages.total]);
  useEffect(() => {
    const begin = () => setPrinting(true);
    const end = () => setPrinting(false);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => { removeEventListener("beforeprint", begin); removeEventListener("afterprint", end); };
  }, []);
  if (pages.error && !rows.length) return html`<${Problem} error=${pages.error} retry=${pages.retry} />`;
  if (pages.total === null) return html`<${Loading} what=${caption} />`;
  if (pages.total === 0) return html`<p class="muted">${empty}</p>`;
  const from = printing ? 0 : visible.from;
  const to = printing ? rows.length : Math.min(visible.to, rows.length);
  return html`
    <div class="table-box long" ref=${box} onScroll=${update} tabindex="0" role="region"
        aria-label=${caption} aria-busy=${pages.stale ? "true" : null}>
      <table onKeyDown=${moveByArrows} aria-rowcount=${pages.total + 1}>
        <caption class="sr">${caption}</caption>
        <${Head} columns=${columns} sorted=${sorted} onSort=${onSort} />
        <tbody>
          ${from > 0 && html`
            <tr class="gap" aria-hidden="true">
              <td colspan=${columns.length} style=${{ height: `${from * ROW}px` }}></td>
            </tr>
          `}
          ${rows.slice(from, to)
              .map((row, at) => html`
                <tr key=${keyOf(row)} aria-rowindex=${from + at + 2} class=${rowClass(row)}>
                  <${Cells} columns=${columns} row=${row} />
                </tr>
              `)}
          ${to < rows.length && html`
            <tr class="gap" aria-hidden="true">
              <td colspan=${columns.length} style=${{ height: `${(rows.length - to) * ROW}px` }}></td>
            </tr>
          `}
        </tbody>
      </table>
    </div>
    ${pages.error && html`<${Problem} error=${pages.error} retry=${pages.retry} />`}
    <p class="muted small">
      ${
        rows.length < pages.total
          ? `${number(rows.length)} of ${number(pages.total)} loaded; scroll for more.`
          : `${number(pages.total)} in total.`
      }
    </p>
  `;
}
