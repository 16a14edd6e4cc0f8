// A blast radius as Markdown for a chat or a ticket: headline, filters, totals, teams, playbooks and address.
import {
  convertedFirst, expectedNumber, lowToHigh, money, plural, rangeOf, stamp, words
} from "/web/app/format.js";
import { markdownTable } from "/web/app/parts/copy.js";
import { footer, playbookLines } from "/web/app/parts/markdown.js";
import { hrefWith } from "/web/app/router.js";
import { chosenFilters } from "./address.js";

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

function stillToCome({ until, placed, affected, promisesMissed, value }) {
  if (!placed.possible) return [];
  const figure = (estimate) => `${expectedNumber(estimate)} (${lowToHigh(estimate)})`;
  return [
    [`orders still to be placed until ${stamp(until)}`, figure(placed)],
    ["of these affected", figure(affected)],
    ["their promises missed", figure(promisesMissed)],
    ["their value", amounts(value)],
  ];
}

function failureLine({ id, class: failureClass, target, startedAt, expectedEnd, endedAt, summary }) {
  const expected = expectedEnd ? `, expected to end ${stamp(expectedEnd)}` : ", end unknown";
  const end = endedAt ? ` until ${stamp(endedAt)}` : expected;
  return `- ${id}: ${words(failureClass)} of ${target.id} since ${stamp(startedAt)}${end}. ${summary}`.trim();
}

/** Such as "Only orders with channel: web, app; region: uk."; empty without filters. */
export function filterLine(params) {
  const byLabel = new Map();
  for (const { param, value, label } of chosenFilters(params)) {
    const text = param === "missed" ? "will be missed" : value;
    byLabel.set(label, [...(byLabel.get(label) ?? []), text]);
  }
  if (!byLabel.size) return "";
  const filters = [...byLabel].map(([label, values]) => `${label.toLowerCase()}: ${values.join(", ")}`);
  return `Only orders with ${filters.join("; ")}.`;
}

export function markdown(radius, params) {
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
    ...stillToCome(radius.toCome),
  ];
  const filter = filterLine(params);
  return [
    `**${radius.headline}**`, "",
    ...(filter ? [filter, ""] : []),
    ...radius.failures.map(failureLine),
    "",
    markdownTable(["what", "expected (range)"], figures), "",
    ...radius.owners.map(({ team, orders }) =>
        `- Call ${team.name} ${team.contact}: ${plural(orders, "order")}`),
    "",
    ...playbookLines(radius.playbooks),
    footer({ asOf: radius.asOf, topology: radius.topology, hash: hrefWith({ asOf: radius.asOf }) }),
  ].join("\n");
}
