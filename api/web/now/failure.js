// One failure: what it is, what is at stake, whom to call, where to go on.
import { html } from "/web/app/ui.js";
import { now } from "/web/app/clock.js";
import { plural, since, words, span } from "/web/app/format.js";
import { Badge, Figure, IdLink, Moneys, Stat, Time } from "/web/app/parts/words.js";
import { href } from "/web/app/router.js";

function End({ at }) {
  if (!at) return html`<span>end unknown</span>`;
  const late = now() - Date.parse(at);
  if (late > 0) return html`<strong class="bad">should have ended ${span(late)} ago</strong>`;
  return html`<span>expected to end <${Time} at=${at} /></span>`;
}

export function FailureCard({ failure, stake, shared, place }) {
  const { target } = failure;
  const radius = href("radius", { failure: failure.id });
  return html`<li class="card failure" data-failure=${failure.id}>
    <div class="failure-head">
      <h2><a href=${radius} data-stop>${place}. ${failure.summary || `${words(failure.class)} of ${target.name}`}</a></h2>
      <p class="row small">
        <${Badge} of=${failure.severity} />
        <span>${words(failure.class)} of <${IdLink} id=${target.id} /></span>
        <span><strong>for ${since(failure.startedAt)}</strong>, since <${Time} at=${failure.startedAt} only="absolute" /></span>
        <${End} at=${failure.expectedEnd} />
      </p>
    </div>
    <dl class="stats">
      <${Stat} label="Will miss promise" kind=${stake.willMissPromise ? "bad" : ""}><${Figure} of=${stake.willMissPromise} /><//>
      <${Stat} label="Stuck now"><${Figure} of=${stake.stuck} /><//>
      <${Stat} label="Orders hit"><${Figure} of=${stake.orders} /><//>
      <${Stat} label="Worth" kind="small"><${Moneys} of=${stake.value} /><//>
      <${Stat} label="Call" kind="small">${target.owner ? html`${target.owner.name} <span class="contact">${target.owner.contact}</span>` : "nobody owns it"}<//>
    </dl>
    ${shared && html`<p class="small">The orders share: ${shared}.</p>`}
    <p class="row no-print">
      <a class="button" href=${radius}>Open what it hits<span class="sr"> of ${failure.id}</span></a>
      <a class="button" href=${href("topology", { element: target.id, whatif: 1 })}>What if …<span class="sr"> with ${target.id}</span></a>
    </p>
  </li>`;
}

export const markdown = (radius, list) => [
  `**${radius.headline}**`, "",
  ...list.map(({ failure, stake }, at) => `${at + 1}. ${failure.id}: ${failure.summary || words(failure.class)}. ${plural(stake.orders, "order")}, ${stake.stuck} stuck, ${stake.willMissPromise} will miss their promise. For ${since(failure.startedAt)}. ${failure.target.owner ? `${failure.target.owner.name} ${failure.target.owner.contact}` : "No owner"}`),
  "", location.href,
].join("\n");
