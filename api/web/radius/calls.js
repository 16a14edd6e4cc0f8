// Teams to call, and playbooks.
import { html } from "/web/app/ui.js";
import { plural } from "/web/app/format.js";
import { CopyButton } from "/web/app/parts/copy.js";
import { Contact } from "/web/app/parts/contact.js";
import { PlaybookSteps } from "/web/app/parts/playbook.js";
import { IdLink } from "/web/app/parts/words.js";

const FIRST = 4;

export function Calls({ radius }) {
  if (!radius.owners.length) return null;
  return html`<div class="columns">
    <section class="card">
      <h2>Teams to call</h2>
      <ol class="call">
        ${radius.owners.slice(0, FIRST).map((share) => html`<${Call} key=${share.team.id} ...${share} />`)}
      </ol>
      ${radius.owners.length > FIRST && html`
        <details>
          <summary>${plural(radius.owners.length - FIRST, "more team")}</summary>
          <ol class="call">
            ${radius.owners.slice(FIRST).map((share) => html`<${Call} key=${share.team.id} ...${share} />`)}
          </ol>
        </details>
      `}
    </section>
    <section class="card"><h2>What to do</h2>${radius.playbooks.length
        ? radius.playbooks.map((playbook, at) => html`
          <${Playbook} key=${playbook.id} playbook=${playbook} open=${at === 0} />
        `)
        : html`
          <p class="muted">
            No playbook covers this. Add one to the topology under <code>playbooks</code>, with its elements
            and failure classes.
          </p>
        `
    }
    </section>
  </div>`;
}

/** A team, how to reach it, and which of its elements are impaired. */
export function Call({ team, orders, elements }) {
  return html`<li>
    <div class="row spread"><strong>${team.name}</strong><${Contact} of=${team.contact} /></div>
    <p class="small muted">
      ${orders ? `up to ${plural(orders, "order")}` : "no order"} via ${elements.slice(0, 3)
          .map(({ id, name }, at) => html`
            ${at > 0 && ", "}
            <${IdLink} id=${id}>${name}<//>
          `)}${
            elements.length > 3
              && ` and ${elements.length - 3} more`
          }${
            team.escalatesTo.length > 0
              && html`; escalate to <${Contact} of=${team.escalatesTo.join(", ")} isText />`
          }
    </p>
  </li>`;
}

function Playbook({ playbook, open }) {
  return html`<details class="playbook" open=${open}><summary>${playbook.name}</summary>
    <${PlaybookSteps} steps=${playbook.steps} />
    ${playbook.message && html`
      <p class="say">${playbook.message}</p>
      <p class="no-print"><${CopyButton} text=${playbook.message} label="Copy customer message" /></p>
    `}
  </details>`;
}
