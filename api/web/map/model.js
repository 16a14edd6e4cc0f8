// The topology for the map: elements by id, and their neighbours. Pure: no DOM, no network.

/** Kinds without a box: a workflow is the lane of its steps; teams and playbooks own or cover elements. */
const NOT_DRAWN = new Set(["TEAM", "PLAYBOOK", "WORKFLOW"]);

/** Relations of responsibility, not of dependency. */
const RESPONSIBILITY = new Set(["OWNED_BY", "COVERS"]);

/**
 * @param {{version: string, elements: object[], edges: {from: string, to: string, kind: string}[]}} map the
 *  answer to `topologyMap`; an edge goes from what depends
 * @returns {{version: string, byId: Map<string, object>, edges: object[], drawn: string[], near: Map<string,
 *  string[]>}}
 *   `edges` are dependencies, `drawn` the ids with boxes, `near` the neighbours of each id both ways
 */
export function modelOf(map) {
  const byId = new Map(map.elements.map((element) => [element.id, element]));
  const edges = map.edges.filter((edge) => !RESPONSIBILITY.has(edge.kind)
      && byId.has(edge.from)
      && byId.has(edge.to));
  const near = new Map(map.elements.map((element) => [element.id, []]));
  for (const { from, to } of edges) {
    near.get(from).push(to);
    near.get(to).push(from);
  }
  const drawn = map.elements.filter((element) => !NOT_DRAWN.has(element.kind)).map((element) => element.id);
  return { version: map.version, byId, edges, drawn, near };
}

/**
 * Display name of an element; the bare key of an id that the topology does not have (an order, a failure).
 */
export function nameOf(model, id) {
  return model?.byId.get(id)?.name || keyOf(id);
}

/** The id without its kind. */
export function keyOf(id) {
  return id.slice(id.indexOf(":") + 1);
}

/** The kind of an id in lower case, such as `integration`. */
export function kindOf(id) {
  return id.slice(0, id.indexOf(":"));
}

/** Direction of an edge when drawn: that of orders, messages and failures. Returns [from, to]. */
export function drawnWay({ from, to, kind }) {
  return kind === "TO" ? [from, to] : [to, from];
}

/** Ids of `ids` and of all within `depth` edges of them, either way. */
export function around(model, ids, depth) {
  const seen = new Set(ids);
  let edge = [...seen];
  for (let step = 0; step < depth && edge.length; step += 1) {
    edge = edge.flatMap((id) => model.near.get(id) ?? []).filter((id) => !seen.has(id) && seen.add(id));
  }
  return seen;
}
