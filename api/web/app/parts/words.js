// Small components for all views: moments, money, badges, figures.
import { html, useEffect, useRef, useState } from "../ui.js";
import { ticks } from "../clock.js";
import {
  clock, convertedFirst, expectedNumber, fullMoment, moment, money, number, rangeOf, relative, words, sentence
} from "../format.js";
import { href, hrefWith } from "../router.js";
import { zone } from "../settings.js";
import { useStore } from "../store.js";

const MOST_CURRENCIES = 3;

// A moment, absolute and relative; the full date on hover. `only`: "absolute", "relative", "clock".
export function Time({ at, only = null }) {
  useStore(ticks);
  useStore(zone);
  if (!at) return html`<span class="muted">unknown</span>`;
  const absolute = only === "clock" ? clock(at) : moment(at);
  return html`<time datetime=${at} title=${fullMoment(at)}>${
    only === "relative"
      ? relative(at)
      : html`${absolute}${!only && html` <span class="muted nowrap">${relative(at)}</span>`}`
  }</time>`;
}

export const Money =
  ({ of, whole = false }) => html`<span class="figure nowrap">${money(of, { whole })}</span>`;

// A sum per currency, after the one in the reporting currency; `most` of them, the others in a tooltip.
export function Moneys({ of, most = MOST_CURRENCIES, whole = true }) {
  if (!of.length) return html`<span class="muted">nothing</span>`;
  const all = of.map((one) => (one.converted ? `${money(one, { whole })} converted` : money(one, { whole })));
  const hidden = all.slice(most);
  return html`
    <span class="figure moneys">
      ${all.slice(0, most).map((text) => html`<span class="nowrap">${text}</span>`)}${
        hidden.length > 0 && html`
          <span class="muted nowrap" title=${hidden.join(" + ")}>
            and ${hidden.length} more
            <span class="sr">: ${hidden.join(", ")}</span>
          </span>
        `
      }</span>`;
}

const TONES = {
  STUCK: "stuck", EXPOSED: "exposed", UPCOMING: "upcoming", RECORDS_ONLY: "records",
  CRITICAL: "stuck", ERROR: "stuck", WARNING: "exposed", INFO: "upcoming",
  BLOCKED: "stuck",
  REJECTED: "stuck",
  DELAYED: "exposed",
  STALE: "records",
  DUPLICATED: "records",
  DEGRADED: "upcoming",
  MISSING: "stuck", LATE: "exposed", WRONG: "stuck", OUT_OF_SEQUENCE: "records",
  ON_TRACK: "good",
  COMPLETED: "good",
  WAITING: "upcoming",
  RUNNING: "good",
  AT_RISK: "exposed",
  CANCELLED: "neutral",
  UNKNOWN: "neutral",
  IN_FLIGHT: "neutral",
  STUCK_WITH_OTHERS: "stuck",
  STUCK_ALONE: "stuck",
  FAILED: "stuck",
  DEAD_LETTERED: "stuck",
  RECORD_MISSING: "exposed",
  OPEN: "stuck",
  ACKNOWLEDGED: "exposed",
  MITIGATED: "upcoming",
  RESOLVED: "good",
};
export const tone = (name) => TONES[name] ?? "neutral";
export const Badge =
  ({ of, children = null }) => html`<span class="badge ${tone(of)}">${children ?? words(of)}</span>`;

export const Stat =
  ({ label, children, to = null, note = null, kind = "" }) => html`<div class="stat ${kind}">
    <dt>${label}</dt>
    <dd>
      ${
        to
          ? html`<a href=${to}>${children}</a>`
          : children
      }${note && html`
        <div class="note muted">${note}</div>
      `}
    </dd>
  </div>`;

// An expected number with its range below.
export const Expected = ({ of, label, ...rest }) => html`
  <${Stat} label=${label} note=${rangeOf(of)} ...${rest}>
    <${Figure} of=${of.expected} text=${expectedNumber(of)} />
  <//>
`;

// Expected amounts: the converted one first, by the rates of a date, then one a currency.
export function ExpectedMoneys({ of, ...rest }) {
  const inOne = of.find(({ converted }) => converted);
  const amounts = convertedFirst(of)
    .map(({ expected, currency, converted }) => ({ amount: expected, currency, converted }));
  return html`
    <${Moneys} of=${amounts} ...${rest} />
    ${inOne && html`
      ${" "}<span class="note muted nowrap">rates of ${inOne.ratesAsOf.slice(0, 10)}</span>
    `}
  `;
}

// A count that lights up for a moment when it changes.
export function Figure({ of, text = number(of) }) {
  const before = useRef(of);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (before.current !== of) setChanges(changes + 1);
    before.current = of;
  }, [of]);
  return html`<span key=${changes} class="figure ${changes ? "changed" : ""}">${text}</span>`;
}

// A link to the object of an id.
const VIEW_OF = { order: "order", fulfillment: "order", failure: "radius", incident: "incident" };
export function hrefOf(id) {
  const [kind] = id.split(":");
  if (kind === "failure") return href("radius", { failure: id });
  if (kind === "fulfillment") return href(`order/${id.slice(12).replace(/\/[^/]*$/, "")}`);
  return VIEW_OF[kind]
    ? href(`${VIEW_OF[kind]}/${id.slice(kind.length + 1)}`)
    : href("topology", { element: id });
}
export const IdLink =
  ({ id, children = null, ...rest }) => html`<a href=${hrefOf(id)} ...${rest}>${children ?? id}</a>`;

// That the page shows a moment of the past, and the way back; nothing without one.
export const StateOf = ({ asOf }) => asOf && html`
  <p class="card">
    State of <${Time} at=${asOf} />. <a href=${hrefWith({ asOf: null })}>See the present state</a>
  </p>
`;

export const Heading =
  ({ children, sub = null }) => html`
    <header class="heading">
      <h1 tabindex="-1" id="title">${children}</h1>
      ${sub && html`<p class="muted">${sub}</p>`}
    </header>
  `;
export { sentence };
