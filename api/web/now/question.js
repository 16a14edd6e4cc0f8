// The subscription of the Now view: one answer, so that all figures come from one state of the data.
import { AMOUNTS, ESTIMATE, TO_COME } from "/web/app/estimates.js";

const PROMISES = 6;

export const NOW = `subscription Now { blastRadius {
  asOf headline leftOut
  toCome ${TO_COME}
  awaitingReplay { orders records failure { id } }
  impactSummary {
    nextPromise shared oldestOrder { id placedAt } owner { id name contact }
    estimates { orders ${ESTIMATE} stuck ${ESTIMATE} promisesMissed ${ESTIMATE} value ${AMOUNTS} }
    failure { id class severity summary startedAt expectedEnd endedAt target { id name } }
  }
  totals { estimates {
    orders ${ESTIMATE} stuck ${ESTIMATE} exposed ${ESTIMATE} upcoming ${ESTIMATE} recordsOnly ${ESTIMATE}
    promisesMissed ${ESTIMATE} value ${AMOUNTS} refundsAtRisk ${AMOUNTS}
  } }
  promises: orders(where: { willMissPromise: true }, orderBy: PROMISE_ASC, first: ${PROMISES}) {
    totalCount edges { node { band firstHit { id name } order { id promisedBy } } }
  }
  owners { team { id name contact } orders playbooks { id name } }
  playbooks { id name message steps { text ownerName approvalName } }
} }`;

// Ranked by promises that are missed, then by stuck orders, then by affected orders, as expected.
const RANK = ["promisesMissed", "stuck", "orders"];
const difference = (a, b) =>
  RANK.map((name) => b.estimates[name].expected - a.estimates[name].expected).find(Boolean) ?? 0;
export const ranked = (summaries) => [...summaries].sort(difference);
