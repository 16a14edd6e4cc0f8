// Who is concerned with an incident: whom it is assigned to, who owns the cause, whom to call.
import { html } from "/web/app/ui.js";
import { key, plural } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { Call } from "../radius/calls.js";

const FIRST = 3;

export function People({ incident }) {
  const { owner, assignee, blastRadius } = incident;
  const others = blastRadius.owners.filter(({ team }) => team.id !== owner?.id);
  const teams = [...(owner ? [owner] : []), ...blastRadius.owners.map(({ team }) => team)];
  const calls = (list) => html`
    <ul class="call">${list.map((share) => html`<${Call} key=${share.team.id} ...${share} />`)}</ul>
  `;
  return html`<section class="card" aria-labelledby="people">
    <h2 id="people">People</h2>
    <dl class="people">
      <div>
        <dt>Assigned to</dt>
        <dd>${assignee ? html`<${Person} of=${assignee} teams=${teams} />` : "nobody yet"}</dd>
      </div>
      <div>
        <dt>Owner of the likeliest cause</dt>
        <dd>${owner ? html`<${Owner} of=${owner} />` : "nobody"}</dd>
      </div>
    </dl>
    ${others.length > 0 && html`
      <h3>Other teams affected</h3>
      ${calls(others.slice(0, FIRST))}
      ${others.length > FIRST && html`
        <details>
          <summary>${plural(others.length - FIRST, "more team")}</summary>
          ${calls(others.slice(FIRST))}
        </details>
      `}
    `}
  </section>`;
}

const Owner = ({ of: { name, contact, escalatesTo } }) => html`
  <strong>${name}</strong> <${Contact} of=${contact} />
  ${escalatesTo.length > 0 && html`
    <p class="small muted">escalate to <${Contact} of=${escalatesTo.join(", ")} isText /></p>
  `}
`;

/** A team by its id or key, with its contact where it is concerned; else a name. */
function Person({ of, teams }) {
  const team = teams.find(({ id }) => id === of || key(id) === of);
  if (team) return html`<strong>${team.name}</strong> <${Contact} of=${team.contact} />`;
  return html`<strong>${key(of)}</strong>`;
}
