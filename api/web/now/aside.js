// Beside the failures: next missed promises, teams to call, recently resolved failures.
import { html } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { about, plural } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { Badge, IdLink, Time } from "/web/app/parts/words.js";
import { Table } from "/web/app/parts/table.js";
import { href } from "/web/app/router.js";

const PROMISE_COLUMNS = [
  {
    key: "order",
    label: "Order",
    cell: ({ order }) => html`<${IdLink} id=${order.id} data-stop class="nowrap">${order.id.slice(6)}<//>`
  },
  { key: "promised", label: "Promised", cell: ({ order }) => html`<${Time} at=${order.promisedBy} />` },
  {
    key: "band",
    label: "Now",
    cell: ({ band, firstHit }) => html`
      <${Badge} of=${band} /> <span class="small muted">${firstHit.name}</span>
    `
  },
];

export function Promises({ promises, expected }) {
  if (!promises.totalCount) return html`
    <section class="card">
      <h2>Promises</h2>
      <p>
        ${expected.possible
          ? `Of all affected orders, ${about(expected, "promise")} will be missed because of these failures.
            For no single order is it more likely than not that they are the reason.`
          : "No promises will be missed because of these failures."}
      </p>
    </section>
  `;
  return html`<section class="card"><h2>Promises that are likely to be missed, soonest first</h2>
    <${Table} caption="Promises that are likely to be missed" columns=${PROMISE_COLUMNS}
        rows=${promises.edges.map(({ node }) => node)} keyOf=${({ order }) => order.id} />
    ${promises.totalCount > promises.edges.length && html`
      <p class="small"><a href=${href("radius", { missed: 1 })}>All ${promises.totalCount}</a></p>
    `}
  </section>`;
}

// What is still open although nothing fails, and what the figures leave out.
export function Open({ radius }) {
  const waiting = radius.awaitingReplay.map(({ orders, records, failure }) => {
    const what = [orders && plural(orders, "order"), records && plural(records, "record")]
      .filter(Boolean)
      .join(" and ");
    const cause = failure
      ? `after ${failure.id.slice(8)}`
      : "from a dead-letter queue, with no failure that explains it";
    return `Waiting for a replay ${cause}: ${what}.`;
  });
  const lines = [...waiting, ...radius.leftOut];
  return lines.length > 0 && html`
    <section class="card" role="status" data-open>
      ${lines.map((line) => html`<p key=${line}>${line}</p>`)}
    </section>
  `;
}

/** Teams with an affected order: nobody is called for none. */
export function Call({ owners }) {
  const called = owners.filter(({ orders }) => orders > 0);
  return called.length > 0 && html`
    <section class="card">
      <h2>Teams to call</h2>
      <ul class="call">${called.map(({ team, orders, playbooks }) => html`<li key=${team.id}>
        <div class="row spread">
          <strong>${team.name}</strong>
          <${Contact} of=${team.contact} />
        </div>
        <p class="small muted">
          up to ${plural(orders, "order")}${playbooks.length > 0 && html`
            ; ${playbooks.map((one, at) => html`${at > 0 && ", "}<${IdLink} id=${one.id}>${one.name}<//>`)}
          `}
        </p>
      </li>`)}</ul></section>`;
}

const AHEAD = `query EventsAhead { about { eventsAhead { count nextAt } } }`;

// `when` is the moment of the answer beside it.
export function EventsAhead({ when }) {
  const { data } = useQuery(AHEAD, { when }, { keep: true });
  if (!data?.about.eventsAhead.count) return null;
  const { count, nextAt } = data.about.eventsAhead;
  return html`
    <section class="card" role="status" data-ahead>
      <p>
        ${plural(count, "event")} ${count === 1 ? "is" : "are"} stamped ahead of the clock, and not part of
        this page until their time comes: the next <${Time} at=${nextAt} />. Does a sender write local time
        as UTC?
      </p>
    </section>
  `;
}

const OVERDUE = `query OverdueCount { overdue(first: 1) { totalCount } }`;

export function OverdueLine() {
  const { data } = useQuery(OVERDUE);
  if (!data) return null;
  const { totalCount } = data.overdue;
  return html`<p class="small">${totalCount
      ? html`
        <a href=${href("overdue")}>${plural(totalCount, "order")} overdue</a>, with and without a known
        failure: see what they have in common.
      `
      : "No orders are overdue."}</p>`;
}
