// Copies to the clipboard, and saves files.
import { html } from "../ui.js";
import { toast } from "../toasts.js";

export async function copy(text, what = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text); // the clipboard API needs HTTPS, which internal servers often lack
  }
  toast(what);
}

function copyOldWay(text) {
  const area = document.createElement("textarea");
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  before?.focus();
}

// text: a string, or a function (also async) that returns it on a click.
export function CopyButton({ text, label = "Copy", done = "Copied", kind = "" }) {
  const press = async () => copy(typeof text === "function" ? await text() : text, done);
  return html`<button class="button ${kind}" type="button" onClick=${press}>${label}</button>`;
}

export const MarkdownButton =
  ({ text, label = "Copy as Markdown" }) => html`
    <${CopyButton} text=${text} label=${label} done="Copied as Markdown" />
  `;

// Spreadsheets run a cell that begins like a formula; a quote before it makes it text.
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
export const csv = (columns, rows) => [columns, ...rows]
  .map((row) => row.map(cell)
      .join(","))
  .join("\r\n") + "\r\n";

export function save(name, text, type = "text/csv") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// columns: names; rows: () => rows of cells, also async. Prefer a link to /export where the server exports
// the same.
export function CsvButton({ name, columns, rows, label = "CSV" }) {
  return html`
    <button class="button" type="button" onClick=${async () => save(name, csv(columns, await rows()))}>
      ${label}
    </button>
  `;
}

export const markdownTable = (columns, rows) => {
  const line = (cells) =>
    `| ${cells.map((one) => String(one ?? "").replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
};
