// A blast radius: what failures hit, or what one would. The answer first, then the map, then every row of it.
import { html, useMemo } from "/web/app/ui.js";
import { useLive, useQuery } from "/web/app/ask.js";
import { now } from "/web/app/clock.js";
import { Answered } from "/web/app/parts/states.js";
import { isLive, questionOf } from "./address.js";
import { Breakdowns, Chips } from "./breakdowns.js";
import { Answer } from "./answer.js";
import { Calls } from "./calls.js";
import { Lists } from "./lists.js";
import { MapSection } from "./map_section.js";
import { radiusQuery } from "./question.js";
import { Rest } from "./rest.js";

export function Radius({ route }) {
  const begun = useMemo(() => new Date(now()).toISOString(), []);
  const question = useMemo(() => questionOf(route.params, begun), [route.hash]);
  const How = isLive(question) ? Followed : Asked;
  return html`<${How} question=${question} route=${route} />`;
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
