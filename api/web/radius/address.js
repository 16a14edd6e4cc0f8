// The question of a blast radius, from the parameters of the address. Pure.

/**
 * Filters: parameter of the address, field of OrderFilter, dimension of the breakdown. The first four come
 * with the answer.
 */
export const FILTERS = [
  { param: "channel", field: "channels", by: "CHANNEL", label: "Channel" },
  { param: "region", field: "regions", by: "REGION", label: "Region" },
  { param: "location", field: "locations", by: "LOCATION", label: "Location" },
  { param: "step", field: "steps", by: "STEP", label: "Current step" },
  { param: "mode", field: "modes", by: "MODE", label: "Fulfillment mode" },
  { param: "workflow", field: "workflows", by: "WORKFLOW", label: "Workflow" },
  { param: "tier", field: "tiers", by: "TIER", label: "Customer tier" },
  { param: "currency", field: "currencies", by: "CURRENCY", label: "Currency" },
  { param: "carrier", field: "carriers", by: "CARRIER", label: "Carrier" },
  { param: "supplier", field: "suppliers", by: "SUPPLIER", label: "Supplier" },
  { param: "band", field: "bands", by: "BAND", label: "Band" },
  { param: "effect", field: "effects", by: "EFFECT", label: "Effect" },
];

/**
 * Scope of a supposed failure, as parameters of the address. `rare`: only where the failure has it.
 * `in-attr.NAME` restricts another attribute of orders.
 */
export const SCOPES = [
  { param: "in-region", field: "regions", label: "Regions" },
  { param: "in-location", field: "locations", label: "Locations" },
  { param: "in-channel", field: "channels", label: "Channels" },
  { param: "in-mode", field: "modes", label: "Fulfillment modes" },
  { param: "in-workflow", field: "workflows", label: "Workflows" },
  { param: "in-type", field: "messageTypes", label: "Message types", rare: true },
  { param: "in-version", field: "versions", label: "Payload versions", rare: true },
  { param: "in-carrier", field: "carriers", label: "Carriers", rare: true },
  { param: "in-supplier", field: "suppliers", label: "Suppliers", rare: true },
  { param: "in-currency", field: "currencies", label: "Currencies", rare: true },
];
const ATTRIBUTE = "in-attr.";

const GIVEN = { delay: "delay", rate: "errorRate", drain: "drain", until: "expectedEnd", ends: "endedAt" };
/** Parameters of a supposed failure beside its target and its scope. */
export const SUPPOSED = ["class", "from", ...Object.keys(GIVEN)];
const OPTIONS = ["asOf", "horizon", "assumeRecovery", "tolerance"];

/**
 * @param params URLSearchParams
 * @returns variables of blastRadius; without unset ones
 */
export function questionOf(params) {
  const question = {};
  const failures = params.getAll("failure");
  if (failures.length) question.failures = failures;
  const supposed = supposedOf(params);
  if (supposed) question.suppose = [supposed];
  const where = whereOf(params);
  if (where) question.where = where;
  for (const name of OPTIONS) if (params.get(name)) question[name] = params.get(name);
  return question;
}

/** The supposed failure as a FailureInput; null without one. `now`, ISO 8601: its default start. */
export function supposedOf(params, now = null) {
  if (!params.get("target")) return null;
  const supposed = {
    target: params.get("target"),
    class: params.get("class")
      || "OUTAGE",
    startedAt: params.get("from")
      || now
  };
  for (
    const [param, field] of Object.entries(GIVEN)
  ) if (params.get(param)) supposed[field] = field === "errorRate"
    ? Number(params.get(param))
    : params.get(param);
  const scope = scopeOf(params);
  if (Object.keys(scope).length) supposed.scope = scope;
  return supposed;
}

function scopeOf(params) {
  const scope = Object.fromEntries(
    SCOPES.map(({ param, field }) => [field, params.getAll(param)]).filter(([, values]) => values.length)
  );
  const attributes = attributesOf(params);
  if (attributes.length) scope.attributes = Object.fromEntries(
    attributes.map((param) => [param.slice(ATTRIBUTE.length), params.getAll(param)])
  );
  return scope;
}

/** The parameters of the address that restrict other attributes of orders. */
export const attributesOf = (params) =>
  [...new Set(params.keys())].filter((param) => param.startsWith(ATTRIBUTE));

/** The parameters that suppose a failure on record again: its class, its times and its scope. */
export function paramsOf(failure) {
  const params = {
    class: failure.class,
    from: failure.startedAt,
    until: failure.endedAt ? null : failure.expectedEnd,
    ends: failure.endedAt,
    delay: failure.delay,
    rate: failure.errorRate,
    drain: failure.drain
  };
  for (const [name, values] of Object.entries(failure.scope ?? {})) {
    const field = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    const known = SCOPES.find((one) => one.field === field);
    params[known?.param ?? ATTRIBUTE + name.replace(/^attributes\./, "")] = values;
  }
  return params;
}

/** The filter as an OrderFilter; null without one. */
export function whereOf(params) {
  const where = {};
  for (
    const { param, field } of FILTERS
  ) if (params.getAll(param).length) where[field] = params.getAll(param);
  if (params.get("missed")) where.willMissPromise = true;
  return Object.keys(where).length ? where : null;
}

/** Whether the answer changes by itself: not for a past moment. */
export function isLive(question) {
  return !question.asOf;
}

/** The active filters: [{param, value, label}]. */
export function chosenFilters(params) {
  const chosen = FILTERS.flatMap(({ param, label }) => params.getAll(param)
      .map((value) => ({ param, value, label })));
  return params.get("missed") ? [...chosen, { param: "missed", value: "1", label: "Promise" }] : chosen;
}

/** Values of a parameter after a click on one: it is removed if present, else added. */
export function toggled(params, param, value) {
  const present = params.getAll(param);
  return present.includes(value) ? present.filter((one) => one !== value) : [...present, value];
}

/** The address of the export of what the page shows. */
export function exportAddress(question, of, format = "csv", orderBy = null) {
  const search = new URLSearchParams();
  for (const failure of question.failures ?? []) search.append("failure", failure);
  search.set("of", of);
  search.set("format", format);
  for (const name of OPTIONS) if (question[name]) search.set(name, question[name]);
  for (
    const name of ["where", "suppose"]
  ) if (question[name]) search.set(
    name,
    JSON.stringify(question[name])
  );
  if (orderBy) search.set("orderBy", orderBy);
  return `/export?${search}`;
}
