import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenFilters, exportAddress, isLive, paramsOf, questionOf, supposedOf, toggled } from "../../../../api/web/radius/address.js";
import { farFrom, matching } from "../../../../api/web/topology/near.js";
import { drawnWay, modelOf } from "../../../../api/web/map/model.js";
import { curve, linksOf } from "../../../../api/web/map/links.js";
import { SHOP } from "./shop.mjs";

const NOW = "2026-03-02T09:00:00Z";
const asked = (query) => questionOf(new URLSearchParams(query));
const shop = modelOf(SHOP);

test("an address that names nothing asks for all that is active", () => {
  assert.deepEqual(asked(""), {});
});

test("failures and filters of the address become the question", () => {
  assert.deepEqual(asked("failure=F-1&failure=F-2&channel=web&region=uk&region=latam&missed=1&sort=value&row=order:O-1"), {
    failures: ["F-1", "F-2"], where: { channels: ["web"], regions: ["uk", "latam"], willMissPromise: true },
  });
});

test("a target supposes a failure, an outage from now on where nothing else is said", () => {
  assert.deepEqual(supposedOf(new URLSearchParams("target=system:oms"), NOW), { target: "system:oms", class: "OUTAGE", startedAt: NOW });
  assert.deepEqual(asked("target=system:oms&class=TRANSIENT&rate=0.3&from=2026-03-02T10:00:00Z&until=2026-03-02T12:00:00Z&in-region=uk").suppose, [
    { target: "system:oms", class: "TRANSIENT", startedAt: "2026-03-02T10:00:00Z", expectedEnd: "2026-03-02T12:00:00Z", errorRate: 0.3, scope: { regions: ["uk"] } },
  ]);
});

test("what is known or supposed now is followed; what is past is asked once", () => {
  assert.ok(isLive(asked("failure=F-1&region=uk")));
  assert.ok(isLive(asked("target=system:oms")));
  assert.ok(!isLive(asked("asOf=2026-03-02T08:00:00Z")));
});

test("a click on a value sets the filter, a second one takes it away, others stay", () => {
  const params = new URLSearchParams("region=uk&region=latam");

  assert.deepEqual(toggled(params, "region", "apac"), ["uk", "latam", "apac"]);
  assert.deepEqual(toggled(params, "region", "uk"), ["latam"]);
  assert.deepEqual(chosenFilters(params).map(({ param, value }) => [param, value]), [["region", "uk"], ["region", "latam"]]);
});

test("the export is asked the same question as the page", () => {
  const address = new URL(exportAddress(asked("failure=F-1&channel=web&assumeRecovery=PT3H"), "orders", "csv", "VALUE_DESC"), "http://x");

  assert.deepEqual([...address.searchParams], [["failure", "F-1"], ["of", "orders"], ["format", "csv"], ["assumeRecovery", "PT3H"], ["where", '{"channels":["web"]}'], ["orderBy", "VALUE_DESC"]]);
});

test("what an element needs lies before it, what needs it behind, by the number of edges", () => {
  const far = farFrom(shop, "integration:stock", new Set(["system:wms", "system:oms"]), new Set(["data:oms.stock", "step:home/pick", "step:home/ship"]));

  assert.deepEqual(Object.fromEntries(far), { "integration:stock": 0, "system:wms": -1, "system:oms": -1, "data:oms.stock": 1, "step:home/pick": 2, "step:home/ship": 3 });
});

test("a part of a name or id finds an element, the exact key first", () => {
  assert.equal(matching(shop, "oms")[0].id, "system:oms");
  assert.deepEqual(matching(shop, "home pi").map(({ id }) => id), ["step:home/pick"]);
  assert.deepEqual(matching(shop, "  "), []);
});

test("lines are drawn the way orders and messages go", () => {
  assert.deepEqual(drawnWay({ from: "integration:checkout", to: "system:web", kind: "FROM" }), ["system:web", "integration:checkout"]);
  assert.deepEqual(drawnWay({ from: "integration:checkout", to: "api:oms.orders", kind: "TO" }), ["integration:checkout", "api:oms.orders"]);
  assert.deepEqual(drawnWay({ from: "step:home/pick", to: "step:home/place", kind: "FOLLOWS" }), ["step:home/place", "step:home/pick"]);
});

test("edges between the same two boxes are one line with their count; what stays within a box is none", () => {
  const box = new Map([["system:oms", "A"], ["api:oms.orders", "A"], ["data:oms.stock", "A"], ["integration:stock", "B"]]);

  assert.deepEqual([...linksOf(shop, box).values()].map(({ from, to, count }) => [from, to, count]), [["B", "A", 2]]);
});

test("a line leaves by the side that faces the other box; in an upright picture by the bottom, however far aside that is", () => {
  const box = (x, y) => ({ x, y, width: 100, height: 40 });

  assert.match(curve(box(0, 0), box(900, 90)), /^M100 20 C.* 900 110$/);
  assert.match(curve(box(0, 0), box(900, 90), true), /^M50 40 C.* 950 90$/);
  assert.match(curve(box(0, 0), box(50, 90)), /^M50 40 C.* 100 90$/);
  assert.match(curve(box(900, 0), box(0, 10)), /^M900 20 C.* 100 30$/);
});

test("a failure on record supposes itself again: class, times and every part of its scope", () => {
  const failure = {
    class: "LATENCY", startedAt: "2026-03-02T08:00:00Z", expectedEnd: "2026-03-02T10:00:00Z", endedAt: null, delay: "PT15M",
    errorRate: null, drain: "PT1H", scope: { regions: ["uk", "latam"], message_types: ["invoice"], "attributes.payload_version": ["7"] },
  };
  const search = new URLSearchParams("target=system:oms");
  for (const [name, values] of Object.entries(paramsOf(failure))) {
    for (const value of [values].flat()) if (value !== null) search.append(name, value);
  }

  assert.deepEqual(supposedOf(search), {
    target: "system:oms", class: "LATENCY", startedAt: failure.startedAt, expectedEnd: failure.expectedEnd, delay: "PT15M",
    drain: "PT1H", scope: { regions: ["uk", "latam"], messageTypes: ["invoice"], attributes: { payload_version: ["7"] } },
  });
  assert.deepEqual(paramsOf({ ...failure, endedAt: "2026-03-02T09:00:00Z" }).until, null);
});
