import assert from "node:assert/strict";
import { test } from "node:test";
import { modelOf } from "../../../../api/web/map/model.js";
import { flowsOf } from "../../../../api/web/radius/flow.js";
import { COLOURS, recordRows } from "../../../../api/web/radius/record_rows.js";

const step = (name) => ({ id: `step:w/${name}`, kind: "STEP", name, parent: "workflow:w" });
const MODEL = modelOf({
  version: "topology:1",
  elements: [{ id: "workflow:w", kind: "WORKFLOW", name: "W" }, step("ship"), step("take"), step("pick"), step("done")],
  edges: [["pick", "take"], ["ship", "pick"], ["done", "ship"]].map(([from, to]) => ({ from: `step:w/${from}`, to: `step:w/${to}`, kind: "FOLLOWS" })),
});

test("orders flow through the steps in their order, and none is lost on the way", () => {
  const counts = new Map([["step:w/pick", { orders: 7, stuck: 4 }], ["step:w/ship", { orders: 3, stuck: 0 }]]);
  const [flow, ...others] = flowsOf(MODEL, counts);

  assert.deepEqual(others, []);
  assert.deepEqual(flow.steps.map(({ name }) => name), ["take", "pick", "ship"]);
  assert.equal(flow.total, 10);
  let arriving = flow.total;
  for (const one of flow.steps) {
    assert.equal(one.arriving, arriving);
    assert.equal(one.here + one.onward, one.arriving);
    arriving = one.onward;
  }
  assert.equal(arriving, 0);
});

test("a workflow without affected orders has no flow", () => {
  assert.deepEqual(flowsOf(MODEL, new Map()), []);
});

const cause = (type, element, expected) =>
  ({ kind: "posting", type, effect: "LATE", element: element && { id: element, name: element }, count: 1, expected });

test("records are in rows by type, divided by cause, and add up", () => {
  const { rows, legend } = recordRows([cause("invoice", "a", 5), cause("refund", "b", 2), cause("invoice", "b", 1), cause("invoice", null, 3)]);

  assert.deepEqual(legend, ["a", "b", "several causes"]);
  assert.deepEqual(rows.map(({ type, expected }) => [type, expected]), [["invoice", 9], ["refund", 2]]);
  assert.deepEqual(rows[0].parts, [{ cause: 0, expected: 5 }, { cause: 1, expected: 1 }, { cause: 2, expected: 3 }]);
});

test("more causes than colours share the last one", () => {
  const { rows, legend } = recordRows([..."abcdefgh"].map((name, n) => cause("invoice", name, 10 - n)));

  assert.equal(legend.length, COLOURS);
  assert.equal(legend.at(-1), "others");
  assert.equal(rows[0].parts.reduce((sum, { expected }) => sum + expected, 0), 52);
});
