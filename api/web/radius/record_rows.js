// Affected records in rows by type and effect, each divided by cause. Pure.

/** Causes with a colour of their own; the others share the last one. */
export const COLOURS = 5;

/**
 * @param causes recordCauses of a blast radius
 * @returns {{rows: object[], legend: string[]}} rows {kind, type, effect, expected, parts: [{cause,
 *  expected}]}, the most expected first; `cause` is a place in the legend
 */
export function recordRows(causes) {
  const byCause = sums(causes, ({ element }) => element?.name ?? "several causes");
  const names = [...byCause].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const legend = names.length > COLOURS ? [...names.slice(0, COLOURS - 1), "others"] : names;
  const placeOf = (name) => (legend.includes(name) ? legend.indexOf(name) : legend.length - 1);
  const rows = new Map();
  for (const { kind, type, effect, element, expected } of causes) {
    const key = `${kind} ${type} ${effect}`;
    const row = rows.get(key) ?? { kind, type, effect, expected: 0, parts: [] };
    const cause = placeOf(element?.name ?? "several causes");
    const part = row.parts.find((one) => one.cause === cause);
    if (part) part.expected += expected;
    else row.parts.push({ cause, expected });
    row.expected += expected;
    rows.set(key, row);
  }
  for (const row of rows.values()) row.parts.sort((a, b) => a.cause - b.cause);
  return { rows: [...rows.values()].sort((a, b) => b.expected - a.expected), legend };
}

function sums(causes, nameOf) {
  const found = new Map();
  for (const cause of causes) found.set(nameOf(cause), (found.get(nameOf(cause)) ?? 0) + cause.expected);
  return found;
}
