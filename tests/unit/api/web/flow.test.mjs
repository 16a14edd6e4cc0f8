import assert from "node:assert/strict";
import { test } from "node:test";
import { flowOf } from "../../../../api/web/map/flow.js";
import { modelOf } from "../../../../api/web/map/model.js";
import { SHOP, topologyOf } from "./shop.mjs";

test("a step stands at its depth in its workflow", () => {
  const { flow, depths } = flowOf(modelOf(SHOP));

  assert.deepEqual(["place", "pick", "ship"].map((key) => depths.get(`step:home/${key}`)), [0, 1, 2]);
  assert.deepEqual(["place", "pick", "ship"].map((key) => flow.get(`step:home/${key}`)), [0, 0.5, 1]);
});

test("a system that serves the beginning of orders stands left of one that serves their end", () => {
  const { flow } = flowOf(modelOf(SHOP));

  assert.ok(flow.get("system:web") < flow.get("integration:checkout"));
  assert.ok(flow.get("integration:checkout") < flow.get("system:wms"));
});

test("a way back to a step before counts for nothing", () => {
  const again = { ...SHOP, edges: [...SHOP.edges, { from: "step:home/place", to: "step:home/ship", kind: "FOLLOWS" }] };

  assert.deepEqual([...flowOf(modelOf(again)).depths.values()], [0, 1, 2]);
});

test("every element of a large topology has a place between the begin and the end", () => {
  const { flow } = flowOf(modelOf(topologyOf(120)));

  assert.ok([...flow.values()].every((place) => place >= 0 && place <= 1));
});
