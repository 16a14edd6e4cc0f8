// Places for boxes. Two pictures, both with the flow of orders from left to right:
// the overview (everything, areas in columns) and the cause (what failed on top, then what it impairs hop by
// hop, the lanes of steps below).

import { everyNode } from "./groups.js";

export const BOX = { width: 188, height: 54 }; // two lines of a name, and one below
const GAP = { x: 22, y: 14 };
const FRAME = { side: 12, top: 30, bottom: 12 };
const ROW_GAP = 46;
const SWEEPS = 3;

/** Width to height that a picture should have. */
const ASPECT = 1.6;

/**
 * Everything: areas with their systems in columns, the lanes of steps below.
 * @param roots the nodes of a cut
 * @param standing {flow, depths}: place in the flow of orders by id, depth of each step in its workflow
 * @returns {{width, height, places: Map<string, {x, y, width, height, node}>}} top left corners; frames of
 *  open groups come before what is in them
 */
export function overview(model, roots, standing) {
  const { flow, depths } = standing;
  let pull = new Map();
  let picture = null;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const machinery = columns(roots.filter((node) => !isFlow(node)), { flow, depths, pull, aspect: ASPECT });
    const lanes = shelf(roots.filter(isFlow), { flow, depths, pull, width: machinery.width });
    picture = {
      width: Math.max(machinery.width, lanes.width),
      height: machinery.height + (lanes.height && machinery.height ? ROW_GAP : 0) + lanes.height,
      places: new Map()
    };
    put(picture.places, machinery, 0, 0);
    put(picture.places, lanes, 0, picture.height - lanes.height);
    pull = pullsOf(model, picture.places);
  }
  return picture;
}

/**
 * The cause: a row for each number of hops from what failed, every box above the steps that it leads to, and
 *  the lanes of steps below.
 * @param hops how many from what failed, by id of an element
 * @param links drawn edges between boxes as [from, to], by which a box finds what it stands above
 */
export function cause(roots, { flow, depths }, hops, links) {
  const lanes = shelf(roots.filter(isFlow), { flow, depths, pull: new Map(), width: 0 });
  const machinery = [...leaves(roots.filter((node) => !isFlow(node)))];
  const rows = rowsOf(machinery, hops, flow);
  const widest = Math.max(0, ...rows.map((row) => row.length * (BOX.width + GAP.x) - GAP.x));
  const width = Math.max(lanes.width, widest, BOX.width);
  const top = rows.length * (BOX.height + ROW_GAP);
  const places = new Map();
  put(places, lanes, (width - lanes.width) / 2, top);
  const centre = new Map([...places].map(([id, place]) => [id, place.x + place.width / 2]));
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const wished = rows[index]
      .map((node) =>
          [node, wish(node, links, centre) ?? flowOfNode(node, flow) * (width - BOX.width) + BOX.width / 2]);
    wished.sort((a, b) => a[1] - b[1] || (a[0].id < b[0].id ? -1 : 1));
    const found = apart(wished.map(([, at]) => at), BOX.width + GAP.x, BOX.width / 2, width - BOX.width / 2);
    wished.forEach(([node], n) => {
      centre.set(node.id, found[n]);
      places.set(node.id, { x: found[n] - BOX.width / 2, y: index * (BOX.height + ROW_GAP), ...BOX, node });
    });
  }
  return {
    width,
    height: lanes.height
      ? top + lanes.height
      : Math.max(BOX.height, top - ROW_GAP),
    places,
    upright: true
  };
}

/**
 * What lies around an element: a column for each number of edges, what it needs on the left, what needs it on
 *  the right.
 * @param far edges from the element by id: below nothing for what it needs, above for what needs it
 */
export function surroundings(roots, { flow }, far) {
  const byFar = new Map();
  for (const node of leaves(roots)) {
    const at = node.members.map((id) => far.get(id)
        ?? 0).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
    if (!byFar.has(at)) byFar.set(at, []);
    byFar.get(at).push(node);
  }
  const most = Math.max(...[...byFar.values()].map((column) => column.length));
  const tall = Math.max(6, Math.ceil(Math.sqrt(most * 2)));
  const stacks = [...byFar.keys()].sort((a, b) => a - b).flatMap((at) => {
    const column = byFar.get(at).sort((a, b) => kindRank(a) - kindRank(b)
        || flowOfNode(a, flow) - flowOfNode(b, flow));
    const parts = Math.ceil(column.length / tall);
    return Array.from(
      { length: parts },
      (_, part) => ({
        first: part === 0,
        nodes: column.slice(
          Math.ceil((part * column.length) / parts),
          Math.ceil(((part + 1) * column.length) / parts)
        )
      })
    );
  });
  const pitch = BOX.height + GAP.y;
  const height = Math.max(...stacks.map(({ nodes }) => nodes.length)) * pitch - GAP.y;
  const places = new Map();
  let x = -GAP.x;
  for (const { first, nodes } of stacks) {
    x += places.size && first ? 3 * GAP.x : GAP.x;
    const top = (height - nodes.length * pitch + GAP.y) / 2;
    nodes.forEach((node, n) => places.set(node.id, { x, y: top + n * pitch, ...BOX, node }));
    x += BOX.width;
  }
  return { width: x, height, places };
}

const KINDS = ["system", "api", "integration", "data", "step", "location"];
const kindRank = (node) => KINDS.indexOf(node.members[0].split(":")[0]);

/**
 * Places nearest to those wished for (least squares) that keep their order and `least` between them: pooled
 *  adjacent violators, O(n).
 * @param wished ascending
 */
export function apart(wished, least, from, to) {
  const pools = [];
  wished.forEach((at, n) => {
    pools.push({ sum: at - n * least, size: 1 });
    while (pools.length > 1 && pools.at(-2).sum / pools.at(-2).size > pools.at(-1).sum / pools.at(-1).size) {
      const last = pools.pop();
      pools.at(-1).sum += last.sum;
      pools.at(-1).size += last.size;
    }
  });
  const most = to - (wished.length - 1) * least;
  const bases = pools.flatMap(({ sum, size }) => Array(size)
      .fill(Math.max(from, Math.min(most, sum / size))));
  return bases.map((base, n) => base + n * least);
}

function isFlow(node) {
  return node.group?.kind === "FLOW";
}

function* leaves(nodes) {
  for (const node of nodes) {
    if (node.open) yield* leaves(node.children);
    else yield node;
  }
}

/** Rows of boxes by hops from what failed; a long row is broken into several of about the same length. */
function rowsOf(nodes, hops, flow) {
  const byDepth = new Map();
  for (const node of nodes) {
    const depth = Math.min(...node.members.map((id) => hops.get(id) ?? Infinity));
    if (!byDepth.has(depth)) byDepth.set(depth, []);
    byDepth.get(depth).push(node);
  }
  const longest = Math.max(7, Math.ceil(Math.sqrt(nodes.length * 2)));
  return [...byDepth.keys()].sort((a, b) => a - b).flatMap((depth) => {
    const row = byDepth.get(depth).sort((a, b) => flowOfNode(a, flow) - flowOfNode(b, flow));
    const parts = Math.ceil(row.length / longest);
    return Array.from({ length: parts }, (_, part) => row.filter((_, n) => n % parts === part));
  });
}

/** Mean of the centres of what the node leads to and that is placed already. */
function wish(node, links, centre) {
  const found = links.filter(([from, to]) => from === node.id
      && centre.has(to)).map(([, to]) => centre.get(to));
  return found.length ? found.reduce((sum, at) => sum + at, 0) / found.length : null;
}

/** A block: what stands in it, with places from its own corner. */
function blockOf(node, options) {
  if (!node.open) return { ...BOX, node, parts: [] };
  const inner = node.group.kind === "WORKFLOW"
    ? lane(node.children, options)
    : node.group.kind === "FLOW"
    ? shelf(node.children, options)
    : columns(node.children, { ...options, aspect: 1.4 });
  const parts = inner.parts.map((part) => ({ ...part, x: part.x + FRAME.side, y: part.y + FRAME.top }));
  return {
    width: inner.width + 2 * FRAME.side,
    height: inner.height + FRAME.top + FRAME.bottom,
    node,
    parts
  };
}

/** Steps at their depth; those of one depth below each other. */
function lane(nodes, options) {
  const stacked = new Map();
  const parts = nodes.map((node) => {
    const column = options.depths.get(node.id) ?? 0;
    const row = stacked.get(column) ?? 0;
    stacked.set(column, row + 1);
    return { x: column * (BOX.width + GAP.x), y: row * (BOX.height + GAP.y), block: blockOf(node, options) };
  });
  return boundsOf(parts);
}

/** Blocks in rows, each as long as the width allows. */
function shelf(nodes, options) {
  const width = Math.max(options.width ?? 0, 1100);
  const parts = [];
  let x = 0;
  let y = 0;
  let tallest = 0;
  for (const block of nodes.map((node) => blockOf(node, options))) {
    if (x && x + block.width > width) [x, y, tallest] = [0, y + tallest + GAP.y, 0];
    parts.push({ x, y, block });
    x += block.width + GAP.x;
    tallest = Math.max(tallest, block.height);
  }
  return boundsOf(parts);
}

/**
 * Blocks in columns from left to right by their place in the flow of orders; within a column near what they
 * hang together with.
 */
function columns(nodes, options) {
  const { flow, pull, aspect } = options;
  const blocks = nodes.map((node) => blockOf(node, options))
    .sort((a, b) => flowOfNode(a.node, flow) - flowOfNode(b.node, flow)
        || (a.node.id < b.node.id ? -1 : 1));
  const area = blocks.reduce((sum, block) => sum + (block.width + GAP.x) * (block.height + GAP.y), 0);
  const tall = Math.max(Math.sqrt(area / aspect), ...blocks.map((block) => block.height));
  const parts = [];
  let x = 0;
  for (const column of columnsOf(blocks, tall)) {
    column.sort((a, b) => (pull.get(a.node.id) ?? 0) - (pull.get(b.node.id) ?? 0));
    const width = Math.max(...column.map((block) => block.width));
    let y = 0;
    for (const block of column) {
      parts.push({ x: x + (width - block.width) / 2, y, block });
      y += block.height + GAP.y;
    }
    x += width + GAP.x;
  }
  return boundsOf(parts);
}

function columnsOf(blocks, tall) {
  const found = [];
  let height = Infinity;
  for (const block of blocks) {
    if (height + block.height > tall * 1.02) {
      found.push([]);
      height = 0;
    }
    found.at(-1).push(block);
    height += block.height + GAP.y;
  }
  return found;
}

function boundsOf(parts) {
  return {
    width: Math.max(0, ...parts.map((part) => part.x + part.block.width)),
    height: Math.max(0, ...parts.map((part) => part.y + part.block.height)),
    parts,
  };
}

function put(places, { parts }, x, y) {
  for (const part of parts) {
    const { node, width, height, parts: inner } = part.block;
    places.set(node.id, { x: x + part.x, y: y + part.y, width, height, node });
    put(places, { parts: inner }, x + part.x, y + part.y);
  }
}

function flowOfNode(node, flow) {
  return node.members.reduce((sum, id) => sum + (flow.get(id) ?? 0.5), 0) / node.members.length;
}

/** Of every node the mean height of the neighbours of its members, as they are placed now. */
function pullsOf(model, places) {
  const middle = new Map();
  for (
    const place of places.values()
  ) if (
    !place.node.open
  ) for (
    const id of place.node.members
  ) middle.set(
    id,
    place.y + place.height / 2
  );
  const pull = new Map();
  for (const node of everyNode([...places.values()].filter((place) => place).map((place) => place.node))) {
    if (pull.has(node.id)) continue;
    let sum = 0;
    let count = 0;
    for (const id of node.members) for (
      const other of model.near.get(id)
        ?? []
    ) if (middle.has(other)) (sum += middle.get(other)),
    (count += 1);
    if (count) pull.set(node.id, sum / count);
  }
  return pull;
}
