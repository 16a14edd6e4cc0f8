// Distances of elements from one, along the edges of the topology. Pure.

/**
 * @param dependencies, dependents sets of ids: what it needs, what needs it, as the server says
 * @returns {Map<string, number>} the id itself: 0; what it needs: -1, -2 ...; what needs it: 1, 2 ...; of
 *  what is both, the nearer
 */
export function farFrom(model, id, dependencies, dependents) {
  const far = new Map([[id, 0]]);
  const out = new Map();
  const back = new Map();
  for (const { from, to } of model.edges) {
    if (!out.has(from)) out.set(from, []);
    if (!back.has(to)) back.set(to, []);
    out.get(from).push(to);
    back.get(to).push(from);
  }
  spread(id, out, dependencies, -1, far);
  spread(id, back, dependents, 1, far);
  return far;
}

function spread(id, ways, among, sign, far) {
  const seen = new Set([id]);
  let edge = [id];
  for (let step = 1; edge.length; step += 1) {
    edge = [...new Set(edge.flatMap((one) => ways.get(one) ?? []))].filter((one) => among.has(one)
        && !seen.has(one));
    for (const one of edge) {
      seen.add(one);
      if (!far.has(one) || Math.abs(far.get(one)) > step) far.set(one, sign * step);
    }
  }
  for (const one of among) if (!far.has(one)) far.set(one, sign);
}

/** Elements whose id or name contains all words of a text; those that begin with it first. */
export function matching(model, text, most = 12) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return [];
  const found = [];
  for (const element of model.byId.values()) {
    const name = element.name.toLowerCase();
    const id = element.id.toLowerCase();
    if (!wanted.every((word) => name.includes(word) || id.includes(word))) continue;
    const key = id.slice(id.indexOf(":") + 1);
    const rank = key === text.toLowerCase()
      ? 0
      : key.startsWith(wanted[0])
      || name.startsWith(wanted[0])
      ? 1
      : 2;
    found.push({ element, rank: rank + (element.kind === "LOCATION" ? 3 : 0) });
  }
  return found.sort((a, b) => a.rank - b.rank
      || a.element.name.length - b.element.name.length).slice(0, most).map(({ element }) => element);
}
