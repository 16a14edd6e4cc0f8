// The playbook of an incident as a checklist: who does each step, who must agree, what it saves, who did it.
import { html, useState } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now, ticks } from "/web/app/clock.js";
import { key } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { CopyButton } from "/web/app/parts/copy.js";
import { Answered } from "/web/app/parts/states.js";
import { savingOf } from "/web/app/parts/steps.js";
import { Time } from "/web/app/parts/words.js";
import { useStore } from "/web/app/store.js";
import { useMay } from "/web/app/viewer.js";
import { ActionForm } from "./action_form.js";
import { checklistQuery, incidentOf } from "./question.js";

/** What steps save costs answers: asked anew every five minutes and after each action. */
const FIVE_MINUTES = 300_000;
const SECONDS = 30;

export function Checklist({ incident, of, asOf }) {
  useStore(ticks);
  const state = `${incident.id} ${incident.version} ${incident.likelyCause[0]?.element.id}`;
  const round = asOf ?? Math.floor(now() / FIVE_MINUTES);
  const answer = useQuery(
    checklistQuery(asOf),
    { failures: [of], ...(asOf ? { asOf } : {}), state, round },
    { keep: true, seconds: SECONDS }
  );
  return html`<section class="card checklist" aria-labelledby="checklist">
    <h2 id="checklist">What to do</h2>
    <${Answered} answer=${answer} what="the checklist">
      ${(data) => html`
        <${Steps} steps=${incidentOf(data)?.checklist ?? []} incident=${incident} asOf=${asOf} />
      `}
    <//>
  </section>`;
}

function Steps({ steps, incident, asOf }) {
  const playbooks = incident.blastRadius.playbooks.map((one) => ({ ...one, id: key(one.id) }));
  const names = new Map(playbooks.map(({ id, name }) => [id, name]));
  const keys = [...new Set(steps.map(({ playbook }) => playbook))];
  const messages = playbooks.filter(({ id, message }) => message && keys.includes(id));
  if (!steps.length) return html`
    <p>No playbook fits this cause: call the owner.</p>
    <p class="small muted">
      Steps come from the section <code>playbooks</code> of the topology, by element and class of failure.
    </p>
  `;
  return html`
    ${keys.map((one) => html`
      ${keys.length > 1 && html`<h3>${names.get(one) ?? one}</h3>`}
      <ol class="steps" aria-label=${names.get(one) ?? one}>
        ${steps.filter(({ playbook }) => playbook === one).map((step) => html`
          <${Step} key=${step.number} step=${step} incident=${incident} asOf=${asOf} />
        `)}
      </ol>
    `)}
    <${Unknown} steps=${steps} />
    ${messages.map(({ id, message }) => html`
      <div key=${id}>
        <h3>Customer message</h3>
        <p class="say">${message}</p>
        <p class="no-print"><${CopyButton} text=${message} label="Copy customer message" /></p>
      </div>
    `)}
  `;
}

/** Why what open steps save is not shown, once for all. */
function Unknown({ steps }) {
  const unknown = steps.filter(({ state, saves }) => state !== "done" && !saves);
  const reasons = new Set(unknown.map(({ savesReason }) => savesReason));
  return reasons.size > 0 && html`
    <p class="small muted">Not every step shows what it saves: ${[...reasons].join(" ")}</p>
  `;
}

function Step({ step, incident, asOf }) {
  const [open, setOpen] = useState(null);
  const may = useMay("work-on-incidents");
  const { text, owner, approvalName, state, by, at, automation } = step;
  const isDone = state === "done";
  return html`<li class="step ${state}" data-step=${step.number}>
    <span class="box" aria-hidden="true">${isDone ? "☑" : "☐"}</span>
    <div class="step-body">
      <p>
        <span class="sr">${isDone ? "Done: " : "Open: "}</span>
        <strong>${step.number}. ${text}</strong>
      </p>
      ${owner && html`<p class="small">${owner.name} <${Contact} of=${owner.contact} /></p>`}
      ${approvalName && !isDone && html`<p class="small approval">Needs the approval of ${approvalName}.</p>`}
      ${savingOf(step) && html`
        <p class="small good-text">${savingOf(step)}</p>
        ${step.savesAssumes.length > 0 && html`<p class="small muted">${step.savesAssumes.join(" ")}</p>`}
      `}
      ${state === "started" && html`
        <p class="small">Started by ${by ?? "somebody"} <${Time} at=${at} /></p>
      `}
      <${Request} request=${step.request} />
      ${isDone && html`<p class="small muted">Done by ${by ?? "somebody"} <${Time} at=${at} /></p>`}
      ${!isDone && !asOf && !open && may && html`
        <p class="no-print">
          ${automation && state === "open" && html`
            <button class="button" type="button" onClick=${() => setOpen(() => startAction)}>
              Start …<span class="sr"> step ${step.number}</span>
            </button>${" "}
          `}
          <button class="button" type="button" onClick=${() => setOpen(() => stepAction)}>
            Done …<span class="sr"> with step ${step.number}</span>
          </button>
        </p>
      `}
      ${isDone && !asOf && !open && may && html`
        <p class="no-print">
          <button class="button" type="button" onClick=${() => setOpen(() => undoAction)}>
            Not done …<span class="sr"> step ${step.number}</span>
          </button>
        </p>
      `}
      ${open && isDone === (open === undoAction) && html`
        <${ActionForm} action=${open(step)} incident=${incident} close=${() => setOpen(null)} />
      `}
    </div>
  </li>`;
}

const REQUESTS = { SENT: "sent", WAITING: "waiting to be sent", FAILED: "failed", GIVEN_UP: "given up" };

/** The outcome of the request to carry a step out. */
function Request({ request }) {
  return request && html`<p class="small ${request.state === "GIVEN_UP" ? "approval" : "muted"}">
    Request to ${request.channel}: ${REQUESTS[request.state]}${request.reason && `. ${request.reason}`}
    ${" "}<${Time} at=${request.at} />
  </p>`;
}

const startAction = ({ number, text, playbook, step, approvalName, automation }) => ({
  name: `start-${number}`,
  title: `Start step ${number}?`,
  says: () => [
    `A request to carry out step ${number} is sent to ${automation}, once: ${text}.`,
    ...(approvalName ? [`It needs the approval of ${approvalName}: name in the note who gave it.`] : []),
  ],
  needsNote: Boolean(approvalName),
  field: `startStep(incident: $id, step: $step, playbook: $playbook, note: $note, by: $by,
    version: $version)`,
  types: "$step: Int!, $playbook: String",
  variables: () => ({ step, playbook }),
});

const stepAction = ({ number, text, playbook, step, approvalName }) => ({
  name: `step-${number}`,
  title: `Is step ${number} done?`,
  says: () => [
    `Step ${number} is recorded as done: ${text}. This page does not carry it out.`,
    ...(approvalName ? [`It needs the approval of ${approvalName}: name in the note who gave it.`] : []),
  ],
  needsNote: Boolean(approvalName),
  field: "doStep(incident: $id, step: $step, playbook: $playbook, note: $note, by: $by, version: $version)",
  types: "$step: Int!, $playbook: String",
  variables: () => ({ step, playbook }),
});

const undoAction = ({ number, text, playbook, step }) => ({
  name: `undo-${number}`,
  title: `Is step ${number} not done?`,
  says: () => [`Step ${number} is open again: ${text}. This page does not undo what was carried out.`],
  needsNote: false,
  field: "undoStep(incident: $id, step: $step, playbook: $playbook, note: $note, by: $by, version: $version)",
  types: "$step: Int!, $playbook: String",
  variables: () => ({ step, playbook }),
});
