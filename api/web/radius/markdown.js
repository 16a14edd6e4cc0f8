// A blast radius as Markdown for a chat or a ticket: headline, totals, teams, playbooks and address.
import { convertedFirst, expectedNumber, money, number, rangeOf, words } from "/web/app/format.js";
import { markdownTable } from "/web/app/parts/copy.js";

const records = (rows) =>
  rows.map(({ type, effect, expected }) =>
      `${expectedNumber({ expected })} ${words(type)} ${words(effect)}`)
  .join(", ")
  || "none";

// The converted sum first, in brackets what it is made of; else the sum of each currency.
function amounts(list) {
  const texts = convertedFirst(list).map(({ expected, currency }) => money({ amount: expected, currency }));
  const inOne = list.find(({ converted }) => converted);
  if (!inOne) return texts.join(" + ") || "nothing";
  return `${texts[0]} converted (${texts.slice(1).join(" + ")})`;
}

function withRange(estimate) {
  const range = rangeOf(estimate);
  return range ? `${expectedNumber(estimate)} (${range})` : expectedNumber(estimate);
}

function failureLine({ id, class: failureClass, target, startedAt, expectedEnd, summary }) {
  const end = expectedEnd ? `, expected until ${expectedEnd}` : "";
  return `- ${id}: ${words(failureClass)} of ${target.id} since ${startedAt}${end}. ${summary}`.trim();
}

export function markdown(radius, address) {
  const { totals } = radius;
  const { estimates } = totals;
  const figures = [
    ["affected orders", withRange(estimates.orders)],
    ["stuck now", withRange(estimates.stuck)],
    ["exposed", withRange(estimates.exposed)],
    ["upcoming", withRange(estimates.upcoming)],
    ["records only", withRange(estimates.recordsOnly)],
    ["promises missed", withRange(estimates.promisesMissed)],
    ["order value", amounts(estimates.value)],
    ["refunds at risk", amounts(estimates.refundsAtRisk)],
    ["postings", `${withRange(estimates.postings)}: ${records(totals.postings)}`],
    ["messages", `${withRange(estimates.notifications)}: ${records(totals.notifications)}`],
    ["tasks", withRange(estimates.tasks)],
  ];
  return [
    `**${radius.headline}**`, "",
    ...radius.failures.map(failureLine),
    "",
    markdownTable(["what", "expected (range)"], figures), "",
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
