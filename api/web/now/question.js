// What Now asks, and the answer as its parts want it. One answer for all of it: the figures come from one state of the data.
import { words } from "/web/app/format.js";

const MONEY = "{ amount currency }";
const GROUP = `{ key orders stuck willMissPromise value ${MONEY} }`;
const MOST_OF = 0.8; // share of the orders from which on a value is told as what they share
const PROMISES = 6;

export const NOW = `subscription Now { blastRadius {
  asOf headline
  failures { id class severity summary startedAt expectedEnd target { id kind name owner { id name contact } } }
  totals { orders stuck exposed upcoming recordsOnly willMissPromise value ${MONEY} refundsAtRisk ${MONEY} }
  causes: breakdown(by: [CAUSE]) ${GROUP}
  modes: breakdown(by: [CAUSE, MODE]) { key orders }
  regions: breakdown(by: [CAUSE, REGION]) { key orders }
  promises: orders(where: { willMissPromise: true }, orderBy: PROMISE_ASC, first: ${PROMISES}) {
    totalCount edges { node { band firstHit { id name } expectedCompletion order { id promisedBy value ${MONEY} } } }
  }
  oldest: orders(orderBy: PLACED_ASC, first: 1) { edges { node { order { id placedAt } } } }
  owners { team { id name contact } orders playbooks { id name } }
} }`;

const NOTHING = { orders: 0, stuck: 0, willMissPromise: 0, value: [] };

// The failures with what is at stake for each, the worst first: promises that will be missed, then what waits now, then all that is hit.
export function ranked(radius) {
  const stakes = new Map(radius.causes.map((group) => [group.key.CAUSE, group]));
  return radius.failures
    .map((failure) => ({ failure, stake: stakes.get(failure.id) ?? NOTHING, shared: shared(radius, failure.id) }))
    .sort(({ stake: a }, { stake: b }) => b.willMissPromise - a.willMissPromise || b.stuck - a.stuck || b.orders - a.orders);
}

// "all ship from store; 84 % in emea-north": what most orders that a failure hits have in common.
function shared(radius, failure) {
  const most = (groups, dimension) => {
    const mine = groups.filter((group) => group.key.CAUSE === failure && group.key[dimension] !== null);
    const all = mine.reduce((sum, group) => sum + group.orders, 0);
    const top = mine.reduce((best, group) => (group.orders > (best?.orders ?? 0) ? group : best), null);
    return top && top.orders >= MOST_OF * all ? [top.orders === all ? "all" : `${Math.floor((100 * top.orders) / all)} %`, top.key[dimension]] : null;
  };
  const mode = most(radius.modes, "MODE"), region = most(radius.regions, "REGION");
  return [mode && `${mode[0]} ${words(mode[1])}`, region && `${region[0]} in ${region[1]}`].filter(Boolean).join(", ");
}
