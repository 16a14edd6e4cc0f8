import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, involvedIn } from "../../../../api/web/map/causes.js";
import { flowOf } from "../../../../api/web/map/flow.js";
import { boxOf, boxes, cut, treeOf } from "../../../../api/web/map/groups.js";
import { linksOf } from "../../../../api/web/map/links.js";
import { modelOf } from "../../../../api/web/map/model.js";
import { apart, cause, overview, surroundings } from "../../../../api/web/map/place.js";
import { SHOP, dice, hop, impairment, topologyOf } from "./shop.mjs";

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function clashes(picture) {
  const all = [...picture.places.values()].filter(({ node }) => !node.open);
  return all.flatMap((a, n) => all.slice(n + 1).filter((b) => overlap(a, b)).map((b) => `${a.node.id} ${b.node.id}`));
}

function outside(picture) {
  return [...picture.places.values()].filter(({ x, y, width, height }) => x < -0.01 || y < -0.01 || x + width > picture.width + 0.01 || y + height > picture.height + 0.01).map(({ node }) => node.id);
}

const HOPS = [hop("failure:F", "integration:stock"), hop("integration:stock", "data:oms.stock", "STALE"), hop("data:oms.stock", "step:home/pick", "STALE")];
const IMPAIRED = [impairment("integration:stock", "BLOCKED", "2026-03-02T09:00:00Z", null, HOPS[0]), impairment("step:home/pick", "STALE", "2026-03-02T09:00:00Z", null, ...HOPS)];

function causePicture(model, impairments, most = 70) {
  const causes = causesOf(impairments), shown = involvedIn(model, impairments, []);
  const roots = cut(model, treeOf(model), { shown, most }), home = boxOf(roots);
  return cause(roots, flowOf(model), causes.hops, [...linksOf(model, home).values()].map(({ from, to }) => [from, to]));
}

test("in the overview no box lies on another, and all lie within it", () => {
  for (const systems of [8, 40, 120]) {
    for (const most of [20, 150, 100_000]) {
      const model = modelOf(topologyOf(systems)), roots = cut(model, treeOf(model), { most });
      const picture = overview(model, roots, flowOf(model));
      assert.deepEqual(clashes(picture), []);
      assert.deepEqual(outside(picture), []);
      assert.equal([...boxes(roots)].every(({ id }) => picture.places.has(id)), true);
    }
  }
});

test("the frame of an open group holds all that is in it, and nothing else", () => {
  const model = modelOf(topologyOf(40)), roots = cut(model, treeOf(model), { most: 100_000 }), { places } = overview(model, roots, flowOf(model));
  for (const frame of places.values()) {
    if (!frame.node.open) continue;
    const members = new Set(frame.node.members);
    for (const box of places.values()) if (!box.node.open) assert.equal(overlap(frame, box), members.has(box.node.id), `${frame.node.id} ${box.node.id}`);
  }
});

test("what failed stands on top, each hop one row below, the steps in a lane from left to right", () => {
  const { places } = causePicture(modelOf(SHOP), IMPAIRED);
  const at = (id) => places.get(id);

  assert.ok(at("integration:stock").y < at("data:oms.stock").y);
  assert.ok(at("data:oms.stock").y < at("step:home/pick").y);
  assert.ok(at("step:home/place").x < at("step:home/pick").x && at("step:home/pick").x < at("step:home/ship").x);
  assert.equal(at("step:home/place").y, at("step:home/ship").y);
});

test("in the picture of a cause no box lies on another", () => {
  const model = modelOf(topologyOf(60)), roll = dice(3);
  const all = model.drawn.filter(() => roll() < 0.3);
  const found = all.map((id) => impairment(id, "BLOCKED", "2026-03-02T09:00:00Z", null, hop("failure:F", "system:s0"), hop("system:s0", id)));
  for (const most of [30, 70, 1_000]) {
    const picture = causePicture(model, found, most);
    assert.deepEqual(clashes(picture), []);
    assert.deepEqual(outside(picture), []);
  }
});

test("around an element stands on the left what it needs, on the right what needs it", () => {
  const model = modelOf(SHOP), far = new Map([["system:oms", 0], ["system:wms", -1], ["data:oms.stock", 1], ["step:home/pick", 2]]);
  const picture = surroundings(cut(model, treeOf(model), { shown: new Set(far.keys()) }), flowOf(model), far);
  const xs = [...far].sort((a, b) => a[1] - b[1]).map(([id]) => picture.places.get(id).x);

  assert.deepEqual(xs, [...xs].sort((a, b) => a - b));
  assert.deepEqual(clashes(picture), []);
});

test("places that were wished for are kept where there is room", () => {
  assert.deepEqual(apart([10, 50, 90], 20, 0, 100), [10, 50, 90]);
});

test("places too near to each other are moved apart by the least that helps", () => {
  assert.deepEqual(apart([50, 50], 20, 0, 100), [40, 60]);
});

test("places are moved the least of all that keep the distance (compared with a search over a grid)", () => {
  const roll = dice(11);
  for (let round = 0; round < 40; round += 1) {
    const wished = [roll(), roll(), roll()].map((at) => Math.round(at * 20)).sort((a, b) => a - b);
    const cost = (found) => found.reduce((sum, at, n) => sum + (at - wished[n]) ** 2, 0);
    let least = Infinity;
    for (let a = 0; a <= 20; a += 0.5) for (let b = a + 6; b <= 20; b += 0.5) for (let c = b + 6; c <= 20; c += 0.5) least = Math.min(least, cost([a, b, c]));
    const found = apart(wished, 6, 0, 20);
    assert.ok(found[1] - found[0] >= 6 - 1e-9 && found[2] - found[1] >= 6 - 1e-9);
    assert.ok(cost(found) <= least + 1e-9, `${wished}: ${found}`);
  }
});
