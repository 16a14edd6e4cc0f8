// The subscription of the Now view: one answer, so that all figures come from one state of the data.
const MONEY = "{ amount currency }";
const PROMISES = 6;

export const NOW = `subscription Now { blastRadius {
  asOf headline leftOut
  awaitingReplay { orders records failure { id } }
  impactSummary {
    orders stuck willMissPromise nextPromise shared value ${MONEY} oldestOrder { id placedAt } owner { id
    name contact }
    failure { id class severity summary startedAt expectedEnd endedAt target { id name } }
  }
  totals { orders stuck exposed upcoming recordsOnly willMissPromise value ${MONEY} refundsAtRisk ${MONEY} }
  promises: orders(where: { willMissPromise: true }, orderBy: PROMISE_ASC, first: ${PROMISES}) {
    totalCount edges { node { band firstHit { id name } order { id promisedBy } } }
  }
  owners { team { id name contact } orders playbooks { id name } }
} }`;

// Ranked by missed promises, then by stuck orders, then by affected orders.
export const ranked = (summaries) => [...summaries].sort((a, b) => b.willMissPromise - a.willMissPromise
    || b.stuck - a.stuck
    || b.orders - a.orders);
