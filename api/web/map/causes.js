// How failures reach elements: the hops of the answer, merged into one graph. Pure.

/**
 * @param impairments [{element: {id}, path: {hops: [{from, to, ...}]}}]
 * @returns {{failed: Set<string>, hops: Map<string, number>, links: Map<string, object>}} ids of what failed;
 *  of each element how many hops it is
 *   from there, by the longest path; the hops between elements by "from to"
 */
export function causesOf(impairments) {
  const failed = new Set();
  const links = new Map();
  const hops = new Map();
  for (const { path } of impairments) {
    (path?.hops ?? []).forEach((hop, far) => {
      if (hop.from.startsWith("failure:")) failed.add(hop.to);
      else if (hop.from !== hop.to) links.set(`${hop.from} ${hop.to}`, hop);
      hops.set(hop.to, Math.max(far, hops.get(hop.to) ?? 0));
    });
  }
  for (const id of failed) hops.set(id, 0);
  return { failed, links, hops };
}

/** Ids on a path, without the failure and the order at its ends. */
export function idsOnPath(path) {
  const ids = (path?.hops ?? []).flatMap(({ from, to }) => [from, to]);
  return [...new Set(ids)].filter((id) => !/^(failure|order|fulfillment):/.test(id));
}

/** Ids in a blast radius: impaired elements, the steps of affected orders, and the paths between them. */
export function involvedIn(model, impairments, stepIds) {
  const ids = new Set(stepIds);
  for (const { element, path } of impairments) for (const id of [element.id, ...idsOnPath(path)]) ids.add(id);
  const workflows = new Set(
    [...ids]
      .map((id) => model.byId.get(id))
      .filter((element) => element?.kind === "STEP")
      .map((step) => step.parent)
  );
  for (
    const element of model.byId.values()
  ) if (
    element.kind === "STEP"
      && workflows.has(element.parent)
  ) ids.add(element.id);
  return new Set([...ids].filter((id) => model.byId.has(id)));
}
