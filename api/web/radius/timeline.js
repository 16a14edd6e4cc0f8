// Timeline: when orders are affected and promises missed, with a slider for the moment that the map shows.
import { html } from "/web/app/ui.js";
import {
  about, expectedNumber, milliseconds, moment, number, plural, rangeOf, span
} from "/web/app/format.js";
import { Figures } from "/web/app/parts/figures.js";
import { change, hrefWith } from "/web/app/router.js";
import { BUCKET } from "./question.js";
import { TimelineChart } from "./timeline_chart.js";

const HOUR = 3_600_000;
const JUMPS = [0, 1, 4, 12, 24, 48];

/** Offset of the slider from the moment of the answer, in milliseconds. */
export const aheadOf = (params) => (params.get("at") ? milliseconds(params.get("at")) : 0);

const NUMBERS = ["ordersHit", "promisesMissed", "postingsLate", "notificationsLate"];

/** The expected numbers of a bucket. */
const expectedPoint = ({ at, estimates: { orders, promisesMissed, postings, notifications } }) => ({
  at,
  ordersHit: orders.expected,
  promisesMissed: promisesMissed.expected,
  postingsLate: postings.expected,
  notificationsLate: notifications.expected,
  orders,
  promises: promisesMissed
});

/** Buckets in which something happens, and the span that they cover. */
export function timelineOf(forecast, asOf) {
  const length = milliseconds(BUCKET);
  const busy = forecast.map(expectedPoint)
    .filter((point) => NUMBERS.some((name) => point[name]));
  const times = busy.map(({ at }) => Date.parse(at));
  const from = Math.floor(Math.min(asOf, ...times) / length) * length;
  const to = Math.max(asOf + 4 * HOUR, ...times.map((time) => time + length));
  return {
    points: busy.map((point, n) => ({ ...point, from: times[n] })),
    from,
    to: Math.ceil(to / length) * length,
    length
  };
}

/** Sums before a moment, of whole buckets. */
export function until(timeline, at) {
  const sums = { ordersHit: 0, promisesMissed: 0, postingsLate: 0, notificationsLate: 0 };
  for (const point of timeline.points) if (point.from < at) for (
    const name of Object.keys(sums)
  ) sums[name] += point[name];
  return sums;
}

export function Timeline({ radius, params, impaired }) {
  const asOf = Date.parse(radius.asOf);
  const timeline = timelineOf(radius.forecast, asOf);
  if (!timeline.points.length) return null;
  const at = Math.min(Math.max(asOf + aheadOf(params), timeline.from), timeline.to);
  const move = (event) => {
    const hours = Math.round((Number(event.target.value) - asOf) / HOUR);
    change({ at: hours ? `${hours < 0 ? "-" : ""}PT${Math.abs(hours)}H` : null }, { replace: true });
  };
  return html`<section class="impact-timeline" aria-labelledby="impact-timeline-title">
    <div class="row spread">
      <h3 id="impact-timeline-title">Timeline</h3>
      <p class="small impact-timeline-key">
        <span class="key hit"></span> affected orders <span class="key missed"></span> missed promises, per
        hour <span class="key range-key"></span> range; past before the dashed line, then forecast
      </p>
    </div>
    <p class="row no-print jumps">
      ${JUMPS.filter((hours) => !hours
          || asOf + hours * HOUR <= timeline.to)
          .map((hours) => html`
            <a key=${hours} class="quiet" href=${hrefWith({ at: hours ? `PT${hours}H` : null })}
                aria-current=${aheadOf(params) === hours * HOUR ? "true" : null}>
              ${hours ? `+${hours} h` : "Now"}
            </a>
          `)}
    </p>
    <p role="status" class="impact-timeline-says">
      ${summaryOf(timeline, at, asOf, radius.totals, impaired)}
    </p>
    <${TimelineChart} timeline=${timeline} asOf=${asOf} at=${at} />
    <input class="impact-timeline-slider no-print" type="range" min=${timeline.from} max=${timeline.to}
        step=${HOUR / 4} value=${at} onInput=${move} aria-label="Time of the map"
        aria-valuetext=${at === asOf ? "now" : moment(at)} />
    <${Figures} caption="Timeline by the hour" columns=${COLUMNS} rows=${timeline.points.map(cellsOf)} />
  </section>`;
}

function summaryOf(timeline, at, asOf, totals, impaired) {
  if (Math.abs(at - asOf) < 1000) {
    const { stuck, exposed, upcoming } = totals.estimates;
    const later = upcoming.possible ? `; ${about(upcoming, "more order")} will be affected` : "";
    const bands = `${about(stuck, "order")} stuck, ${expectedNumber(exposed)} exposed`;
    return `Now: ${plural(impaired, "element")} impaired, ${bands}${later}.`;
  }
  const sums = until(timeline, at);
  const when = at > asOf
    ? `In ${span(at - asOf)}, at ${moment(at)}`
    : `${span(asOf - at)} ago, at ${moment(at)}`;
  const figures = [
    `about ${plural(Math.round(sums.ordersHit), "order")} affected`,
    `${plural(Math.round(sums.promisesMissed), "promise")} missed`,
    `${plural(Math.round(sums.postingsLate), "posting")} and
      ${plural(Math.round(sums.notificationsLate), "message")} late`,
  ];
  return `${when}: ${plural(impaired, "element")} impaired; by then ${figures.join(", ")}.`;
}

const COLUMNS = [
  "From", "Affected orders", "Range", "Promises missed", "Range", "Postings late", "Messages late"
];

/** The cells of a bucket, as COLUMNS. */
const cellsOf = (point) => [
  moment(point.at),
  number(point.ordersHit),
  rangeOf(point.orders),
  number(point.promisesMissed),
  rangeOf(point.promises),
  number(point.postingsLate),
  number(point.notificationsLate)
];
