// Failures that have ended: those whose harm is not yet repaired, with what is left; then the healed ones.
import { html } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now, ticks } from "/web/app/clock.js";
import { ESTIMATE } from "/web/app/estimates.js";
import { about, plural, words } from "/web/app/format.js";
import { Time } from "/web/app/parts/words.js";
import { href } from "/web/app/router.js";
import { useStore } from "/web/app/store.js";

const MOST = 8;
const LIST = `query Ended { failures(active: false, first: ${MOST}) { edges { node {
  id class summary startedAt endedAt target { id name }
} } } }`;
const LEFT = `{
  failures { id } residual { healing needAction drainedBy } awaitingReplay { orders records }
  totals { estimates { stuck ${ESTIMATE} } }
}`;
/** An answer for each ended failure: asked anew once a minute, not with each live update. */
const MINUTE = 60_000;

/** One answer for each failure, all of one state of the data. */
function leftQuery(ids) {
  const variables = ids.map((_, n) => `$f${n}: [ID!]`).join(", ");
  const answers = ids.map((_, n) => `f${n}: blastRadius(failures: $f${n}) ${LEFT}`);
  return `query Left(${variables}) { ${answers.join(" ")} }`;
}

/** The blast radius of each ended failure by itself, by full id; null until it is known. */
function useLeft(ids) {
  useStore(ticks);
  const variables = Object.fromEntries(ids.map((id, n) => [`f${n}`, [id]]));
  const minute = Math.floor(now() / MINUTE);
  const query = ids.length ? leftQuery(ids) : null;
  const { data } = useQuery(query, { ...variables, minute }, { keep: true });
  return new Map(Object.values(data ?? {}).map((radius) => [radius.failures[0]?.id, radius]));
}

/**
 * What is left to repair, a phrase each; empty where the harm is healed.
 * @param radius of the ended failure alone
 */
export function leftOf({ residual, awaitingReplay, totals }) {
  const replay = awaitingReplay.reduce(
    (sum, one) => ({ orders: sum.orders + one.orders, records: sum.records + one.records }),
    { orders: 0, records: 0 }
  );
  const action = Math.max(0, (residual?.needAction ?? 0) - replay.orders);
  return [
    replay.orders && `${plural(replay.orders, "order")} in dead-letter queues`,
    action && `${plural(action, "order")} stuck until somebody acts`,
    replay.records && `${plural(replay.records, "record")} missing until sent again`,
    residual?.healing && `${plural(residual.healing, "order")} recovering${waiting(totals.estimates.stuck)}`,
  ].filter(Boolean);
}

const waiting = (stuck) => (stuck.expected >= 0.5 ? `, ${about(stuck, "order")} still stuck` : "");

const OF = `query EndedOf($ids: [ID!]) { blastRadius(failures: $ids) { failures {
  id class summary startedAt endedAt target { id name }
} } }`;

/** Failures of an incident that have ended, each with what it has left to repair. */
export function EndedPart({ ids }) {
  const { data } = useQuery(OF, { ids }, { keep: true });
  const radii = useLeft(ids);
  const parts = (data?.blastRadius.failures ?? []).filter(({ id }) => radii.get(id)).map((failure) => {
    const radius = radii.get(failure.id);
    return { failure, radius, left: leftOf(radius) };
  });
  return html`<ul class="call ended-part">${parts.map((part) => (part.left.length
      ? html`<${Unrepaired} key=${part.failure.id} ...${part} />`
      : html`<${Healed} key=${part.failure.id} failure=${part.failure} />`))}</ul>`;
}

const Healed = ({ failure }) => html`<li>
  <${Name} failure=${failure} />
  <p class="small muted">${failure.endedAt
      ? html`resolved <${Time} at=${failure.endedAt} />, nothing left to repair`
      : "affects no order and no record now"}</p>
</li>`;

/** @param when changes when a failure begins or ends; @param shown ids that the page shows elsewhere */
export function Ended({ when, shown }) {
  const { data } = useQuery(LIST, { when }, { keep: true });
  const failures = (data?.failures.edges ?? []).map(({ node }) => node);
  const radii = useLeft(failures.map(({ id }) => id));
  const parts = failures.filter(({ id }) => radii.get(id) && !shown.includes(id)).map((failure) => {
    const radius = radii.get(failure.id);
    return { failure, radius, left: leftOf(radius) };
  });
  const open = parts.filter(({ left }) => left.length);
  const healed = parts.filter(({ left }) => !left.length);
  return html`
    ${open.length > 0 && html`
      <section class="card unrepaired" aria-labelledby="unrepaired">
        <h2 id="unrepaired">Ended, not yet repaired</h2>
        <ul class="call">${open.map((part) => html`<${Unrepaired} key=${part.failure.id} ...${part} />`)}</ul>
      </section>
    `}
    ${healed.length > 0 && html`
      <section class="card">
        <h2>Recently resolved</h2>
        <ul class="call">
          ${healed.map(({ failure }) => html`<${Healed} key=${failure.id} failure=${failure} />`)}
        </ul>
      </section>
    `}
  `;
}

const Name = ({ failure }) => html`
  <a href=${href("radius", { failure: failure.id })}>
    ${failure.summary || `${words(failure.class)} of ${failure.target.name}`}
  </a>
`;

/** What one ended failure, which has a card of its own, has left to repair. */
export function LeftToRepair({ failure }) {
  const radius = useLeft([failure]).get(failure);
  const left = radius ? leftOf(radius) : [];
  return html`<p class="hour-cost">${left.length > 0 && `Left to repair: ${left.join("; ")}.`}</p>`;
}

function Unrepaired({ failure, radius, left }) {
  const { drainedBy } = radius.residual ?? {};
  return html`<li data-unrepaired=${failure.id}>
    <strong><${Name} failure=${failure} /></strong>
    <p>Left to repair: ${left.join("; ")}.</p>
    <p class="small muted">
      ${failure.endedAt && html`ended <${Time} at=${failure.endedAt} />`}
      ${radius.residual?.healing && drainedBy
        ? html`; backlog expected to be cleared by <${Time} at=${drainedBy} />`
        : ""}
    </p>
  </li>`;
}
