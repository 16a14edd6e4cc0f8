// A blast radius as Markdown for a chat or a ticket: the sentence, the totals, whom to call, what to do, and the address.
import { moneys, number, words } from "/web/app/format.js";
import { markdownTable } from "/web/app/parts/copy.js";

const records = (rows) => rows.map(({ type, effect, count }) => `${number(count)} ${words(type)} ${words(effect)}`).join(", ") || "none";

export function markdown(radius, address) {
  const { totals } = radius;
  const figures = [
    ["orders hit", number(totals.orders)], ["stuck now", number(totals.stuck)], ["exposed", number(totals.exposed)], ["upcoming", number(totals.upcoming)],
    ["records only", number(totals.recordsOnly)], ["promises missed", number(totals.willMissPromise)], ["worth", moneys(totals.value)], ["refunds at risk", moneys(totals.refundsAtRisk)],
    ["postings", records(totals.postings)], ["messages", records(totals.notifications)], ["tasks", number(totals.tasks)],
  ];
  return [
    `**${radius.headline}**`, "",
    ...radius.failures.map((failure) => `- ${failure.id}: ${words(failure.class)} of ${failure.target.id} since ${failure.startedAt}${failure.expectedEnd ? `, expected until ${failure.expectedEnd}` : ""}. ${failure.summary}`.trim()), "",
    markdownTable(["what", "how much"], figures), "",
    ...radius.owners.map(({ team, orders }) => `- Call ${team.name} ${team.contact}: ${number(orders)} orders`), "",
    ...radius.playbooks.flatMap((playbook) => [`${playbook.name}:`, ...playbook.steps.map(({ text, owner }, at) => `${at + 1}. ${text}${owner ? ` (${owner})` : ""}`), ""]),
    `As of ${radius.asOf}, by ${radius.topology}. ${address}`,
  ].join("\n");
}
