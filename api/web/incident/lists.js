// Lists of an incident: what to replay, whom to tell what, which orders to treat first. Loaded when shown.
import { html, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { duration, key, plural, words } from "/web/app/format.js";
import { Answered } from "/web/app/parts/states.js";
import { Moneys } from "/web/app/parts/words.js";
import { useSeen } from "/web/app/seen.js";
import { incidentOf, listsQuery } from "./question.js";

const SECONDS = 30;
const MOST = 6;

/** Asked for once on the screen, and again after an action; not with each live update. */
export function Lists({ incident, of, asOf }) {
  const place = useRef(null);
  const seen = useSeen(place);
  const variables = { failures: [of], ...(asOf ? { asOf } : {}), version: incident.version };
  const answer = useQuery(seen ? listsQuery(asOf) : null, variables, { keep: true, seconds: SECONDS });
  return html`<section class="card repair-lists" ref=${place} aria-labelledby="lists">
    <h2 id="lists">Lists to work through</h2>
    ${seen && html`
      <${Answered} answer=${answer} what="the lists">
        ${(data) => incidentOf(data) && html`<${Three} ...${incidentOf(data)} of=${of} asOf=${asOf} />`}
      <//>
    `}
  </section>`;
}

const Three = ({ replay, communications, reprioritise, ...rest }) => html`
  <${List} title="To replay" name="replay" list=${replay} ...${rest}
      lines=${replay.groups.map(({ queue, system, left, done }) =>
        `${queue ?? system.name}: ${left} left, ${done} done`)} />
  <${List} title="Messages to hold, send or correct" name="messages" list=${communications} ...${rest}
      lines=${communications.groups.map(({ action, language, channel, count }) =>
        `${words(action)}: ${count} in ${language}${channel && ` by ${channel}`}`)} />
  <${List} title="Orders that keep their promise if treated first" name="first" list=${reprioritise}
      ...${rest} lines=${reprioritise.groups.map(({ count, step, location, leastSlack }) =>
        `${step.name}${location ? `, ${location.name}` : ""}: ${plural(count, "order")}, ${
          duration(leastSlack)
        } to spare`)} />
`;

function List({ title, name, list, lines, of, asOf }) {
  const search = new URLSearchParams({ incident: key(of), of: name, ...(asOf ? { asOf } : {}) });
  return html`<div data-list=${name}>
    <h3>${title}</h3>
    ${list.totalCount
      ? html`
        <p>
          ${plural(list.totalCount, "entry", "entries")}, worth <${Moneys} of=${list.value} />
          ${" "}<a class="no-print" href=${`/export/repair?${search}`} download>
            CSV<span class="sr">: ${title}</span>
          </a>
        </p>
        <ul class="plain small">
          ${lines.slice(0, MOST).map((line) => html`<li key=${line}>${line}</li>`)}
          ${lines.length > MOST && html`<li>and ${plural(lines.length - MOST, "more group")}</li>`}
        </ul>
      `
      : html`<p class="muted">${list.whyEmpty ?? "Nothing."}</p>`}
  </div>`;
}
