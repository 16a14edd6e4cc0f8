// Appearance of effects: a colour, a shape and a word each, so that no meaning depends on colour alone.

/** Worst first. `mark` is a path in a square of 16 by 16, `line` the dashes of the border. */
export const EFFECTS = {
  REJECTED: {
    rank: 0,
    says: "rejecting",
    means: "needs action to recover",
    line: "",
    mark: "M4 4 L12 12 M12 4 L4 12"
  },
  BLOCKED: {
    rank: 1,
    says: "blocked",
    means: "arrivals wait until the end",
    line: "",
    mark: "M5 2 H11 L14 5 V11 L11 14 H5 L2 11 V5 Z M5 8 H11"
  },
  DELAYED: {
    rank: 2,
    says: "delayed",
    means: "takes longer",
    line: "9 4",
    mark: "M8 2 A6 6 0 1 1 7.99 2 Z M8 5 V8 L10.5 9.5"
  },
  STALE: {
    rank: 3,
    says: "stale",
    means: "uses outdated data",
    line: "2 4",
    mark: "M4 2 H12 M4 14 H12 M5 2 C5 8 11 8 11 14 M11 2 C11 8 5 8 5 14"
  },
  DUPLICATED: {
    rank: 4,
    says: "duplicate",
    means: "happens twice",
    line: "9 4 2 4",
    mark: "M2 2 H10 V10 H2 Z M6 6 H14 V14 H6 Z"
  },
  DEGRADED: { rank: 5, says: "degraded", means: "reduced service", line: "4 4", mark: "M2 4 H14 L8 13 Z" },
};

/** What an element does to what passes it, in one word: the same on the map, in paths and in lists. */
export const effectName = (effect) => EFFECTS[effect].says;

/** The mark of a failed element. */
export const FAILED = { says: "failed", means: "the cause", mark: "M9 1 L3 9 H7.5 L6.5 15 L13 6.5 H8.5 Z" };

/** Whether an effect holds at a moment. */
export const PHASES = { now: "", later: "later", past: "over" };

export const worse = (a, b) => (a === null || (b !== null && EFFECTS[b].rank < EFFECTS[a].rank) ? b : a);

/** CSS class of an effect, such as `effect-blocked`; without one `effect-none`. */
export const styleOf = (effect) => `effect-${effect ? effect.toLowerCase() : "none"}`;

/**
 * The effect on each element at a moment: the worst one that holds; else the next one; else the last one that
 *  ended.
 * @param impairments [{element: {id}, effect, from, until}], moments as ISO 8601 or null
 * @param at milliseconds
 * @returns {Map<string, {effect, phase: "now"|"later"|"past", from: number, until: number|null, also}>}
 *  `also`: further effects that hold at the same moment; absent without any
 */
export function effectsAt(impairments, at) {
  const found = new Map();
  for (const impairment of impairments) {
    const seen = seenFrom(impairment, at);
    const before = found.get(impairment.element.id);
    const [first, other] = !before || comesFirst(seen, before) ? [seen, before] : [before, seen];
    found.set(impairment.element.id, withAlso(first, other));
  }
  return found;
}

/** The first with the effects of the other that hold beside it. */
function withAlso(first, other) {
  if (first.phase !== "now" || other?.phase !== "now") return first;
  const also = [...(first.also ?? []), other.effect, ...(other.also ?? [])]
    .filter((effect, n, all) => effect !== first.effect && all.indexOf(effect) === n);
  return also.length ? { ...first, also } : first;
}

function seenFrom({ effect, from, until }, at) {
  const begins = Date.parse(from);
  const ends = until ? Date.parse(until) : null;
  return {
    effect,
    phase: begins > at
      ? "later"
      : ends !== null
      && ends <= at
      ? "past"
      : "now",
    from: begins,
    until: ends
  };
}

const NEARNESS = { now: 0, later: 1, past: 2 };

function comesFirst(a, b) {
  if (a.phase !== b.phase) return NEARNESS[a.phase] < NEARNESS[b.phase];
  if (a.phase === "later" && a.from !== b.from) return a.from < b.from;
  if (a.phase === "past" && a.until !== b.until) return a.until > b.until;
  return EFFECTS[a.effect].rank < EFFECTS[b.effect].rank;
}

/** The effect on a box of several elements: the worst one, and the number of affected elements. */
export function effectOfBox(members, effects) {
  let worst = null;
  let count = 0;
  for (const id of members) {
    const seen = effects.get(id);
    if (!seen) continue;
    count += 1;
    if (!worst || comesFirst(seen, worst)) worst = seen;
  }
  return worst && { ...worst, count };
}
