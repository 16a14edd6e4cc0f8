// Overdue orders as Markdown for a chat or a ticket.
import { now } from "/web/app/clock.js";
import { key, moneys, number, percent, plural, withoutZone, words } from "/web/app/format.js";
import { markdownTable } from "/web/app/parts/copy.js";
import { footer } from "/web/app/parts/markdown.js";
import { hrefWith } from "/web/app/router.js";
import { factorWords } from "/web/order/aside.js";
import { NAMES } from "./filters.js";

/** Groups that are shown. */
export const MOST_GROUPS = 12;

function factorLine(factor) {
  const { overdueWith, totalWith, overdueWithout, totalWithout } = factor;
  const withFactor = `${number(overdueWith)} of ${number(totalWith)} overdue with it`;
  const others = `, ${number(overdueWithout)} of ${number(totalWithout)} without it`;
  const withoutFactor = totalWithout ? others : "";
  return `- In common: ${factorWords(factor)}: ${withFactor}${withoutFactor}`;
}

/** Such as "Only orders with region: uk, latam; channel: web."; empty without filters. */
function filterLine(params) {
  const filters = NAMES.filter((name) => params.has(name))
    .map((name) => `${words(name)}: ${params.getAll(name).map(key).join(", ")}`);
  return filters.length ? `Only orders with ${filters.join("; ")}.` : null;
}

export function markdown(overdue, suspects, params) {
  const by = params.get("by") ?? "STEP";
  const asOf = params.get("asOf") ?? new Date(now()).toISOString();
  return [
    `**${plural(overdue.totalCount, "order")} overdue**`, "",
    filterLine(params),
    ...linesOf(overdue, suspects, by),
    "", footer({ asOf, hash: hrefWith({ asOf }) }),
  ].filter((line) => line !== null).join("\n");
}

const linesOf = (overdue, suspects, by) => [
  ...overdue.inCommon.map(factorLine),
  ...suspects.map((one) => `- Likely cause (${percent(one.likelihood)}): ${withoutZone(one.evidence)}`), "",
  markdownTable(
    [words(by), "overdue", "of", "value"],
    overdue.groups.slice(0, MOST_GROUPS)
      .map((group) => [group.key[by] ?? "none", group.overdue, group.total, moneys(group.value)])
  ),
];
