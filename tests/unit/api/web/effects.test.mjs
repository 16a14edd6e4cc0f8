import assert from "node:assert/strict";
import { test } from "node:test";
import { EFFECTS, effectOfBox, effectsAt } from "../../../../api/web/map/effects.js";
import { causesOf, idsOnPath, involvedIn } from "../../../../api/web/map/causes.js";
import { modelOf } from "../../../../api/web/map/model.js";
import { SHOP, hop, impairment } from "./shop.mjs";

const at = (hour) => `2026-03-02T${String(hour).padStart(2, "0")}:00:00Z`;
const noon = Date.parse(at(12));
const seen = (...impairments) => effectsAt(impairments, noon).get("system:oms");

test("effects have each a word, a mark and a border of their own, or one that another sign tells apart", () => {
  const signs = Object.values(EFFECTS).map(({ mark, says }) => `${mark} ${says}`);

  assert.equal(new Set(signs).size, signs.length);
  assert.equal(new Set(Object.values(EFFECTS).map(({ mark }) => mark)).size, signs.length);
});

test("the worst of the effects that hold is shown", () => {
  assert.equal(seen(impairment("system:oms", "DELAYED", at(10), at(14)), impairment("system:oms", "REJECTED", at(11), at(13))).effect, "REJECTED");
});

test("one that holds is shown before a worse one to come", () => {
  assert.deepEqual(seen(impairment("system:oms", "BLOCKED", at(13), null), impairment("system:oms", "STALE", at(9), null)), { effect: "STALE", phase: "now", from: Date.parse(at(9)), until: null });
});

test("where none holds, the next one to come is shown, else the last that ended", () => {
  assert.equal(seen(impairment("system:oms", "BLOCKED", at(15), null), impairment("system:oms", "STALE", at(13), null)).effect, "STALE");
  assert.equal(seen(impairment("system:oms", "BLOCKED", at(1), at(2)), impairment("system:oms", "STALE", at(3), at(4))).phase, "past");
});

test("an effect is over at its end, and holds from its begin on", () => {
  assert.equal(seen(impairment("system:oms", "BLOCKED", at(11), at(12))).phase, "past");
  assert.equal(seen(impairment("system:oms", "BLOCKED", at(12), at(13))).phase, "now");
});

test("a box of several elements shows the worst of them and how many there are", () => {
  const effects = effectsAt([impairment("system:oms", "DELAYED", at(10), null), impairment("api:oms.orders", "BLOCKED", at(10), null)], noon);

  assert.deepEqual(effectOfBox(["system:oms", "api:oms.orders", "system:web"], effects), { ...effects.get("api:oms.orders"), count: 2 });
  assert.equal(effectOfBox(["system:web"], effects), null);
});

const HOPS = [hop("failure:F", "integration:stock"), hop("integration:stock", "data:oms.stock"), hop("data:oms.stock", "step:home/pick"), hop("step:home/pick", "order:O-1")];

test("hops are counted from what failed, by the longest way told", () => {
  const { failed, hops } = causesOf([impairment("step:home/pick", "STALE", at(9), null, ...HOPS), impairment("step:home/pick", "BLOCKED", at(9), null, HOPS[0], hop("integration:stock", "step:home/pick"))]);

  assert.deepEqual([...failed], ["integration:stock"]);
  assert.deepEqual([...hops].slice(0, 3), [["integration:stock", 0], ["data:oms.stock", 1], ["step:home/pick", 2]]);
});

test("a path lights its elements, not its failure and its order", () => {
  assert.deepEqual(idsOnPath({ hops: HOPS }), ["integration:stock", "data:oms.stock", "step:home/pick"]);
});

test("involved is what is impaired, what leads there, and the whole of each workflow that is touched", () => {
  const found = involvedIn(modelOf(SHOP), [impairment("step:home/pick", "STALE", at(9), null, ...HOPS)], []);

  assert.deepEqual([...found].sort(), ["data:oms.stock", "integration:stock", "step:home/pick", "step:home/place", "step:home/ship"]);
});

test("an element that both rejects and holds back what passes says both", () => {
  const both = ["BLOCKED", "REJECTED"].map((effect) => ({
    element: { id: "integration:q" }, effect, from: "2026-03-02T08:00:00Z", until: "2026-03-02T12:00:00Z",
  }));
  for (const list of [both, [...both].reverse()]) {
    const seen = effectsAt(list, Date.parse("2026-03-02T09:00:00Z")).get("integration:q");
    assert.deepEqual([seen.effect, seen.also], ["REJECTED", ["BLOCKED"]]);
  }
});
