// Groups of elements, as a tree: team (or kind of system), then system, then what belongs to it; workflow,
// then its steps; region, then its locations.
// The map shows a cut through the tree, so that a picture has as many boxes as a person can read, whatever
// the size of the topology.

import { keyOf } from "./model.js";

/** Most boxes that the map opens by itself. */
export const READABLE = 150;

const FLOW = "group:flow";
const PLACES = "group:places";

/**
 * @param by "team" or "category": what systems are gathered by
 * @returns {{groups: Map<string, {id, name, kind, parent, children}>, parent: Map<string, string>, roots:
 *  string[]}} `children` are ids of groups or elements
 */
export function treeOf(model, by = "team") {
  const tree = { groups: new Map(), parent: new Map(), roots: [] };
  const group = (id, name, kind, parent) => {
    if (!tree.groups.has(id)) {
      tree.groups.set(id, { id, name, kind, parent: parent ?? null, children: [] });
      if (parent) put(id, parent);
      else tree.roots.push(id);
    }
    return id;
  };
  const put = (id, parent) => {
    tree.groups.get(parent).children.push(id);
    tree.parent.set(id, parent);
  };
  const homes = homesOf(model);
  for (const id of model.drawn) put(id, groupFor(model, homes, model.byId.get(id), by, group));
  return withoutSingles(tree);
}

/** The group of an element, made with those around it. */
function groupFor(model, homes, element, by, group) {
  if (element.kind === "STEP") {
    const workflow = element.parent ?? `workflow:${keyOf(element.id).split("/")[0]}`;
    return group(
      `in:${workflow}`,
      model.byId.get(workflow)?.name
        ?? keyOf(workflow),
      "WORKFLOW",
      group(FLOW, "Flow of orders", "FLOW")
    );
  }
  if (element.kind === "LOCATION") {
    const region = element.region ?? "elsewhere";
    return group(`in:region:${region}`, region, "REGION", group(PLACES, "Locations", "PLACES"));
  }
  const home = model.byId.get(homes.get(element.id));
  const area = areaOf(model, home ?? element, by, group);
  return home ? group(`in:${home.id}`, home.name, "SYSTEM", area) : area;
}

function areaOf(model, element, by, group) {
  const mark = by === "category" ? (element.category && `category:${element.category}`) : element.owner;
  if (!mark) return group("in:others", by === "category" ? "Other kinds" : "No owner", "AREA");
  return group(
    `in:${mark}`,
    by === "category"
      ? element.category.replaceAll("_", " ")
      : (model.byId.get(mark)?.name ?? keyOf(mark)),
    "AREA"
  );
}

/**
 * Of each element the system it is shown with: an api or data with its own, an integration with the one it
 * comes from.
 */
function homesOf(model) {
  const homes = new Map();
  for (const { id, kind, parent } of model.byId.values()) {
    if (kind === "SYSTEM") homes.set(id, id);
    else if (parent && kind !== "STEP") homes.set(id, parent);
  }
  for (const { from, to, kind } of model.edges) if (kind === "FROM") homes.set(from, homes.get(to) ?? to);
  return homes;
}

/** A group of one is no group: the one takes its place. */
function withoutSingles(tree) {
  for (const group of [...tree.groups.values()].reverse()) {
    if (group.kind !== "SYSTEM" || group.children.length !== 1) continue;
    const siblings = tree.groups.get(group.parent).children;
    siblings[siblings.indexOf(group.id)] = group.children[0];
    tree.parent.set(group.children[0], group.parent);
    tree.groups.delete(group.id);
    tree.parent.delete(group.id);
  }
  return tree;
}

/**
 * The cut: which groups are open. Whole levels are opened while the picture stays readable, then single ones
 *  of the outermost level and those that hold
 * what matters: the fullest of it first, and the small before the large.
 * @param shown ids of the elements that are to be seen; null: all but locations
 * @param matters ids whose groups are opened first
 * @param toggled ids of groups that a person opened or closed: the other way round than by itself
 * @returns {{id, group: object|null, members: string[], open: boolean, children: object[]}[]} the roots; an
 *  element has no group
 */
export function cut(
  model,
  tree,
  { shown = null, matters = new Set(), toggled = new Set(), most = READABLE } = {}
) {
  const roots = tree.roots.map((id) => nodeOf(model, tree, id, shown)).filter(Boolean);
  openAll(roots, matters, most);
  for (const node of everyNode(roots)) if (node.group && toggled.has(node.id)) node.open = !node.open;
  return roots;
}

function nodeOf(model, tree, id, shown) {
  const group = tree.groups.get(id) ?? null;
  if (!group) return !shown || shown.has(id) ? { id, group, members: [id], open: false, children: [] } : null;
  if (!shown && group.id === PLACES) return null;
  const children = group.children.map((child) => nodeOf(model, tree, child, shown)).filter(Boolean);
  return children.length
    ? { id, group, members: children.flatMap((child) => child.members), open: false, children }
    : null;
}

function openAll(roots, matters, most) {
  const weight = (node) => node.members.filter((id) => matters.has(id)).length / node.children.length;
  const cost = (node) => node.children.length - 1;
  let boxes = roots.length;
  let whole = true;
  let level = roots;
  while (level.length) {
    const groups = level.filter((node) => node.group);
    whole &&= boxes + groups.reduce((sum, node) => sum + cost(node), 0) <= most;
    const wanted = whole
      ? groups
      : groups.filter((node) => level === roots
          || weight(node)).sort((a, b) => weight(b) - weight(a)
              || cost(a) - cost(b));
    for (const node of wanted) {
      if (boxes + cost(node) > most) continue;
      node.open = true;
      boxes += cost(node);
    }
    level = groups.filter((node) => node.open).flatMap((node) => node.children);
  }
}

/** All nodes, the outer before the inner. */
export function* everyNode(nodes) {
  for (const node of nodes) {
    yield node;
    yield* everyNode(node.children);
  }
}

/** The nodes that are boxes: elements and closed groups in open ones. */
export function* boxes(nodes) {
  for (const node of nodes) {
    if (node.open) yield* boxes(node.children);
    else yield node;
  }
}

/** @returns {Map<string, string>} of each element that is shown, the id of the box that stands for it */
export function boxOf(nodes) {
  const found = new Map();
  for (const node of boxes(nodes)) for (const id of node.members) found.set(id, node.id);
  return found;
}
