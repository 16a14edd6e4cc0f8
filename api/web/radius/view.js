// A blast radius: what failures hit, or what one would. The answer first, then the map, then every row of it.
import { html, useEffect } from "/web/app/ui.js";
import { useLive, useQuery } from "/web/app/ask.js";
import { Answered, Loading } from "/web/app/parts/states.js";
import { change } from "/web/app/router.js";
import { isLive, questionOf } from "./address.js";
import { Breakdowns, Chips } from "./breakdowns.js";
import { load } from "../map/load.js";
import { Answer } from "./answer.js";
import { Calls } from "./calls.js";
import { Lists } from "./lists.js";
import { MapSection } from "./map_section.js";
import { radiusQuery } from "./question.js";
import { Rest } from "./rest.js";

const NOW = `query Now { blastRadius { asOf } }`;

export function Radius({ route }) {
  useEffect(() => { load().catch(() => null); }, []); // beside the answer, not after it; who shows the map tells what went wrong
  if (route.params.get("target") && !route.params.get("from")) return html`<${Begun} />`;
  const question = questionOf(route.params);
  const How = isLive(question) ? Followed : Asked;
  return html`<${How} question=${question} route=${route} />`;
}

/** A supposed failure that names no begin begins now; from then on the address says when, so that it stays what it was. */
function Begun() {
  const answer = useQuery(NOW);
  const begin = answer.data?.blastRadius.asOf;
  useEffect(() => { if (begin) change({ from: begin }, { replace: true }); }, [begin]);
  return html`<${Answered} answer=${answer} what="the time">${() => html`<${Loading} />`}<//>`;
}

function Followed({ question, route }) {
  const answer = useLive(radiusQuery(question, "subscription"), question);
  return html`<${Shown} answer=${answer} question=${question} route=${route} />`;
}

function Asked({ question, route }) {
  const answer = useQuery(radiusQuery(question, "query"), question);
  return html`<${Shown} answer=${answer} question=${question} route=${route} />`;
}

function Shown({ answer, question, route }) {
  return html`<${Answered} answer=${answer} what="blast radius">${({ blastRadius }) => html`
    <${Answer} radius=${blastRadius} question=${question} route=${route} />
    <${Chips} params=${route.params} />
    <${Calls} radius=${blastRadius} />
    <${MapSection} radius=${blastRadius} question=${question} route=${route} />
    <${Breakdowns} radius=${blastRadius} question=${question} route=${route} />
    <${Lists} radius=${blastRadius} question=${question} route=${route} />
    <${Rest} radius=${blastRadius} />`}<//>`;
}
