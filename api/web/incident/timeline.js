// What happened in an incident, newest first: failures and alerts, changes, maintenance, and what people did.
import { html, useState } from "/web/app/ui.js";
import { key, sentence, words } from "/web/app/format.js";
import { Badge, IdLink, Time } from "/web/app/parts/words.js";
import { Evidence } from "./causes.js";

const FIRST = 12;

const DID = {
  ACKNOWLEDGED: () => "acknowledged it",
  ASSIGNED: ({ assignee }) => `assigned it to ${key(assignee ?? "")}`,
  NOTED: () => "wrote a note",
  MITIGATED: () => "marked it as mitigated",
  CLOSED: () => "closed it",
  REOPENED: () => "reopened it",
  MERGED: ({ incidents }) => `merged it with ${incidents.join(", ")}`,
  SPLIT: ({ failures }) => `split off ${failures.join(", ")}`,
  STEP_STARTED: ({ step, playbook }) => `started step ${step} of ${playbook}`,
  STEP_DONE: ({ step, playbook }) => `completed step ${step} of ${playbook}`,
  STEP_UNDONE: ({ step, playbook }) => `took back that step ${step} of ${playbook} was done`,
};

/** All entries up to the moment of the page, newest first: { at, kind, text, note }. Pure. */
export function entriesOf({ alerts, blastRadius, likelyCause, maintenance, actions }) {
  const origins = new Map(alerts.edges.map(({ node }) => [node.id, node]));
  const changes = new Map(likelyCause.flatMap((cause) => cause.changes).map((one) => [one.key, one]));
  const plans = [maintenance].filter(Boolean)
    .map(({ startsAt, note }) => ({ at: startsAt, text: "Planned maintenance", note }));
  const entries = [
    ...blastRadius.failures.flatMap((failure) => failureEntries(failure, origins.get(failure.id))),
    ...[...changes.values()].map((one) => ({
      at: one.startedAt,
      kind: "change",
      text: `${sentence(words(one.kind))} ${one.version}`.trim(),
      note: one.summary,
      evidence: one.evidence
    })),
    ...plans.map((plan) => ({ ...plan, kind: "maintenance" })),
    ...actions.map((action) => ({
      at: action.at,
      kind: "action",
      text: `${action.by ?? "Somebody"} ${DID[action.kind](action)}`,
      note: action.note
    })),
  ];
  const until = Date.parse(blastRadius.asOf);
  return entries
    .filter(({ at }) => Date.parse(at) <= until)
    .map((entry, number) => ({ ...entry, number }))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || b.number - a.number);
}

function failureEntries({ id, startedAt, endedAt, target, class: failureClass, summary }, alert) {
  const what = `${sentence(words(failureClass))} of ${target.name}`;
  const from = alert ? `Alert of ${[alert.sender, alert.source].filter(Boolean).join(" ")}` : "Reported";
  const note = `${from}. ${summary}`.trim();
  const entries = [{ at: startedAt, kind: "failure", id, text: `${what} began`, note }];
  return endedAt ? [...entries, { at: endedAt, kind: "end", id, text: `${what} ended`, note: "" }] : entries;
}

export function Timeline({ incident }) {
  const [all, setAll] = useState(false);
  const entries = entriesOf(incident);
  const shown = all ? entries : entries.slice(0, FIRST);
  return html`<section class="card" aria-labelledby="timeline">
    <h2 id="timeline">Timeline, newest first</h2>
    <ol class="timeline">
      ${shown.map((entry) => html`<${Entry} key=${entry.number} entry=${entry} />`)}
    </ol>
    ${shown.length < entries.length && html`
      <p class="no-print">
        <button class="button" type="button" onClick=${() => setAll(true)}>
          ${entries.length - shown.length} earlier
        </button>
      </p>
    `}
  </section>`;
}

const Entry = ({ entry: { at, kind, id, text, note, evidence } }) => html`
  <li class="past ${kind === "failure" ? "fails" : ""}" data-entry=${kind}>
    <span class="when"><${Time} at=${at} only="absolute" /></span>
    <div>
      <p>
        ${kind === "change" && html`<${Badge} of="INFO">change<//> `}
        ${id ? html`<${IdLink} id=${id} class="plain-link">${text}<//>` : text}
      </p>
      ${note && html`<p class="small muted">${note}<${Evidence} of=${evidence} /></p>`}
    </div>
  </li>
`;
