// What the page of measures asks, by its address.
import { now } from "/web/app/clock.js";

const SPREAD = "{ count median longest }";
const FIGURES = `figures { incidents failures alerts alertsPerIncident quietShare actions orders
  promisesMissed counted detect ${SPREAD} acknowledge ${SPREAD} mitigate ${SPREAD} heal ${SPREAD} }`;
export const MEASURES = `query Measures($by: PeriodUnit!, $since: DateTime) {
  measures(by: $by, since: $since) { asOf by
    periods { key start ${FIGURES} } groups { grouping key name ${FIGURES} }
    service { period channel promises kept share } steps { period step name entered failed rate }
    postings { period type postings moneyDays { amount currency } }
    forecasts { incident headline at orders expected happened } notes } }`;

/** Numbers of periods that are offered, the first by default. */
export const SPANS = { WEEK: [4, 12, 26], MONTH: [3, 6, 12] };
const WEEK = 7;

/** `{ by, periods, grouping }` of an address. */
export function chosen(params) {
  const by = params.get("by") === "month" ? "MONTH" : "WEEK";
  const periods = Number(params.get("periods"));
  return {
    by,
    periods: SPANS[by].includes(periods) ? periods : SPANS[by][0],
    grouping: ["owner", "element"].includes(params.get("of")) ? params.get("of") : "cause",
  };
}

/** A day of the first period: the same for a whole day. */
export function variablesOf({ by, periods }) {
  const first = new Date(now());
  first.setUTCHours(0, 0, 0, 0);
  if (by === "WEEK") first.setUTCDate(first.getUTCDate() - WEEK * (periods - 1));
  else first.setUTCMonth(first.getUTCMonth() - (periods - 1), 1);
  return { by, since: first.toISOString() };
}
