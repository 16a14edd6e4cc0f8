// Page of one incident: what it is and why, what it hits now and over time, what to do, who did what.
import { html, useEffect } from "/web/app/ui.js";
import { useLive, useQuery } from "/web/app/ask.js";
import { key, zoneName } from "/web/app/format.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { Heading, IdLink, StateOf } from "/web/app/parts/words.js";
import { zone } from "/web/app/settings.js";
import { useStore } from "/web/app/store.js";
import { load } from "../map/load.js";
import { DelayCost } from "../radius/delay_cost.js";
import { MapSection } from "../radius/map_section.js";
import { Actions } from "./actions.js";
import { Causes } from "./causes.js";
import { Checklist } from "./checklist.js";
import { Head, Hit } from "./head.js";
import { Lists } from "./lists.js";
import { People } from "./people.js";
import { incidentOf, incidentQuery } from "./question.js";
import { Timeline } from "./timeline.js";

export function IncidentView({ route }) {
  // in parallel with the answer; the map itself shows an error
  useEffect(() => { load().catch(() => null); }, []);
  const asOf = route.params.get("asOf");
  if (!route.rest) return html`
    <${Heading}>Incident<//>
    <${Empty} title="Which incident?"><p>All open incidents are under <a href="#/">Now</a>.</p><//>
  `;
  const Kind = asOf ? PastIncident : LiveIncident;
  return html`<${Kind} key=${route.rest} of=${route.rest} asOf=${asOf} route=${route} />`;
}

function LiveIncident({ of, route }) {
  const answer = useLive(incidentQuery("subscription", null), { failures: [of] });
  return html`<${Answer} answer=${answer} of=${of} asOf=${null} route=${route} />`;
}

function PastIncident({ of, asOf, route }) {
  const answer = useQuery(incidentQuery("query", asOf), { failures: [of], asOf });
  return html`
    <${StateOf} asOf=${asOf} />
    <${Answer} answer=${answer} of=${of} asOf=${asOf} route=${route} />
  `;
}

function Answer({ answer, of, asOf, route }) {
  return html`<${Answered} answer=${answer} whole what="the incident">
    ${(data) => {
      const incident = incidentOf(data);
      return incident
        ? html`<${Incident} incident=${incident} of=${of} asOf=${asOf} route=${route} />`
        : html`<${Gone} of=${of} />`;
    }}
  <//>`;
}

const Gone = ({ of }) => html`
  <${Heading}>No incident ${of} now<//>
  <${Empty} title="Its failures have not begun, or ended more than a week ago">
    <p>What they affected: <${IdLink} id=${`failure:${of}`}>blast radius of ${of}<//>.</p>
  <//>
`;

function Incident({ incident, of, asOf, route }) {
  useStore(zone);
  const radius = incident.blastRadius;
  const failures = radius.failures.map(({ id }) => id);
  const question = { failures, timezone: zoneName(), ...(asOf ? { asOf } : {}) };
  return html`
    <${Head} incident=${incident} of=${of} asOf=${asOf}>
      ${!asOf && html`<${Actions} incident=${incident} chosen=${route.params.get("do")} />`}
    <//>
    <div class="main-and-side">
      <div class="stack">
        <${Hit} incident=${incident} />
        <${Checklist} incident=${incident} of=${of} asOf=${asOf} />
        <${Lists} incident=${incident} of=${of} asOf=${asOf} />
        <${Causes} incident=${incident} />
      </div>
      <div class="stack">
        <${People} incident=${incident} />
        <${Timeline} incident=${incident} />
      </div>
    </div>
    <${DelayCost} radius=${radius} question=${question} />
    <${MapSection} radius=${radius} question=${question} route=${route} />
    <p class="no-print">
      <a href=${linkOf(failures, asOf)}>Orders, postings and messages of ${key(incident.id)}, with filters</a>
    </p>
  `;
}

const linkOf = (failures, asOf) => {
  const search = new URLSearchParams([
    ...failures.map((id) => ["failure", id]),
    ...(asOf ? [["asOf", asOf]] : [])
  ]);
  return `#/radius?${search}`;
};
