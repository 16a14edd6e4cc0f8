import assert from "node:assert/strict";
import { test } from "node:test";
import { READABLE, boxOf, boxes, cut, everyNode, treeOf } from "../../../../api/web/map/groups.js";
import { modelOf } from "../../../../api/web/map/model.js";
import { SHOP, topologyOf } from "./shop.mjs";

const shop = modelOf(SHOP);
const ids = (nodes) => [...boxes(nodes)].map(({ id }) => id).sort();

test("an api and data stand with their system, an integration with the one it comes from, a step with its workflow", () => {
  const { parent } = treeOf(shop);

  assert.equal(parent.get("api:oms.orders"), "in:system:oms");
  assert.equal(parent.get("data:oms.stock"), "in:system:oms");
  assert.equal(parent.get("integration:stock"), "in:system:wms");
  assert.equal(parent.get("step:home/pick"), "in:workflow:home");
  assert.equal(parent.get("in:system:oms"), "in:team:selling");
});

test("systems are gathered by their kind when asked", () => {
  assert.equal(treeOf(shop, "category").parent.get("in:system:oms"), "in:category:oms");
});

test("what is small is open down to its elements", () => {
  assert.ok(ids(cut(shop, treeOf(shop))).includes("step:home/pick"));
});

test("every element that is shown is in exactly one box", () => {
  for (const most of [1, 5, 20, READABLE]) {
    const model = modelOf(topologyOf(60)), roots = cut(model, treeOf(model), { most });
    const members = [...boxes(roots)].flatMap((node) => node.members).sort();
    assert.deepEqual(members, model.drawn.filter((id) => model.byId.get(id).kind !== "LOCATION").sort());
  }
});

test("a picture stays readable, however large the topology is", () => {
  for (const systems of [10, 40, 120, 400]) {
    const model = modelOf(topologyOf(systems));
    assert.ok([...boxes(cut(model, treeOf(model)))].length <= READABLE);
  }
});

test("where not all can be open, the groups of what matters are", () => {
  const model = modelOf(topologyOf(120));

  const shown = ids(cut(model, treeOf(model), { matters: new Set(["system:s17"]) }));

  assert.ok(shown.includes("system:s17"));
  assert.ok(!shown.includes("system:s55"));
});

test("a person opens and closes a group the other way round than by itself", () => {
  const closed = cut(shop, treeOf(shop), { toggled: new Set(["in:workflow:home"]) });

  assert.ok(ids(closed).includes("in:workflow:home"));
  assert.equal(boxOf(closed).get("step:home/pick"), "in:workflow:home");
});

test("locations are left out until one is asked for", () => {
  assert.ok(![...everyNode(cut(shop, treeOf(shop)))].some(({ id }) => id.startsWith("location:")));
  assert.deepEqual(ids(cut(shop, treeOf(shop), { shown: new Set(["location:s2"]) })), ["location:s2"]);
});
