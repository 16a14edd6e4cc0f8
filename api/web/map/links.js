// Lines between boxes: the merged edges of their elements, and their curves. Pure.

import { drawnWay } from "./model.js";

/**
 * @param box the id of the box that stands for an element, by its id
 * @returns {Map<string, {from, to, count, kinds: Set<string>}>} by "from to", in the direction of drawing;
 *  without those inside a box
 */
export function linksOf(model, box) {
  const links = new Map();
  for (const edge of model.edges) {
    const [a, b] = drawnWay(edge);
    const from = box.get(a);
    const to = box.get(b);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${to}`;
    if (!links.has(key)) links.set(key, { from, to, count: 0, kinds: new Set() });
    links.get(key).count += 1;
    links.get(key).kinds.add(edge.kind);
  }
  return links;
}

/**
 * A curve between two boxes as the `d` of a path, from side to side; `upright`: from top to bottom where
 * possible.
 */
export function curve(a, b, upright = false) {
  const ax = a.x + a.width / 2;
  const ay = a.y + a.height / 2;
  const bx = b.x + b.width / 2;
  const by = b.y + b.height / 2;
  if (
    Math.abs(by - ay) > Math.max(a.height, b.height)
      && (upright || Math.abs(bx - ax) < 3 * Math.abs(by - ay))
  ) {
    const down = by > ay;
    const [y1, y2] = [down ? a.y + a.height : a.y, down ? b.y : b.y + b.height];
    const bend = Math.max(12, Math.abs(y2 - y1) / 2) * (down ? 1 : -1);
    return bezier([ax, y1], [ax, y1 + bend], [bx, y2 - bend], [bx, y2]);
  }
  const right = bx > ax;
  const [x1, x2] = [right ? a.x + a.width : a.x, right ? b.x : b.x + b.width];
  const bend = Math.max(12, Math.abs(x2 - x1) / 2) * (right ? 1 : -1);
  return bezier([x1, ay], [x1 + bend, ay], [x2 - bend, by], [x2, by]);
}

/** A cubic curve as the `d` of a path: start, two control points, end. */
function bezier(start, ...points) {
  const text = ([x, y]) => `${round(x)} ${round(y)}`;
  return `M${text(start)} C${points.map(text).join(" ")}`;
}

const round = (value) => Math.round(value * 10) / 10;
