// Lines between boxes: the edges of the elements in them, joined, and the curves they are drawn as. Pure.

import { drawnWay } from "./model.js";

/**
 * @param box the id of the box that stands for an element, by its id
 * @returns {Map<string, {from, to, count, kinds: Set<string>}>} by "from to", in the way they are drawn; what stays within a box is left out
 */
export function linksOf(model, box) {
  const links = new Map();
  for (const edge of model.edges) {
    const [a, b] = drawnWay(edge);
    const from = box.get(a), to = box.get(b);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${to}`;
    if (!links.has(key)) links.set(key, { from, to, count: 0, kinds: new Set() });
    links.get(key).count += 1;
    links.get(key).kinds.add(edge.kind);
  }
  return links;
}

/** A curve between two boxes as the `d` of a path: out of the side that faces the other; `upright`: out of the top and bottom wherever one is above the other. */
export function curve(a, b, upright = false) {
  const ax = a.x + a.width / 2, ay = a.y + a.height / 2, bx = b.x + b.width / 2, by = b.y + b.height / 2;
  if (Math.abs(by - ay) > Math.max(a.height, b.height) && (upright || Math.abs(bx - ax) < 3 * Math.abs(by - ay))) {
    const down = by > ay;
    const [y1, y2] = [down ? a.y + a.height : a.y, down ? b.y : b.y + b.height];
    const bend = Math.max(12, Math.abs(y2 - y1) / 2) * (down ? 1 : -1);
    return `M${round(ax)} ${round(y1)} C${round(ax)} ${round(y1 + bend)} ${round(bx)} ${round(y2 - bend)} ${round(bx)} ${round(y2)}`;
  }
  const right = bx > ax;
  const [x1, x2] = [right ? a.x + a.width : a.x, right ? b.x : b.x + b.width];
  const bend = Math.max(12, Math.abs(x2 - x1) / 2) * (right ? 1 : -1);
  return `M${round(x1)} ${round(ay)} C${round(x1 + bend)} ${round(ay)} ${round(x2 - bend)} ${round(by)} ${round(x2)} ${round(by)}`;
}

const round = (value) => Math.round(value * 10) / 10;
