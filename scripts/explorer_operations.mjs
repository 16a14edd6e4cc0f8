// Prints every GraphQL document that the explorer sends, as JSON: texts of constants, and those that functions
// make.
import { readdirSync } from "node:fs";
import { register } from "node:module";

register("./explorer_loader.mjs", import.meta.url);

const anything = new Proxy(function () {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => "" : name === "then" ? undefined : anything),
  apply: () => anything,
  construct: () => anything,
  set: () => true
});
for (const name of ["window", "document", "localStorage", "matchMedia", "history", "ResizeObserver",
  "IntersectionObserver", "HTMLElement", "customElements", "requestAnimationFrame"]) {
  globalThis[name] ??= anything;
}
globalThis.addEventListener ??= () => {};
globalThis.location ??= { hash: "", host: "localhost", protocol: "http:", origin: "http://localhost" };

const WEB = new URL("../api/web/", import.meta.url);
const PAGES = new Set(["app/main.js", "graphiql.js"]); // they begin to work when they are imported
const files = readdirSync(WEB, { recursive: true })
  .map((file) => String(file).replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".js") && !file.startsWith("vendor/") && !PAGES.has(file));
for (const file of files.sort()) await import(new URL(file, WEB).href);

const tops = globalThis.explorer;
const found = new Set(["{ serverTime about { chat } }", "{ serverTime }"]); // of app/main.js and app/retry.js
const OPERATION = /^\s*(query|mutation|subscription)\b/;
const add = (text) => {
  found.add(text);
  if (text === tops["app/incidents.js"].EACH) return; // its query is ALL
  if (/^\s*subscription\b/.test(text)) found.add(text.replace(/^\s*subscription\b/, "query")); // as app/live.js
};
for (const names of Object.values(tops)) {
  for (const value of Object.values(names)) {
    if (typeof value === "string" && OPERATION.test(value)) add(value);
  }
}
add(tops["app/ask.js"].WATERMARK);

const { radiusQuery, furtherQuery } = tops["radius/question.js"];
["query", "subscription"].map(radiusQuery).forEach(add);
add(furtherQuery());
add(tops["radius/records_chart.js"].causeQuery());
add(tops["radius/heat_map.js"].locationQuery());
const card = tops["radius/path_card.js"];
add(card.orderQuery());
Object.values(card.LISTS).map(card.recordQuery).forEach(add);
const cost = tops["radius/delay_cost.js"];
add(cost.queryOf("DelayCost", cost.COSTS));
add(cost.queryOf("Added", cost.ADDED));
Object.keys(tops["radius/lists.js"].LISTS).map(tops["radius/lists.js"].pageQuery).forEach(add);

const incident = tops["incident/question.js"];
const MOMENT = "2026-03-02T09:00:00Z";
add(incident.incidentQuery("subscription", null));
for (const asOf of [null, MOMENT]) {
  add(incident.incidentQuery("query", asOf));
  add(incident.checklistQuery(asOf));
  add(incident.listsQuery(asOf));
}
const MOST = 60; // aliases that servers permit
for (let count = 1; count <= MOST; count += 1) {
  add(tops["now/ended.js"].leftQuery(Array.from({ length: count }, (_, n) => `failure:${n}`)));
}

const { ACTIONS } = tops["incident/actions.js"];
const action = tops["incident/action_form.js"].documentOf;
const steps = tops["incident/checklist.js"];
const ofStep = [steps.startAction, steps.stepAction, steps.undoAction].map((one) => one({ number: 1 }));
[...Object.values(ACTIONS), ...ofStep].map(action).forEach(add);
const { update, resolve } = tops["failure/change.js"];
const changes = [update({}, {}, ""), resolve({}), tops["failure/report.js"].REPORT];
changes.map(tops["failure/preview.js"].documentOf).forEach(add);

// Clocks of the explorer would keep Node running.
process.stdout.write(JSON.stringify([...found].sort()), () => process.exit(0));
