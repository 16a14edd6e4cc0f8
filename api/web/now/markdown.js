// The active failures as Markdown for a chat or a ticket.
import { about, expectedNumber, since, stamp, words } from "/web/app/format.js";
import { footer, playbookLines } from "/web/app/parts/markdown.js";
import { href } from "/web/app/router.js";

function line({ failure, owner, estimates }, at) {
  return [
    `${at + 1}. ${failure.id}: ${failure.summary || words(failure.class)}.`,
    `${about(estimates.orders, "order")}, ${expectedNumber(estimates.stuck)} stuck;`,
    `${about(estimates.promisesMissed, "promise")} missed.`,
    failure.endedAt
      ? `Ended ${stamp(failure.endedAt)}, not yet repaired.`
      : `For ${since(failure.startedAt)}.`,
    owner ? `${owner.name} ${owner.contact}` : "No owner",
  ].join(" ");
}

export const markdown = (radius, list) => [
  `**${radius.headline}**`,
  "",
  ...list.map(line),
  "",
  ...playbookLines(radius.playbooks),
  footer({ asOf: radius.asOf, hash: href("radius", { asOf: radius.asOf }) }),
].join("\n");
