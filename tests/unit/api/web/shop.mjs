// A small topology as `topologyMap` gives it, and one of any size, the same each time.

const element = (id, more = {}) => ({ id, kind: id.split(":")[0].toUpperCase(), name: id.split(":")[1], owner: null, parent: null, category: null, region: null, tier: null, ...more });
const edge = (from, kind, to) => ({ from, to, kind });

/** web -> orders -> pick -> ship; the queue fills the stock that picking reads. */
export const SHOP = {
  version: "topology:1",
  elements: [
    element("team:selling", { name: "Selling" }), element("team:goods", { name: "Goods" }),
    element("system:web", { owner: "team:selling", category: "commerce" }), element("system:oms", { owner: "team:selling", category: "oms" }),
    element("system:wms", { owner: "team:goods", category: "wms" }), element("api:oms.orders", { parent: "system:oms", owner: "team:selling" }),
    element("integration:checkout", { owner: "team:selling" }), element("integration:stock", { owner: "team:goods" }),
    element("data:oms.stock", { parent: "system:oms", owner: "team:selling" }),
    element("workflow:home", { name: "Ship home" }),
    element("step:home/place", { parent: "workflow:home", name: "place" }), element("step:home/pick", { parent: "workflow:home", name: "pick" }), element("step:home/ship", { parent: "workflow:home", name: "ship" }),
    element("location:s1", { region: "uk", category: "store" }), element("location:s2", { region: "uk", category: "store" }),
    element("playbook:calm"),
  ],
  edges: [
    edge("system:web", "OWNED_BY", "team:selling"), edge("playbook:calm", "COVERS", "system:wms"),
    edge("api:oms.orders", "OFFERED_BY", "system:oms"), edge("integration:checkout", "FROM", "system:web"), edge("integration:checkout", "TO", "api:oms.orders"),
    edge("integration:stock", "FROM", "system:wms"), edge("integration:stock", "TO", "system:oms"), edge("data:oms.stock", "FED_BY", "integration:stock"), edge("data:oms.stock", "HELD_BY", "system:oms"),
    edge("step:home/place", "RUNS_ON", "system:web"), edge("step:home/pick", "RUNS_ON", "system:wms"), edge("step:home/pick", "READS", "data:oms.stock"), edge("step:home/ship", "RUNS_ON", "system:wms"),
    edge("step:home/pick", "FOLLOWS", "step:home/place"), edge("step:home/pick", "HANDED_OVER", "integration:checkout"), edge("step:home/ship", "FOLLOWS", "step:home/pick"),
    edge("workflow:home", "HAS_STEP", "step:home/place"), edge("workflow:home", "HAS_STEP", "step:home/pick"), edge("workflow:home", "HAS_STEP", "step:home/ship"),
  ],
};

export const hop = (from, to, effect = "BLOCKED") => ({ from, to, effect, rule: "r", at: "2026-03-02T09:00:00Z", detail: "d" });

export function impairment(id, effect, from, until, ...hops) {
  return { element: { id }, effect, from, until, path: { sentence: "", hops } };
}

/** Numbers in 0..1 that look random. */
export function dice(seed) {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

/** `systems` systems in teams of ten, each with an api and data; integrations and workflows of eight steps between them: about 12 elements a system. */
export function topologyOf(systems, seed = 7) {
  const roll = dice(seed), pick = (count) => Math.floor(roll() * count);
  const elements = [], edges = [];
  for (let n = 0; n < systems; n += 1) {
    const system = `system:s${n}`;
    if (n % 10 === 0) elements.push(element(`team:t${n / 10}`, { name: `Team ${n / 10}` }));
    elements.push(element(system, { owner: `team:t${Math.floor(n / 10)}`, category: `kind ${n % 9}`, name: `System number ${n}` }), element(`api:s${n}.api`, { parent: system }), element(`data:s${n}.data`, { parent: system }));
    edges.push(edge(`api:s${n}.api`, "OFFERED_BY", system), edge(`data:s${n}.data`, "HELD_BY", system));
  }
  for (let n = 0; n < systems * 6; n += 1) {
    const from = pick(systems), to = pick(systems);
    elements.push(element(`integration:i${n}`, { name: `Integration number ${n}`, owner: `team:t${Math.floor(from / 10)}` }));
    edges.push(edge(`integration:i${n}`, "FROM", `system:s${from}`), edge(`integration:i${n}`, "TO", `api:s${to}.api`), edge(`data:s${to}.data`, "FED_BY", `integration:i${n}`));
  }
  for (let n = 0; n < (systems * 3) / 8; n += 1) {
    elements.push(element(`workflow:w${n}`, { name: `Workflow ${n}` }));
    for (let step = 0; step < 8; step += 1) {
      const id = `step:w${n}/p${step}`, system = pick(systems);
      elements.push(element(id, { parent: `workflow:w${n}`, name: `p${step}` }));
      edges.push(edge(id, "RUNS_ON", `system:s${system}`), edge(id, "READS", `data:s${pick(systems)}.data`), edge(id, "NEEDS", `integration:i${pick(systems * 6)}`));
      if (step) edges.push(edge(id, "FOLLOWS", `step:w${n}/p${step - 1}`), edge(id, "HANDED_OVER", `integration:i${pick(systems * 6)}`));
    }
  }
  return { version: "topology:big", elements, edges };
}
