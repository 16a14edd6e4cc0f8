// The list of incidents as they arrive one by one, over merges, splits and what is closed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, renewed } from "../../../../api/web/app/incident_list.js";

const incident = (name, rank, failures, state = "OPEN") =>
  ({ id: `incident:${name}`, rank, state, failures: failures.map((one) => ({ id: `failure:${one}` })) });
const idsOf = (list) => list.map(({ id }) => id.slice("incident:".length));

test("an incident takes its place by rank, and replaces what it was", () => {
  const list = [incident("a", 1, ["a"]), incident("b", 2, ["b"])];

  assert.deepEqual(idsOf(placed(list, incident("c", 1.5, ["c"]))), ["a", "c", "b"]);
  assert.deepEqual(idsOf(placed(list, incident("a", 3, ["a"]))), ["b", "a"]);
});

test("a closed incident leaves the list", () => {
  const list = [incident("a", 1, ["a"]), incident("b", 2, ["b"])];

  assert.deepEqual(idsOf(placed(list, incident("a", 3, ["a"], "CLOSED"))), ["b"]);
});

test("what was merged into another incident leaves the list", () => {
  const list = [incident("a", 1, ["a"]), incident("b", 2, ["b"])];

  assert.deepEqual(idsOf(placed(list, incident("b", 1, ["a", "b"]))), ["b"]);
});

test("a failure that changes its incident leaves both, whichever arrives first", () => {
  const list = [incident("a", 1, ["a", "x"]), incident("b", 2, ["b"])];
  const changed = [incident("a", 1, ["a"]), incident("b", 2, ["b", "x"])];

  for (const order of [changed, [...changed].reverse()]) {
    assert.deepEqual(idsOf(order.reduce(placed, list)), ["a", "b"]);
  }
});

test("an answer with all of them keeps what arrived since it was asked for", () => {
  const answer = [incident("b", 2, ["b"]), incident("a", 1, ["a"]), incident("c", 3, ["c"], "CLOSED")];

  assert.deepEqual(idsOf(renewed(answer, [incident("d", 4, ["d"]), incident("a", 9, ["a"], "CLOSED")])), ["b", "d"]);
});
