// The incidents and their failures as Markdown for a chat or a ticket.
import { about, expectedNumber, key, since, stamp, words } from "/web/app/format.js";
import { footer, playbookLines } from "/web/app/parts/markdown.js";
import { href } from "/web/app/router.js";

function failureLine({ failure, owner, estimates }) {
  return [
    `- ${failure.id}: ${failure.summary || words(failure.class)}.`,
    `${about(estimates.orders, "order")}, ${expectedNumber(estimates.stuck)} stuck;`,
    `${about(estimates.promisesMissed, "promise")} missed.`,
    failure.endedAt
      ? `Ended ${stamp(failure.endedAt)}, not yet repaired.`
      : `For ${since(failure.startedAt)}.`,
    owner ? `${owner.name} ${owner.contact}` : "No owner",
  ].join(" ");
}

function incidentLine({ headline, state, reason, assignee }, at) {
  const who = assignee ? `assigned to ${key(assignee)}` : "not assigned";
  return `${at + 1}. ${headline} At stake: ${reason}. ${words(state)}, ${who}.`;
}

/** @param parts incidents and failures, as the page has them */
export const markdown = (radius, { raised, alone, summariesOf }) => [
  `**${radius.headline}**`,
  "",
  ...raised.flatMap((incident, at) => [
    incidentLine(incident, at),
    ...summariesOf(incident).map((summary) => `   ${failureLine(summary)}`),
  ]),
  ...(alone.length ? ["", "Without an open incident:", "", ...alone.map(failureLine)] : []),
  "",
  ...playbookLines(radius.playbooks),
  footer({ asOf: radius.asOf, hash: href("radius", { asOf: radius.asOf }) }),
].join("\n");
