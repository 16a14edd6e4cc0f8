// A blast radius as Markdown for a chat or a ticket: headline, totals, teams, playbooks and address.
import { moneys, number, words } from "/web/app/format.js";
import { markdownTable } from "/web/app/parts/copy.js";

const records = (rows) =>
  rows.map(({ type, effect, count }) =>
      `${number(count)} ${words(type)} ${words(effect)}`)
  .join(", ")
  || "none";

function failureLine({ id, class: failureClass, target, startedAt, expectedEnd, summary }) {
  const end = expectedEnd ? `, expected until ${expectedEnd}` : "";
  return `- ${id}: ${words(failureClass)} of ${target.id} since ${startedAt}${end}. ${summary}`.trim();
}

export function markdown(radius, address) {
  const { totals } = radius;
  const figures = [
    ["affected orders", number(totals.orders)],
    ["stuck now", number(totals.stuck)],
    ["exposed", number(totals.exposed)],
    ["upcoming", number(totals.upcoming)],
    ["records only", number(totals.recordsOnly)],
    ["promises missed", number(totals.willMissPromise)],
    ["order value", moneys(totals.value)],
    ["refunds at risk", moneys(totals.refundsAtRisk)],
    ["postings", records(totals.postings)],
    ["messages", records(totals.notifications)],
    ["tasks", number(totals.tasks)],
  ];
  return [
    `**${radius.headline}**`, "",
    ...radius.failures.map(failureLine),
    "",
    markdownTable(["what", "how much"], figures), "",
    ...radius.owners.map(({ team, orders }) =>
        `- Call ${team.name} ${team.contact}: ${number(orders)} orders`),
    "",
    ...radius.playbooks.flatMap((playbook) =>
        [
          `${playbook.name}:`,
          ...playbook.steps.map(({ text, owner }, at) => `${at + 1}. ${text}${owner ? ` (${owner})` : ""}`),
          ""
        ]),
    `As of ${radius.asOf}, by ${radius.topology}. ${address}`,
  ].join("\n");
}
