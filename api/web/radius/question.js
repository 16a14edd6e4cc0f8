// The query of a blast radius: a subscription where the answer can change.
import { AMOUNTS, ESTIMATE, TO_COME } from "/web/app/estimates.js";
import { FILTERS } from "./address.js";

const MONEY = "{ amount currency }";
const RECORDS = `{ type effect count expected amount ${MONEY} }`;
export const PATH = "{ sentence hops { from to rule effect at detail } }";
export const BUCKET = "PT1H";

export const TOTALS = `{
  orders tasks postings ${RECORDS} notifications ${RECORDS}
  estimates {
    orders ${ESTIMATE} stuck ${ESTIMATE} exposed ${ESTIMATE} upcoming ${ESTIMATE} recordsOnly ${ESTIMATE}
    promisesMissed ${ESTIMATE} postings ${ESTIMATE} notifications ${ESTIMATE} tasks ${ESTIMATE}
    supplierOrders ${ESTIMATE} value ${AMOUNTS} refundsAtRisk ${AMOUNTS}
  }
}`;

export const FAILURES =
  `{ id class severity summary startedAt expectedEnd endedAt active delay errorRate scope source evidence
    target { id kind name owner { id name contact } } }`;

/** Maximum number of groups of a breakdown. */
export const GROUPS = 40;

/** Filters whose breakdowns come with the answer; the others load when opened. */
export const FIRST = FILTERS.slice(0, 4);
export const FURTHER = FILTERS.slice(4);

const breakdown = ({ param, by }) =>
  `by_${param}: breakdown(by: [${by}]${by === "STEP" ? "" : `, first: ${GROUPS}`}) { key
    orders estimates { orders ${ESTIMATE} stuck ${ESTIMATE} } }`;

/** All that a page of a blast radius shows. */
export const BODY = `{
  asOf topology complete leftOut frontier headline assumptions
  failures ${FAILURES}
  totals ${TOTALS}
  toCome ${TO_COME}
  ${FIRST.map(breakdown).join("\n  ")}
  causes: breakdown(by: [CAUSE]) { key orders estimates { orders ${ESTIMATE} } }
  forecast(bucket: "${BUCKET}") { at estimates {
    orders ${ESTIMATE} promisesMissed ${ESTIMATE} postings ${ESTIMATE} notifications ${ESTIMATE}
  } }
  elements(first: 500) { totalCount edges { node { element { id } effect from until delay likelihood scope
  path ${PATH} } } }
  owners { team { id name contact escalatesTo } orders value ${MONEY} elements { id name } playbooks { id
  name } }
  playbooks { id name message steps { text ownerName approvalName } }
  absorbed { element { id name } rule detail }
  residual { healed healing needAction drainedBy }
}`;

const KINDS =
  {
    failures: "[ID!]",
    suppose: "[FailureInput!]",
    where: "OrderFilter",
    asOf: "DateTime",
    horizon: "Duration",
    assumeRecovery: "Duration",
    tolerance: "Duration",
    minLikelihood: "Float",
    timezone: "String"
  };

/**
 * Declarations and arguments of the variables of any question:
 * ["($where: OrderFilter, ...)", "(where: $where, ...)"]. A variable without a value is an argument that was
 * not given: so each document has one text, by which servers know it (docs/hardening.md).
 * @param how "query" or "subscription", which is about the present only
 */
export function heads(more = [], how = "query") {
  const names = Object.keys(KINDS).filter((name) => how === "query" || name !== "asOf");
  const declarations = [...names.map((name) => `$${name}: ${KINDS[name]}`), ...more];
  return [`(${declarations.join(", ")})`, `(${names.map((name) => `${name}: $${name}`).join(", ")})`];
}

/** @param how "query" or "subscription" */
export function radiusQuery(how) {
  const [declarations, values] = heads([], how);
  return `${how} Radius${declarations} { blastRadius${values} ${BODY} }`;
}

export function furtherQuery() {
  const [declarations, values] = heads();
  return `query Further${declarations} { blastRadius${values} { ${FURTHER.map(breakdown).join(" ")} } }`;
}

/** Expected number of orders at each step: Map of {orders, stuck} by full id. */
export const countsOf = (radius) =>
  new Map(
    radius.by_step.filter(({ key }) => key.STEP)
      .map(({ key, estimates: { orders, stuck } }) =>
          [`step:${key.STEP}`, { orders: Math.round(orders.expected), stuck: Math.round(stuck.expected) }])
  );
