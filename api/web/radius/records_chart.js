// Affected postings, messages and tasks by type, each bar divided by what causes it.
import { html, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { expectedNumber, number, words } from "/web/app/format.js";
import { Figures } from "/web/app/parts/figures.js";
import { Answered } from "/web/app/parts/states.js";
import { useSeen } from "/web/app/seen.js";
import { heads } from "./question.js";
import { recordRows } from "./record_rows.js";

const KINDS = { posting: "posting", notification: "message", task: "task", supplier_order: "supplier order" };

function causeQuery() {
  const [declarations, values] = heads();
  return `query RecordCauses${declarations} { blastRadius${values} { recordCauses {
    kind type effect element { id name } count expected } } }`;
}

export function RecordsChart({ radius, question }) {
  const place = useRef(null);
  const seen = useSeen(place);
  const answer = useQuery(seen ? causeQuery() : null, question, { keep: true });
  const { postings, notifications, tasks } = radius.totals;
  if (!postings.length && !notifications.length && !tasks) return null;
  return html`<section class="card records-card" ref=${place} aria-labelledby="records-title">
    <h2 id="records-title">Records by type and cause</h2>
    ${seen && html`
      <${Answered} answer=${answer} what="records by cause">
        ${({ blastRadius }) => html`<${Chart} causes=${blastRadius.recordCauses} />`}
      <//>
    `}
  </section>`;
}

function Chart({ causes }) {
  const { rows, legend } = recordRows(causes);
  const most = Math.max(...rows.map(({ expected }) => expected), 1);
  return html`
    <ul class="cause-legend small" aria-label="Causes">
      ${legend.map((name, n) => html`<li key=${name}><span class="key cause-${n}"></span> ${name}</li>`)}
    </ul>
    <ul class="cause-bars">
      ${rows.map((row) => html`<li key=${`${row.kind} ${row.type} ${row.effect}`}>
        <p class="row spread">
          <span>
            ${words(row.type)} <span class="muted small">${KINDS[row.kind]}, ${words(row.effect)}</span>
          </span>
          <span class="figure">${expectedNumber(row)}</span>
        </p>
        <div class="cause-bar" aria-hidden="true">
          ${row.parts.map(({ cause, expected }) => html`
            <span key=${cause} class="cause-${cause}" title="${legend[cause]}: ${number(expected)}"
                style=${{ width: `${(100 * expected) / most}%` }}></span>
          `)}
        </div>
      </li>`)}
    </ul>
    <${Figures} caption="Expected records by type and cause"
        columns=${["Record", "Effect", "Cause", "Expected", "Possible"]} rows=${causes.map(figuresOf)} />
  `;
}

const figuresOf = ({ kind, type, effect, element, count, expected }) => [
  `${words(type)} (${KINDS[kind]})`,
  words(effect),
  element?.name ?? "several causes",
  expectedNumber({ expected }),
  number(count)
];
