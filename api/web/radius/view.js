// Page of a blast radius: the answer, the map, then all rows.
import { html, useEffect } from "/web/app/ui.js";
import { useLive, useQuery } from "/web/app/ask.js";
import { Answered, Loading } from "/web/app/parts/states.js";
import { zoneName } from "/web/app/format.js";
import { ToCome } from "/web/app/parts/to_come.js";
import { change } from "/web/app/router.js";
import { zone } from "/web/app/settings.js";
import { useStore } from "/web/app/store.js";
import { isLive, questionOf } from "./address.js";
import { Breakdowns, Chips } from "./breakdowns.js";
import { load } from "../map/load.js";
import { Answer } from "./answer.js";
import { Calls } from "./calls.js";
import { DelayCost } from "./delay_cost.js";
import { FlowChart } from "./flow_chart.js";
import { HeatMap } from "./heat_map.js";
import { Lists } from "./lists.js";
import { MapSection } from "./map_section.js";
import { radiusQuery } from "./question.js";
import { RecordsChart } from "./records_chart.js";
import { Rest } from "./rest.js";

const NOW = `query Now { blastRadius { asOf } }`;

export function Radius({ route }) {
  // in parallel with the answer; the map itself shows an error
  useEffect(() => { load().catch(() => null); }, []);
  if (route.params.get("target") && !route.params.get("from")) return html`<${WithStart} />`;
  useStore(zone);
  const question = { ...questionOf(route.params), timezone: zoneName() };
  const Kind = isLive(question) ? LiveRadius : PastRadius;
  return html`<${Kind} question=${question} route=${route} />`;
}

/**
 * Puts the present into the address as the start of a supposed failure without one, so that it stays the
 * same.
 */
function WithStart() {
  const answer = useQuery(NOW);
  const begin = answer.data?.blastRadius.asOf;
  useEffect(() => { if (begin) change({ from: begin }, { replace: true }); }, [begin]);
  return html`<${Answered} answer=${answer} what="the time">${() => html`<${Loading} />`}<//>`;
}

function LiveRadius({ question, route }) {
  const answer = useLive(radiusQuery("subscription"), question);
  return html`<${RadiusAnswer} answer=${answer} question=${question} route=${route} />`;
}

function PastRadius({ question, route }) {
  const answer = useQuery(radiusQuery("query"), question);
  return html`<${RadiusAnswer} answer=${answer} question=${question} route=${route} />`;
}

function RadiusAnswer({ answer, question, route }) {
  return html`<${Answered} answer=${answer} what="blast radius" whole=${true}>${({ blastRadius }) => html`
    <${Answer} radius=${blastRadius} question=${question} route=${route} />
    <${Chips} params=${route.params} />
    <${ToCome} of=${blastRadius.toCome} />
    <${Calls} radius=${blastRadius} />
    <${MapSection} radius=${blastRadius} question=${question} route=${route} />
    <${DelayCost} radius=${blastRadius} question=${question} />
    <${FlowChart} radius=${blastRadius} params=${route.params} />
    <${HeatMap} radius=${blastRadius} question=${question} params=${route.params} />
    <${RecordsChart} radius=${blastRadius} question=${question} />
    <${Breakdowns} radius=${blastRadius} question=${question} route=${route} />
    <${Lists} radius=${blastRadius} question=${question} route=${route} />
    <${Rest} radius=${blastRadius} />`}<//>`;
}
