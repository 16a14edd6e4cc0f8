// Out of the page: the clipboard, and files.
import { html } from "../ui.js";
import { toast } from "../toasts.js";

export async function copy(text, what = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text); // the clipboard is there for secure pages only, and a server in the house often has no certificate
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

// text: a string, or a function (async too) that makes it when it is pressed.
export function CopyButton({ text, label = "Copy", done = "Copied", kind = "" }) {
  const press = async () => copy(typeof text === "function" ? await text() : text, done);
  return html`<button class="button ${kind}" type="button" onClick=${press}>${label}</button>`;
}

export const MarkdownButton = ({ text, label = "Copy as Markdown" }) => html`<${CopyButton} text=${text} label=${label} done="Copied: paste it into the chat" />`;

// A cell that begins like a formula is one to a spreadsheet; a quote before it keeps it text.
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
export const csv = (columns, rows) => [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

export function save(name, text, type = "text/csv") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// columns: names; rows: () => rows of cells, async too. What the server can export itself is better linked: /export gives all of it.
export function CsvButton({ name, columns, rows, label = "CSV" }) {
  return html`<button class="button" type="button" onClick=${async () => save(name, csv(columns, await rows()))}>${label}</button>`;
}

export const markdownTable = (columns, rows) => {
  const line = (cells) => `| ${cells.map((one) => String(one ?? "").replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
};
