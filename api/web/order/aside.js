// Beside the timeline: missing records, other affected orders, the fulfillments.
import { html } from "/web/app/ui.js";
import { duration, key, money, number, percent, plural, recordKind, words } from "/web/app/format.js";
import { Badge, IdLink, Money, Time, sentence } from "/web/app/parts/words.js";
import { href } from "/web/app/router.js";

function Record({ record, how }) {
  return html`
    <li>
      <p>
        <${Badge} of=${how} /> <strong>
          ${words(record.type)}
        </strong> <span class="muted">
          ${recordKind(record.kind)}
        </span> ${record.amount && html`
          <${Money} of=${record.amount} />
        `}
      </p>
      ${record.sentence && html`<p class="small">${sentence(record.sentence)}</p>`}
      <p class="small muted">${record.arrivedAt
        ? html`arrived <${Time} at=${record.arrivedAt} />, before ${words(record.follows ?? "another")}`
        : html`due <${Time} at=${record.due} />, ${duration(record.lateBy)} late`}</p></li>`;
}

export function Missing({ diagnosis }) {
  const { missing, outOfSequence } = diagnosis;
  return html`<section class="card"><h2>Missing records</h2>${missing.length + outOfSequence.length
      ? html`
        <ul class="list">
          ${missing.map((record) => html`
            <${Record} record=${record} how="MISSING" />
          `)}${outOfSequence.map((record) => html`
            <${Record} record=${record} how="OUT_OF_SEQUENCE" />
          `)}
        </ul>
      `
      : html`<p class="muted">All due postings and messages have arrived.</p>`}</section>`;
}

export const factorWords = (factor) =>
  `${factor.dimension.split("+").map(words).join(" and ")} ${factor.value.split("+").join(" and ")}`;

/** A measured ratio in words: above ten its exact value says nothing more, and without a case to compare none
 *  does. */
function liftWords({ lift, overdueWithout }) {
  if (!overdueWithout) return "";
  return lift >= 10 ? ": far more often" : `: ${lift.toFixed(1)} times as often`;
}

/** How many are overdue without the factor; empty where all have it. */
const withoutWords = (factor) =>
  factor.totalWithout
    ? `, ${number(factor.overdueWithout)} of ${number(factor.totalWithout)} without it${liftWords(factor)}`
    : "";

export function Factors({ list }) {
  return html`<ul class="list">${list.map((factor) => html`<li key=${factor.dimension + factor.value}>
    <p><strong>${factorWords(factor)}</strong></p>
    <p class="small muted">
      ${number(factor.overdueWith)} of ${plural(factor.totalWith, "order")} with it
      overdue${withoutWords(factor)}
    </p>
  </li>`)}</ul>`;
}

export function Peers({ peers, order }) {
  if (!peers) return null;
  const others = peers.sample.filter(({ id }) => id !== order);
  const where = `${peers.step.name}${peers.location ? ` at ${peers.location.name}` : ""}`;
  return html`<section class="card"><h2>Orders in this step</h2>
    <p>
      <strong>
        ${number(peers.overdue)} of ${plural(peers.total, "order")}
      </strong> in ${where} ${
        peers.overdue === 1
          ? "is"
          : "are"
      } overdue
      (${percent(peers.total ? peers.overdue / peers.total : 0)}).
    </p>
    ${peers.inCommon.length > 0 && html`
      <h3>What they have in common</h3>
      <${Factors} list=${peers.inCommon} />
    `}
    ${others.length > 0 && html`
      <p class="small">
        Such
        as ${others.map(({ id }, at) => html`
          ${at > 0 && ", "}
          <${IdLink} id=${id}>${key(id)}<//>
        `)}
      </p>
    `}
    <p class="small no-print">
      <a href=${href("overdue", { step: peers.step.id, location: peers.location?.id })}>See all</a>
    </p>
  </section>`;
}

export function Fulfillments({ list }) {
  return html`
    <section class="card">
      <h2>${list.length === 1 ? "Where it is" : `Where its ${list.length} fulfillments are`}</h2>
      <ul class="list">${list.map((one) => html`<li key=${one.id}>
        <p>
          <strong>${one.step ? one.step.name : "not started"}</strong>
          ${one.location && html`
            ${" "}at <${IdLink} id=${one.location.id}>${one.location.name}<//>
          `} <${Badge} of=${one.status} /> ${one.overdue && html`
            <${Badge} of="LATE">overdue<//>
          `}
        </p>
        <p class="small muted">
          ${sentence(one.workflow.name)}, ${key(one.id)}, ${money(one.value)}${one.enteredAt && html`
            ; in this step since <${Time} at=${one.enteredAt} />
          `}
        </p>
      </li>`)}</ul></section>`;
}

/** In which systems it was seen, and when a list of the system had it. */
export function SeenIn({ list }) {
  if (!list.length) return null;
  return html`
    <section class="card">
      <h2>Seen in</h2>
      <ul class="list">${list.map((one) => html`<li key=${one.system}>
        <p>
          <${IdLink} id=${one.system}>${key(one.system)}<//>
          ${one.state && html`${" "}<span class="muted">${words(one.state)}</span>`}
        </p>
        <p class="small muted">
          since <${Time} at=${one.since} />${one.confirmed && html`
            , in its list of <${Time} at=${one.confirmed} />
          `}
        </p>
      </li>`)}</ul></section>`;
}
