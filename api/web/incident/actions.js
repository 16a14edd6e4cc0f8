// What can be done with an incident. The action that is being confirmed is in the address.
import { html } from "/web/app/ui.js";
import { useIncidents } from "/web/app/incidents.js";
import { key, plural, words } from "/web/app/format.js";
import { change } from "/web/app/router.js";
import { useMay } from "/web/app/viewer.js";
import { ActionForm } from "./action_form.js";

const GIVEN = "note: $note, by: $by, version: $version";
const simple = (name) => `${name}Incident(id: $id, ${GIVEN})`;
const from = (incident) => `Its state is ${words(incident.state)} now`;

/** Actions by their name in the address: { label, when(incident), and what ActionForm takes }. */
const ACTIONS = {
  acknowledge: {
    label: "Acknowledge",
    title: "Acknowledge it?",
    when: ({ acknowledged, state }) => !acknowledged && state !== "CLOSED" && state !== "RESOLVED",
    says: (incident) => [`${from(incident)}; then acknowledged: others see that you are looking after it.`],
    field: simple("acknowledge"),
  },
  assign: {
    label: "Assign",
    title: "Assign it?",
    when: ({ state }) => state !== "CLOSED",
    start: ({ owner, assignee }) => ({ assignee: assignee ?? owner?.id ?? "" }),
    says: (incident) => [
      incident.assignee ? `Assigned to ${key(incident.assignee)} so far.` : "Not assigned so far.",
      "This page does not notify the assignee.",
    ],
    missing: ({ assignee }) => !assignee.trim() && "Enter a team or a person.",
    fields: Assignee,
    field: `assignIncident(id: $id, assignee: $assignee, ${GIVEN})`,
    types: "$assignee: String!,",
    variables: ({ assignee }) => ({ assignee: assignee.trim() }),
  },
  note: {
    label: "Note",
    title: "Add a note?",
    when: () => true,
    says: () => ["It is added to the timeline and the report; nothing else changes."],
    needsNote: true,
    field: simple("note"),
  },
  mitigate: {
    label: "Mitigated",
    title: "Is the harm contained?",
    when: ({ state }) => state === "OPEN" || state === "ACKNOWLEDGED",
    says: (incident) => [`${from(incident)}; then mitigated. Its failures stay active until resolved.`],
    field: simple("mitigate"),
  },
  close: {
    label: "Close",
    title: "Close it?",
    when: ({ state }) => state !== "CLOSED",
    says: closing,
    field: simple("close"),
  },
  reopen: {
    label: "Reopen",
    title: "Reopen it?",
    when: ({ state }) => state === "CLOSED",
    says: ({ active }) => [`It is listed again${active ? "" : ", and stays open until somebody closes it"}.`],
    field: simple("reopen"),
  },
  merge: {
    label: "Merge",
    title: "Merge it with other incidents?",
    when: ({ state }) => state !== "CLOSED",
    start: () => ({ others: [] }),
    says: () => ["They become one incident, named after the earliest, whatever their likely causes."],
    missing: ({ others }) => !others.length && "Choose at least one.",
    fields: Others,
    noId: true,
    field: `mergeIncidents(ids: $ids, ${GIVEN})`,
    types: "$ids: [ID!]!,",
    variables: ({ others }, incident) => ({ ids: [incident.id, ...others] }),
  },
  split: {
    label: "Split",
    title: "Split failures off?",
    when: ({ blastRadius, state }) => blastRadius.failures.length > 1 && state !== "CLOSED",
    start: () => ({ parts: [] }),
    says: () => ["The failures that you choose become an incident of their own; the others stay here."],
    missing: ({ parts }, { blastRadius }) =>
      (!parts.length || parts.length === blastRadius.failures.length) && "Choose at least one, and not all.",
    fields: Parts,
    field: `splitIncident(id: $id, alerts: $alerts, ${GIVEN})`,
    types: "$alerts: [ID!]!,",
    variables: ({ parts }) => ({ alerts: parts }),
  },
  unplan: {
    label: "Cancel maintenance",
    title: "Cancel the planned maintenance?",
    when: ({ maintenance }) => Boolean(maintenance),
    says: ({ maintenance }) => [
      `The plan ${maintenance.key} is dropped: failures in its time are no longer expected and quiet.`,
    ],
    noId: true,
    field: "cancelMaintenance(key: $key, note: $note, by: $by)",
    types: "$key: String!,",
    gives: "maintenance { key }",
    variables: (form, { maintenance }) => ({ key: maintenance.key }),
  },
};

function closing(incident) {
  const last = incident.blastRadius.failures.filter(({ endedAt }) => !endedAt).length;
  const residual = incident.residual;
  const left = residual && !residual.empty ? ["Not all that its failures affected has recovered."] : [];
  return [
    `${from(incident)}; then closed: it is no longer listed.`,
    ...(last ? [`${plural(last, "failure")} of it ${last === 1 ? "has" : "have"} not ended, and stay${
      last === 1 ? "s" : ""} under Now until resolved there.`] : left),
    "A failure that begins later opens it again.",
  ];
}

export function Actions({ incident, chosen }) {
  const possible = Object.entries(ACTIONS).filter(([, { when }]) => when(incident));
  const action = ACTIONS[chosen]?.when(incident) ? ACTIONS[chosen] : null;
  const close = () => change({ do: null }, { replace: true });
  if (!useMay("work-on-incidents")) return html`
    <p class="small muted no-print">Your role does not permit actions on incidents.</p>
  `;
  return html`
    <div class="row no-print" role="group" aria-label="Actions" data-actions>
      ${possible.map(([name, { label }], at) => html`
        <button key=${name} type="button" class="button ${at === 0 ? "first" : ""}"
            aria-expanded=${name === chosen ? "true" : "false"}
            onClick=${() => change({ do: name === chosen ? null : name }, { replace: true })}>
          ${label} …
        </button>
      `)}
    </div>
    ${action && html`
      <${Form} key=${chosen} name=${chosen} action=${action} incident=${incident} close=${close} />
    `}
  `;
}

function Form({ name, action, incident, close }) {
  const { fields: Fields, start, says, missing, variables } = action;
  const bound = {
    ...action,
    name,
    start: start?.(incident),
    says: () => says(incident),
    missing: (form) => missing?.(form, incident),
    variables: (form) => variables?.(form, incident),
  };
  return html`<${ActionForm} action=${bound} incident=${incident} close=${close} heading="h2">
    ${(form, put) => Fields && html`<${Fields} form=${form} put=${put} incident=${incident} />`}
  <//>`;
}

function Assignee({ form, put, incident }) {
  const teams = incident.blastRadius.owners.map(({ team }) => team);
  return html`<label class="field"><span>Team or person</span>
    <input type="text" list="assignees" value=${form.assignee}
        onInput=${(event) => put({ assignee: event.target.value })} />
    <datalist id="assignees">
      ${teams.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}
    </datalist>
  </label>`;
}

/** Boxes to choose some of a list: [{id, label}]. */
function Choice({ legend, list, chosen, onChoose }) {
  const toggle = (id) => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return html`<fieldset class="choice">
    <legend>${legend}</legend>
    ${list.map(({ id, label }) => html`
      <label key=${id}>
        <input type="checkbox" checked=${chosen.includes(id)} onChange=${() => toggle(id)} />
        <span>${label}</span>
      </label>
    `)}
  </fieldset>`;
}

function Others({ form, put, incident }) {
  const { data, error } = useIncidents();
  const list = (data ?? []).filter(({ id }) => id !== incident.id);
  if (error && !data) return html`<p class="bad" role="alert">${error.message}</p>`;
  if (data && !list.length) return html`<p>No other incident is open.</p>`;
  return html`<${Choice} legend="Incidents to merge with it" chosen=${form.others}
      list=${list.map(({ id, headline }) => ({ id, label: `${key(id)}: ${headline}` }))}
      onChoose=${(others) => put({ others })} />`;
}

function Parts({ form, put, incident }) {
  const list = incident.blastRadius.failures
    .map(({ id, summary, class: failureClass, target }) =>
      ({ id, label: `${key(id)}: ${summary || `${words(failureClass)} of ${target.name}`}` }));
  return html`<${Choice} legend="Failures to split off" chosen=${form.parts} list=${list}
      onChoose=${(parts) => put({ parts })} />`;
}
