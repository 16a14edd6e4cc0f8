// The list of incidents, kept current by incidents that arrive one by one. Pure.

/** Closed incidents leave the list. */
const isOpen = ({ state }) => state !== "CLOSED";
const byRank = (a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1);

/**
 * The list with one that is new or has changed. A failure is in one incident only: another that shares one
 * with it is as it was before they were merged or split.
 */
export function placed(list, one) {
  const mine = new Set(one.failures.map(({ id }) => id));
  const others = list.filter(({ id, failures }) =>
    id !== one.id && !failures.some((failure) => mine.has(failure.id)));
  return (isOpen(one) ? [...others, one] : others).sort(byRank);
}

/**
 * The list after an answer with all of them.
 * @param newer those that arrived since the question was sent
 */
export const renewed = (answer, newer) => newer.reduce(placed, answer.filter(isOpen).sort(byRank));
