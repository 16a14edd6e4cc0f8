// Chart of a timeline: orders by when they are affected, and promises missed, with ranges, each to its scale.
import { html } from "/web/app/ui.js";
import { clock, moment, number, rangeOf } from "/web/app/format.js";

const HOUR = 3_600_000;
const PANELS = [
  { kind: "hit", field: "orders", label: "affected orders" },
  { kind: "missed", field: "promises", label: "promises missed" },
];

export function TimelineChart({ timeline, asOf, at }) {
  const place = (time) => `${(100 * (time - timeline.from)) / (timeline.to - timeline.from)}%`;
  return html`<div class="impact-timeline-chart" aria-hidden="true">
    ${PANELS.map((panel) => html`
      <${Panel} key=${panel.kind} ...${panel} timeline=${timeline} place=${place} />
    `)}
    ${ticks(timeline)
        .map((time) => {
          const isDay = clock(time) === "00:00";
          return html`
            <span key=${time} class="impact-timeline-tick ${isDay ? "day" : ""}"
                style=${{ left: place(time) }}>
              ${isDay ? moment(time).replace(/ 00:00$/, "") : clock(time)}
            </span>
          `;
        })}
    <span class="impact-timeline-now" style=${{ left: place(asOf) }}></span>
    <span class="impact-timeline-at" style=${{ left: place(at) }}></span>
  </div>`;
}

/** The bars of one figure, the highest range as tall as the panel. */
function Panel({ kind, field, label, timeline, place }) {
  const most = Math.max(...timeline.points.map((point) => point[field].high), 1);
  const width = `calc(${(100 * timeline.length) / (timeline.to - timeline.from)}% - 1px)`;
  return html`<div class="impact-timeline-panel">
    <span class="impact-timeline-most">${number(most)}</span>
    ${timeline.points.filter((point) => point[field].possible).map((point) => html`
      <span key=${point.at} class="impact-timeline-bar" title=${titleOf(point, field, label)}
          style=${{ left: place(point.from), width }}>
        <span class=${kind} style=${{ height: tall(point[field].expected, most) }}></span>
        <${Range} of=${point[field]} most=${most} />
      </span>
    `)}
  </div>`;
}

const titleOf = ({ at, ...point }, field, label) =>
  `${clock(at)}: ${number(point[field].expected)} ${label} (${rangeOf(point[field]) || "for certain"})`;

/** The range of a bar, as a line on it. */
const Range = ({ of: { low, high }, most }) => high > low && html`
  <span class="impact-timeline-range"
      style=${{ bottom: `${(100 * low) / most}%`, height: `${(100 * (high - low)) / most}%` }}></span>
`;

/** Proportional, but always visible. */
const tall = (count, most) => (count ? `max(3px, ${(100 * count) / most}%)` : 0);

/** Round hours, as many as have room for their labels on a narrow screen. */
function ticks({ from, to }) {
  const every = [1, 2, 3, 6, 12, 24].find((hours) => (to - from) / (hours * HOUR) <= 5.5) ?? 24;
  const found = [];
  for (
    let time = Math.ceil(from / HOUR) * HOUR; time < to - (to - from) / 20; time += HOUR
  ) if (
    Number(clock(time).slice(0, 2)) % every === 0
  ) found.push(time);
  const leap = Math.ceil(found.length / 5.5);
  return found.filter((_, n) => n % leap === 0);
}
