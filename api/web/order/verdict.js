// The verdict: state, since when, the promise, the next step, the owner.
import { html } from "/web/app/ui.js";
import { now, ticks } from "/web/app/clock.js";
import { withoutZone, words } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { PlaybookSteps } from "/web/app/parts/playbook.js";
import { Badge, Stat, Time, tone } from "/web/app/parts/words.js";
import { useStore } from "/web/app/store.js";

const STATE_WORDS = {
  ON_TRACK: "on track",
  WAITING: "waiting as planned",
  AT_RISK: "at risk",
  LATE: "late",
  STUCK: "stuck by a known failure",
  STUCK_WITH_OTHERS: "stuck: common cause",
  STUCK_ALONE: "stuck: no common cause",
  FAILED: "failed",
  DEAD_LETTERED: "in a dead-letter queue",
  RECORD_MISSING: "a record is missing",
  OUT_OF_SEQUENCE: "records out of sequence",
  COMPLETED: "completed", CANCELLED: "cancelled", UNKNOWN: "unknown",
};
const ENDED = new Set(["COMPLETED", "CANCELLED"]);

export const stateWords = (state) => STATE_WORDS[state] ?? words(state);

export function Verdict({ order }) {
  useStore(ticks);
  const { diagnosis, promisedBy } = order;
  const open = !ENDED.has(diagnosis.state);
  const missed = open && promisedBy && Date.parse(promisedBy) < now();
  return html`
    <section class="card verdict ${tone(diagnosis.state)}" aria-label="Verdict" data-state=${diagnosis.state}>
      <p class="row">
        <${Badge} of=${diagnosis.state}>${stateWords(diagnosis.state)}<//>
        ${diagnosis.since && html`<span>since <${Time} at=${diagnosis.since} /></span>`}
      </p>
      <p class="lead">${withoutZone(diagnosis.headline)}</p>
      ${diagnosis.leftOut.length > 0 && html`
        <p role="status"><strong>Not counted.</strong> ${diagnosis.leftOut.join(" ")}</p>
      `}
      <dl class="stats">
        ${promisedBy && html`
          <${Stat} label="Promised" kind=${missed ? "small bad" : "small"}>
            <${Time} at=${promisedBy} />
            ${missed && html` <span class="note">missed</span>`}
          <//>
        `}
        ${open && html`
          <${Stat} label="Next step" kind="small">
            ${diagnosis.nextExpected ? html`<${Time} at=${diagnosis.nextExpected} />` : "unknown"}
          <//>
        `}
        ${diagnosis.owner && html`
          <${Stat} label="Owner" kind="small">
            ${diagnosis.owner.name} <${Contact} of=${diagnosis.owner.contact} />
          <//>
        `}
      </dl>
      ${diagnosis.playbooks.map((playbook) => html`
        <details key=${playbook.id}><summary>What to do: ${playbook.name}</summary>
          <${PlaybookSteps} steps=${playbook.steps} />
        </details>`)}
    </section>`;
}
