// Form of a supposed failure: class, duration and scope. Each choice changes the address, and so the answer.
import { html } from "/web/app/ui.js";
import { duration, moment, percent, words } from "/web/app/format.js";
import { change } from "/web/app/router.js";
import { SCOPES, attributesOf } from "../radius/address.js";

const CLASSES = {
  OUTAGE: "does not respond",
  LATENCY: "responds late",
  TRANSIENT: "fails intermittently",
  BACKLOG: "queue grows",
  SCHEMA_MISMATCH: "rejects messages",
  BUSINESS_RULE: "rejects by a rule",
  STALE_DATA: "uses outdated data",
  DUPLICATE: "acts twice",
  MISSED_RUN: "missed a run",
  CAPACITY: "reduced capacity",
};
const WITH_DELAY = new Set(["LATENCY", "BACKLOG", "CAPACITY"]);
const LENGTHS =
  [
    ["", "unknown"],
    [0.5, "30 minutes"],
    [1, "1 hour"],
    [2, "2 hours"],
    [4, "4 hours"],
    [8, "8 hours"],
    [24, "a day"]
  ];
const BEGINS =
  [
    ["", "now"],
    [-4, "4 hours ago"],
    [-1, "1 hour ago"],
    [1, "in 1 hour"],
    [4, "in 4 hours"],
    [12, "in 12 hours"]
  ];
const DELAYS = [["PT5M", "5 minutes"], ["PT15M", "15 minutes"], ["PT40M", "40 minutes"], ["PT2H", "2 hours"]];
const RATES = [["0.1", "1 in 10"], ["0.3", "3 in 10"], ["0.5", "1 in 2"], ["0.9", "9 in 10"]];
const HOUR = 3_600_000;

export function Form({ model, params, begun }) {
  const set = (changed) => change(changed, { replace: true });
  const kind = params.get("class") ?? "OUTAGE";
  const from = params.get("from") ?? begun;
  const shift = (hours, since) => (
    hours === ""
      ? null
      : new Date(Date.parse(since) + Number(hours) * HOUR).toISOString()
  );
  const end = params.get("until") ?? params.get("ends");
  const length = end ? (Date.parse(end) - Date.parse(from)) / HOUR : "";
  const begin = params.get("from")
    ? Math.round(((Date.parse(params.get("from")) - Date.parse(begun)) / HOUR) * 10) / 10
    : "";
  return html`<div class="what-if">
    <${Choice} label="Class" value=${kind}
        options=${Object.entries(CLASSES).map(([name, says]) => [name, `${words(name)}: ${says}`])}
        onChange=${(value) =>
            set({
              class: value === "OUTAGE"
                ? null
                : value,
              delay: WITH_DELAY.has(value)
                ? (params.get("delay") ?? "PT15M")
                : null,
              rate: value === "TRANSIENT"
                ? (params.get("rate") ?? "0.3")
                : null
            })} />
    ${WITH_DELAY.has(kind) && html`
      <${Choice} label="Delay" value=${params.get("delay") ?? ""}
          options=${withOwn(DELAYS, params.get("delay") ?? "", () => delayName(params.get("delay")))}
          onChange=${(value) => set({ delay: value })} />
    `}
    ${kind === "TRANSIENT" && html`
      <${Choice} label="Failing calls" value=${params.get("rate") ?? ""}
          options=${withOwn(RATES, params.get("rate") ?? "", () => rateName(params.get("rate")))}
          onChange=${(value) => set({ rate: value })} />
    `}
    <${Choice} label="From" value=${begin}
        options=${withOwn(BEGINS, begin, () => moment(params.get("from")))}
        onChange=${(value) => {
          const start = shift(value, begun) ?? (params.has("failure") ? begun : null);
          set({ from: start, until: length === "" ? null : shift(length, start ?? begun), ends: null });
        }} />
    <${Choice} label="Duration" value=${length}
        options=${withOwn(LENGTHS, length, () => `until ${moment(end)}`)}
        onChange=${(value) =>
            set({
              from: params.get("from")
                ?? (value === "" ? null : begun),
              until: shift(value, from),
              ends: null
            })} />
    ${scopesOf(params).map((scope) => html`
      <${Scope} key=${scope.param} scope=${scope} model=${model} params=${params} set=${set} />
    `)}
  </div>`;
}

const delayName = (delay) => duration(delay) || "unknown";
const rateName = (rate) => (rate ? percent(Number(rate)) : "unknown");

/** The scopes that can be chosen, and the rare ones that the address has. */
const scopesOf = (params) => [
  ...SCOPES.filter(({ param, rare }) => !rare || params.has(param)),
  ...attributesOf(params).map((param) => ({ param, label: words(param.replace("in-attr.", "")) }))
];

/** The choices, with the value of the address added. */
const withOwn =
  (options, value, says) => (
    options.some(([one]) => String(one) === String(value))
      ? options
      : [[value, says()], ...options]
  );

function Choice({ label, value, options, onChange }) {
  return html`
    <label class="field">
      <span>${label}</span>
      <select value=${String(value)} onChange=${(event) => onChange(event.target.value)}>
        ${options.map(([name, says]) => html`
          <option key=${name} value=${String(name)} selected=${String(name) === String(value)}>
            ${says}
          </option>
        `)}
      </select>
    </label>
  `;
}

/** Values of a scope, separated by commas; suggests those of the topology. */
function Scope({ scope: { param, label }, model, params, set }) {
  const known = valuesOf(model, param);
  const list = `known-${param}`;
  return html`
    <label class="field">
      <span>${label}</span>
      <input type="text" list=${known.length ? list : null} placeholder="all"
          value=${params.getAll(param).join(", ")}
          onChange=${(event) =>
              set({ [param]: event.target.value.split(",").map((value) => value.trim()).filter(Boolean) })} />
      ${known.length > 0 && html`
        <datalist id=${list}>
          ${known.map((value) => html`<option key=${value} value=${value}></option>`)}
        </datalist>
      `}
    </label>
  `;
}

function valuesOf(model, param) {
  const all = [...model.byId.values()];
  if (param === "in-region") return [...new Set(all.map(({ region }) => region).filter(Boolean))].sort();
  if (param === "in-location") return all.filter(({ kind }) => kind === "LOCATION")
    .map(({ id }) => id.slice(9));
  if (param === "in-workflow") return all.filter(({ kind }) => kind === "WORKFLOW")
    .map(({ id }) => id.slice(9));
  return [];
}
