// The wave: when orders are hit and promises missed, with a slider through it that the map follows.
import { html } from "/web/app/ui.js";
import { clock, milliseconds, moment, number, plural, span } from "/web/app/format.js";
import { change, hrefWith } from "/web/app/router.js";
import { BUCKET } from "./question.js";

const HOUR = 3_600_000;
const JUMPS = [0, 1, 4, 12, 24, 48];

/** How far the slider of the address is from the moment that the answer is of, in milliseconds. */
export const aheadOf = (params) => (params.get("at") ? milliseconds(params.get("at")) : 0);

/** Buckets from the first to the last in which something happens, those without between them; and where they begin and end. */
export function waveOf(forecast, asOf) {
  const length = milliseconds(BUCKET);
  const busy = forecast.filter((point) => point.ordersHit || point.promisesMissed || point.postingsLate || point.notificationsLate);
  const times = busy.map(({ at }) => Date.parse(at));
  const from = Math.floor(Math.min(asOf, ...times) / length) * length;
  const to = Math.max(asOf + 4 * HOUR, ...times.map((time) => time + length));
  return { points: busy.map((point, n) => ({ ...point, from: times[n] })), from, to: Math.ceil(to / length) * length, length };
}

/** What has happened before a moment, in whole buckets. */
export function until(wave, at) {
  const sums = { ordersHit: 0, promisesMissed: 0, postingsLate: 0, notificationsLate: 0 };
  for (const point of wave.points) if (point.from < at) for (const name of Object.keys(sums)) sums[name] += point[name];
  return sums;
}

export function Wave({ radius, params, impaired }) {
  const asOf = Date.parse(radius.asOf);
  const wave = waveOf(radius.forecast, asOf);
  if (!wave.points.length) return null;
  const at = Math.min(Math.max(asOf + aheadOf(params), wave.from), wave.to);
  const place = (time) => `${(100 * (time - wave.from)) / (wave.to - wave.from)}%`;
  const most = Math.max(...wave.points.map(({ ordersHit, promisesMissed }) => Math.max(ordersHit, promisesMissed)), 1);
  const move = (event) => {
    const hours = Math.round((Number(event.target.value) - asOf) / HOUR);
    change({ at: hours ? `${hours < 0 ? "-" : ""}PT${Math.abs(hours)}H` : null }, { replace: true });
  };
  return html`<section class="wave" aria-labelledby="wave-title">
    <div class="row spread"><h3 id="wave-title">The wave</h3><p class="small wave-key"><span class="key hit"></span> orders hit <span class="key missed"></span> promises missed, an hour</p></div>
    <p class="row no-print jumps">${JUMPS.filter((hours) => !hours || asOf + hours * HOUR <= wave.to).map((hours) => html`<a key=${hours} class="quiet" href=${hrefWith({ at: hours ? `PT${hours}H` : null })} aria-current=${aheadOf(params) === hours * HOUR ? "true" : null}>${hours ? `+${hours} h` : "Now"}</a>`)}</p>
    <p role="status" class="wave-says">${says(wave, at, asOf, radius.totals, impaired)}</p>
    <div class="wave-chart" aria-hidden="true">
      <span class="wave-most">${number(most)}</span>
      ${wave.points.map((point) => html`<span key=${point.at} class="wave-bar" title="${clock(point.at)}: ${point.ordersHit} hit, ${point.promisesMissed} missed" style=${{ left: place(point.from), width: `calc(${(100 * wave.length) / (wave.to - wave.from)}% - 1px)` }}>
        <span class="hit" style=${{ height: tall(point.ordersHit, most) }}></span><span class="missed" style=${{ height: tall(point.promisesMissed, most) }}></span></span>`)}
      ${ticks(wave).map((time) => html`<span key=${time} class="wave-tick" style=${{ left: place(time) }}>${clock(time) === "00:00" ? moment(time).replace(/ 00:00$/, "") : clock(time)}</span>`)}
      <span class="wave-now" style=${{ left: place(asOf) }}></span>
      <span class="wave-at" style=${{ left: place(at) }}></span>
    </div>
    <input class="wave-slider no-print" type="range" min=${wave.from} max=${wave.to} step=${HOUR / 4} value=${at} onInput=${move} aria-label="Moment that the map is shown for" aria-valuetext=${at === asOf ? "now" : moment(at)} />
    <${Figures} wave=${wave} />
  </section>`;
}

/** In proportion, but never too small to be seen. */
const tall = (count, most) => (count ? `max(3px, ${(100 * count) / most}%)` : 0);

/** Hours of the clock that people read, as many as have room for their words on a narrow screen. */
function ticks({ from, to }) {
  const every = [1, 2, 3, 6, 12, 24].find((hours) => (to - from) / (hours * HOUR) <= 5.5) ?? 24;
  const found = [];
  for (let time = Math.ceil(from / HOUR) * HOUR; time < to - (to - from) / 20; time += HOUR) if (Number(clock(time).slice(0, 2)) % every === 0) found.push(time);
  const leap = Math.ceil(found.length / 5.5);
  return found.filter((_, n) => n % leap === 0);
}

function says(wave, at, asOf, totals, impaired) {
  if (Math.abs(at - asOf) < 1000) {
    const later = totals.upcoming ? `; ${plural(totals.upcoming, "more order")} will be hit` : "";
    return `Now: ${plural(impaired, "element")} impaired, ${plural(totals.stuck, "order")} stuck, ${number(totals.exposed)} exposed${later}.`;
  }
  const sums = until(wave, at);
  const when = at > asOf ? `In ${span(at - asOf)}, at ${moment(at)}` : `${span(asOf - at)} ago, at ${moment(at)}`;
  return `${when}: ${plural(impaired, "element")} impaired; by then ${plural(sums.ordersHit, "order")} hit, ${plural(sums.promisesMissed, "promise")} missed, ${plural(sums.postingsLate, "posting")} and ${plural(sums.notificationsLate, "message")} late.`;
}

function Figures({ wave }) {
  return html`<details class="small"><summary>The figures</summary><div class="table-box" tabindex="0" role="region" aria-label="The wave by the hour"><table><caption class="sr">The wave by the hour</caption>
    <thead><tr><th scope="col">From</th><th scope="col" class="right">Orders hit</th><th scope="col" class="right">Promises missed</th><th scope="col" class="right">Postings late</th><th scope="col" class="right">Messages late</th></tr></thead>
    <tbody>${wave.points.map((point) => html`<tr key=${point.at}><th scope="row">${moment(point.at)}</th><td class="right">${number(point.ordersHit)}</td><td class="right">${number(point.promisesMissed)}</td><td class="right">${number(point.postingsLate)}</td><td class="right">${number(point.notificationsLate)}</td></tr>`)}</tbody></table></div></details>`;
}
