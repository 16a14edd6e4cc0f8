// Chart of what failures cost by their end: the expected number as a line, its range as a band.
import { html } from "/web/app/ui.js";
import { clock, expectedNumber, milliseconds, number, rangeOf, span } from "/web/app/format.js";

const FIGURES = [
  { label: "Promises missed", kind: "promises", of: ({ estimates }) => estimates.promisesMissed },
  { label: "Affected orders", kind: "orders", of: ({ estimates }) => estimates.orders },
  { label: "Orders still to come", kind: "orders", of: ({ toCome }) => toCome.affected },
];
/** Growth from which a figure is worth a chart, and number that is shown as at least one. */
const LEAST_GROWTH = 1;
const LEAST = 0.5;
const ROUND = [2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 60, 80, 100];
/** Least distance of two labels of the axis, in percent of its length. */
const ROOM = 11;

/** What the chart shows: promises missed if a later end costs some, else orders, else orders to come. */
export function figureOf(points) {
  const last = points[points.length - 1];
  const growth = ({ of }) => of(last).expected - of(points[0]).expected;
  return FIGURES.find((figure) => growth(figure) >= LEAST_GROWTH)
    ?? FIGURES.find(({ of }) => of(last).expected >= LEAST)
    ?? FIGURES[1];
}

/** The points with a reason why the cost grows faster up to them. */
export const kneesOf = (points) => points.filter(({ reason }) => reason);

/** How long after now an end is: "now", "2 h". */
export const endName = (endsIn) => (milliseconds(endsIn) ? span(milliseconds(endsIn)) : "now");

export function DelayChart({ points }) {
  const figure = figureOf(points);
  const top = roundUp(Math.max(...points.map((point) => figure.of(point).high)));
  const longest = Math.max(...points.map(({ endsIn }) => milliseconds(endsIn)), 1);
  const places = points.map((point) => {
    const estimate = figure.of(point);
    const x = (100 * milliseconds(point.endsIn)) / longest;
    return { point, estimate, x, y: (100 * estimate.expected) / top };
  });
  return html`<figure class="delay ${figure.kind}">
    <figcaption class="small">
      <span class="key delay-line"></span> ${figure.label}, expected
      <span class="key delay-band"></span> range
    </figcaption>
    <div class="delay-chart" aria-hidden="true">
      ${[top, top / 2].map((value) => html`
        <span key=${value} class="delay-grid" style=${{ bottom: `${(100 * value) / top}%` }}>
          <span>${number(value)}</span>
        </span>
      `)}
      <${Curve} places=${places} top=${top} />
      ${places.map((place, n) => html`
        <${Dot} key=${place.point.endsIn} place=${place} knees=${kneesOf(points)}
            isLast=${n === places.length - 1} />
      `)}
      ${labels(places).map(({ x, point }) => html`
        <span key=${point.endsIn} class="delay-tick" style=${{ left: `${x}%` }}>
          ${endName(point.endsIn)}
        </span>
      `)}
    </div>
    <p class="small muted delay-axis" aria-hidden="true">Time until the failures end</p>
  </figure>`;
}

/** Stretched to the box: a line keeps its width. */
function Curve({ places, top }) {
  const at = (x, value) => `${x.toFixed(2)},${(100 - (100 * value) / top).toFixed(2)}`;
  const high = places.map(({ x, estimate }) => at(x, estimate.high));
  const low = places.map(({ x, estimate }) => at(x, estimate.low));
  return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none">
    <polygon class="delay-band" points=${[...high, ...low.reverse()].join(" ")} />
    <polyline class="delay-line" points=${places.map(({ x, estimate }) => at(x, estimate.expected)).join(" ")}
        vector-effect="non-scaling-stroke" />
  </svg>`;
}

function Dot({ place: { point, estimate, x, y }, knees, isLast }) {
  const knee = knees.indexOf(point) + 1;
  const text = `${clock(point.endsAt)}: ${expectedNumber(estimate)} (${rangeOf(estimate) || "for certain"})`;
  return html`<span class="delay-dot ${knee ? "knee" : ""}" title=${text}
      style=${{ left: `${x}%`, bottom: `${y}%` }}>
    ${knee ? html`<strong class="delay-mark">${knee}</strong>` : null}
    ${isLast && html`<span class="delay-value">${expectedNumber(estimate)}</span>`}
  </span>`;
}

/** The ends that have room for a label, from the last one back; the first and the last always. */
function labels(places) {
  const chosen = [];
  for (const place of [...places].reverse()) {
    const before = chosen[chosen.length - 1];
    if (!before || (before.x - place.x >= ROOM && (place.x === 0 || place.x >= ROOM))) chosen.push(place);
  }
  return chosen;
}

/** A round number, not below the value, whose half is whole. */
function roundUp(value) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 1);
  return ROUND.map((times) => times * unit).find((round) => round >= value);
}
