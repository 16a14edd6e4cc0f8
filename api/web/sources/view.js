// Live sources: how each is, and what came of it.
import { html, useEffect } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { duration, milliseconds, number } from "/web/app/format.js";
import { Empty, Answered } from "/web/app/parts/states.js";
import { Table } from "/web/app/parts/table.js";
import { Badge, Heading, Time } from "/web/app/parts/words.js";

const SOURCES =
  `query Sources { sources { key kind state lag lastEventAt taken repeated quarantined passed problem
    positions { part position } } }`;
const POLL_INTERVAL = 5_000;
const KINDS = {
  kafka: "Kafka", postgres: "PostgreSQL", folder: "folder", webhook: "webhook", alerts: "alerts",
  list: "list of a system",
};
const SHORT = 20; // positions that a source shows at most

const COLUMNS = [
  { key: "key", label: "Source", cell: (row) => html`<strong>${row.key}</strong>` },
  { key: "kind", label: "Kind", cell: (row) => KINDS[row.kind] ?? row.kind },
  { key: "state", label: "State", cell: (row) => html`<${Badge} of=${row.state.toUpperCase()} />` },
  { key: "lag", label: "Lag", right: true, cell: lag },
  { key: "last", label: "Last event", wide: true, cell: lastEvent },
  { key: "taken", label: "Accepted", right: true, cell: (row) => number(row.taken) },
  { key: "repeated", label: "Duplicates", right: true, wide: true, cell: (row) => number(row.repeated) },
  { key: "quarantined", label: "Quarantined", right: true, cell: (row) => number(row.quarantined) },
  { key: "passed", label: "Passed over", right: true, wide: true, cell: (row) => number(row.passed) },
];

function lag({ lag: text }) {
  if (text === null) return html`<span class="muted">unknown</span>`;
  return milliseconds(text) ? duration(text) : "none";
}

function lastEvent({ lastEventAt }) {
  return lastEventAt ? html`<${Time} at=${lastEventAt} />` : html`<span class="muted">none</span>`;
}

export function Sources() {
  const answer = useQuery(SOURCES);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") answer.reload();
    }, POLL_INTERVAL);
    return () => clearInterval(timer);
  }, [answer.reload]);
  return html`
    <${Heading}>Sources<//>
    <${Answered} answer=${answer} what="sources">
      ${({ sources }) => (sources.length ? html`<${Listed} sources=${sources} />` : html`<${None} />`)}
    <//>
  `;
}

function None() {
  return html`
    <${Empty} title="No live sources">
      This server follows no live sources. Declare Kafka topics, queries in PostgreSQL, folders, lists of
      systems, webhooks or alerts in a file, and start it with <code>impactgraph serve --sources FILE</code>.
    <//>
  `;
}

function Listed({ sources }) {
  const quarantined = sources.some((source) => source.quarantined);
  return html`
    <section class="card">
      <${Table} caption="Live sources" columns=${COLUMNS} rows=${sources} keyOf=${(row) => row.key} />
      ${quarantined && html`
        <p class="muted small">
          <code>impactgraph aside</code> lists what was quarantined, each with its reason and place.
        </p>
      `}
    </section>
    ${sources.filter(hasDetails).map((source) => html`<${Details} key=${source.key} source=${source} />`)}
  `;
}

const hasDetails = ({ problem, positions }) => problem || positions.length;

function Details({ source: { key, problem, positions } }) {
  return html`
    <section class="card">
      <h2>${key}</h2>
      ${problem && html`<p role="status">${problem}</p>`}
      ${positions.length > 0 && html`
        <${Table} caption=${`Positions of ${key}`} rows=${positions.slice(0, SHORT)} columns=${POSITIONS}
            keyOf=${(row) => row.part} />
        ${positions.length > SHORT && html`
          <p class="muted small">The first ${SHORT} of them.</p>
        `}
      `}
    </section>
  `;
}

const POSITIONS = [
  { key: "part", label: "Part", cell: (row) => row.part },
  { key: "position", label: "Read up to", cell: (row) => row.position },
];
