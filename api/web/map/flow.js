// Where an element stands in the flow of orders, from 0 (they are placed) to 1 (they are delivered and
// booked).
//
// A step stands at its depth in its workflow: the most steps that can come before it. Everything else stands
// at the mean of what it hangs
// together with, found by repeated averaging (Gauss-Seidel on the graph's Laplacian with the steps held
// fast), so a system that serves the
// beginning of orders stands left of one that serves their end, and cycles do no harm. Costs ROUNDS x edges.

const ROUNDS = 60;

/**
 * How far an edge sets what it joins apart, in steps: what hands an order over stands before the step, what a
 * step sends stands behind it.
 */
const APART = { HANDED_OVER: -0.5, EMITS_VIA: 0.5 };

/**
 * @returns {{flow: Map<string, number>, depths: Map<string, number>}} of every id its place in 0..1; of every
 * step its depth
 */
export function flowOf(model) {
  const depths = depthsOf(model);
  const deepest = Math.max(1, ...depths.values());
  const place = new Map(
    [...model.byId.keys()].map((id) => [id, depths.has(id) ? depths.get(id) / deepest : 0.5])
  );
  const pulls = pullsOf(model, depths, deepest);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [id, pulled] of pulls) {
      let sum = 0;
      for (const [other, apart] of pulled) sum += place.get(other) + apart;
      place.set(id, Math.min(1, Math.max(0, sum / pulled.length)));
    }
  }
  return { flow: place, depths };
}

/**
 * @returns {Map<string, number>} of every step, how many steps can come before it; a way back to a step
 * before counts for nothing
 */
export function depthsOf(model) {
  const before = new Map();
  for (const element of model.byId.values()) if (element.kind === "STEP") before.set(element.id, []);
  for (
    const { from, to, kind } of model.edges
  ) if (
    kind === "FOLLOWS"
      && before.has(from)
      && before.has(to)
  ) before.get(from)
    .push(to);
  const back = waysBack(before);
  const depths = new Map();
  const depth = (id) => {
    if (!depths.has(id)) depths.set(
      id,
      Math.max(
        0,
        ...before.get(id).filter((other) => !back.has(`${id} ${other}`)).map((other) => depth(other) + 1)
      )
    );
    return depths.get(id);
  };
  for (const id of before.keys()) depth(id);
  return depths;
}

/** Edges, as "from to", that close a circle when the steps are walked from the first of the document on. */
function waysBack(before) {
  const after = new Map([...before.keys()].map((id) => [id, []]));
  for (const [id, others] of before) for (const other of others) after.get(other).push(id);
  const back = new Set();
  const state = new Map();
  const walk = (id) => {
    state.set(id, "open");
    for (const next of after.get(id)) {
      if (state.get(next) === "open") back.add(`${next} ${id}`);
      else if (!state.has(next)) walk(next);
    }
    state.set(id, "done");
  };
  for (const id of before.keys()) if (!state.has(id)) walk(id);
  return back;
}

/** Of every id that is not held fast: what pulls it, as [id, how far apart]. */
function pullsOf(model, fast, deepest) {
  const pulls = new Map();
  const pull = (id, other, apart) => {
    if (fast.has(id)) return;
    if (!pulls.has(id)) pulls.set(id, []);
    pulls.get(id).push([other, apart]);
  };
  for (const { from, to, kind } of model.edges) {
    const apart = (APART[kind] ?? 0) / deepest;
    pull(to, from, apart);
    pull(from, to, -apart);
  }
  return pulls;
}
