// A failure, as a card of its own or as a part of its incident's: its impact, the team to call, and links.
import { html, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { now, ticks } from "/web/app/clock.js";
import { key, since, span, withoutZone, words, zoneName } from "/web/app/format.js";
import { Contact } from "/web/app/parts/contact.js";
import { Badge, Expected, ExpectedMoneys, IdLink, Stat, Time } from "/web/app/parts/words.js";
import { href } from "/web/app/router.js";
import { useSeen } from "/web/app/seen.js";
import { zone } from "/web/app/settings.js";
import { useStore } from "/web/app/store.js";
import { FailureChange } from "../failure/change.js";
import { LeftToRepair } from "./ended.js";

const MOST_CURRENCIES = 5;
const HALF_HOUR = 1_800_000;
const HOUR_COST = `query HourCost($failures: [ID!], $timezone: String) {
  blastRadius(failures: $failures, timezone: $timezone) { delaySentence(ends: ["PT0S", "PT1H", "PT2H"]) }
}`;

/** What an hour of one failure costs: asked once it is on the screen, not with each live update. */
function HourCost({ failure }) {
  const place = useRef(null);
  const seen = useSeen(place);
  useStore(zone);
  const { data } = useQuery(seen ? HOUR_COST : null, { failures: [failure], timezone: zoneName() });
  const sentence = data && withoutZone(data.blastRadius.delaySentence);
  return html`<p class="hour-cost" ref=${place}>${sentence}</p>`;
}

function End({ at, endedAt }) {
  useStore(ticks);
  if (endedAt) {
    return html`<strong>ended <${Time} at=${endedAt} />, not yet repaired</strong>`;
  }
  if (!at) return html`<span>end unknown</span>`;
  const late = now() - Date.parse(at);
  if (late > 0) return html`<strong class="bad">should have ended ${span(late)} ago</strong>`;
  return html`<span>expected to end <${Time} at=${at} /></span>`;
}

/** @param incidentOwner of the incident whose part it is; undefined: it stands alone */
export function FailureCard({ summary, incidentOwner }) {
  useStore(ticks);
  const { failure, owner, estimates, oldestOrder: oldest } = summary;
  const { target } = failure;
  const radius = href("radius", { failure: failure.id });
  const isPart = incidentOwner !== undefined;
  const link = html`
    <a href=${radius} data-stop=${isPart ? null : ""}>
      ${failure.summary || `${words(failure.class)} of ${target.name}`}
    </a>
  `;
  return html`<li class="failure ${isPart ? "part" : "card"}" data-failure=${failure.id}>
    <div class="failure-head">
      ${isPart ? html`<h3>${link}</h3>` : html`<h2>${link}</h2>`}
      <p class="row small">
        <${Badge} of=${failure.severity} />
        <span>${words(failure.class)} of <${IdLink} id=${target.id} /></span>
        <span>
          <strong>for ${since(failure.startedAt)}</strong>,
          since <${Time} at=${failure.startedAt} only="absolute" />
        </span>
        <${End} at=${failure.expectedEnd} endedAt=${failure.endedAt} />
      </p>
    </div>
    <dl class="stats">
      <${Expected} label="Promises missed, expected" of=${estimates.promisesMissed}
          kind=${estimates.promisesMissed.possible ? "bad" : ""} />
      <${Expected} label="Stuck now" of=${estimates.stuck} />
      <${Expected} label="Affected orders, expected" of=${estimates.orders} />
    </dl>
    <dl class="pairs">
      ${!(isPart && owner?.id === incidentOwner?.id) && html`
        <${Stat} label="Team to call" kind="small">
          ${owner ? html`${owner.name} <${Contact} of=${owner.contact} />` : "no owner"}
        <//>
      `}
      <${Stat} label="Order value" kind="small">
        <${ExpectedMoneys} of=${estimates.value} most=${MOST_CURRENCIES} />
      <//>
      ${summary.nextPromise && html`
        <${Stat} label="Next missed promise" kind="small"><${Time} at=${summary.nextPromise} /><//>
      `}
      ${oldest && html`
        <${Stat} label="Oldest affected order" kind="small">
          <${IdLink} id=${oldest.id}>
            ${key(oldest.id)}
          <//> <span class="muted">
            <${Time} at=${oldest.placedAt} only="relative" />
          </span>
        <//>
      `}
    </dl>
    ${failure.endedAt && html`<${LeftToRepair} failure=${failure.id} />`}
    ${!failure.endedAt && html`
      <${HourCost} key=${`${failure.id} ${Math.floor(now() / HALF_HOUR)}`} failure=${failure.id} />
    `}
    ${summary.shared.length > 0 && html`
      <p class="small">These orders have in common: ${summary.shared.join(", ")}.</p>
    `}
    <p class="row no-print">
      <a class="button" href=${radius}>Open blast radius<span class="sr"> of ${failure.id}</span></a>
      <a class="button" href=${href("topology", { element: target.id, whatif: 1, failure: failure.id })}>
        What if …
        <span class="sr"> with ${failure.id}</span>
      </a>
    </p>
    ${!failure.endedAt && html`<${FailureChange} failure=${failure} />`}
  </li>`;
}
