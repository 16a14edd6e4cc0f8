// Affected orders by region and location: a tile each, the darker the more orders.
import { html, useMemo, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { ESTIMATE } from "/web/app/estimates.js";
import { expectedNumber, number } from "/web/app/format.js";
import { Figures } from "/web/app/parts/figures.js";
import { Answered } from "/web/app/parts/states.js";
import { hrefWith } from "/web/app/router.js";
import { useSeen } from "/web/app/seen.js";
import { useModel } from "../map/load.js";
import { toggled } from "./address.js";
import { heads as headsOf } from "./question.js";

const MOST = 200; // tiles
const DARKEST = 45; // percent of the colour, with which text still has its contrast

function locationQuery() {
  const [declarations, values] = headsOf();
  return `query Locations${declarations} { blastRadius${values} { breakdown(by: [LOCATION], first: 500) {
    key estimates { orders ${ESTIMATE} stuck ${ESTIMATE} promisesMissed ${ESTIMATE} } } } }`;
}

export function HeatMap({ radius, question, params }) {
  const place = useRef(null);
  const seen = useSeen(place);
  const answer = useQuery(seen ? locationQuery() : null, question, { keep: true });
  if (!radius.totals.orders) return null;
  return html`<section class="card heat-card" ref=${place} aria-labelledby="heat-title">
    <div class="row spread">
      <h2 id="heat-title">By region and location</h2>
      <p class="small muted">
        one square per location, expected orders <span class="key stuck-key"></span> share that is stuck
      </p>
    </div>
    ${seen && html`
      <${Answered} answer=${answer} what="locations">
        ${({ blastRadius }) => html`
          <${Regions} radius=${radius} groups=${blastRadius.breakdown} params=${params} />
        `}
      <//>
    `}
  </section>`;
}

const tileOf = ({ key, estimates }, dimension, param, name = null) => ({
  param,
  value: key[dimension],
  name: name ?? key[dimension] ?? "none",
  ...estimates
});

function Regions({ radius, groups, params }) {
  const { data: model } = useModel(radius.topology);
  const tiles = useMemo(() => groups.map((group) => {
    const element = model?.byId.get(`location:${group.key.LOCATION}`);
    return { ...tileOf(group, "LOCATION", "location", element?.name), region: element?.region ?? null };
  }), [groups, model]);
  const shown = tiles.slice(0, MOST);
  const heads = radius.by_region.map((group) => tileOf(group, "REGION", "region"));
  const others = [...new Set(shown.map(({ region }) => region))]
    .filter((region) => !heads.some(({ value }) => value === region));
  const regions = [...heads, ...others.map((region) => ({ value: region, name: region ?? "elsewhere" }))];
  return html`
    <ul class="heat">
      ${regions.map((region) => html`
        <${Region} key=${region.name} region=${region} most=${heads[0]} top=${tiles[0]} params=${params}
            tiles=${shown.filter((tile) => tile.region === region.value)} />
      `)}
    </ul>
    ${tiles.length > MOST && html`
      <p class="small muted">The ${MOST} locations with the most orders of ${number(tiles.length)}.</p>
    `}
    <${Figures} caption="Affected orders by location"
        columns=${["Location", "Region", "Affected orders", "Stuck", "Promises missed"]}
        rows=${tiles.map(({ name, region, orders, stuck, promisesMissed }) =>
            [name, region ?? "", ...[orders, stuck, promisesMissed].map(expectedNumber)])} />
  `;
}

/** `most`: the region with the most orders, `top`: the location with the most. */
function Region({ region, tiles, most, top, params }) {
  return html`<li class="heat-row">
    ${region.orders
      ? html`<${Tile} tile=${region} of=${most} params=${params}><span>${region.name}</span><//>`
      : html`<span class="tile"><span>${region.name}</span></span>`}
    <ul class="tiles" aria-label="Locations in ${region.name}">
      ${tiles.map((tile) => html`
        <li key=${tile.value}>
          <${Tile} tile=${tile} of=${top} params=${params}><span class="sr">${tile.name}: </span><//>
        </li>
      `)}
    </ul>
  </li>`;
}

/** `of`: the one with the most orders, which is the darkest. */
function Tile({ tile: { param, value, name, orders, stuck }, of, params, children }) {
  const chosen = params.getAll(param).includes(value);
  const heat = Math.round((DARKEST * orders.expected) / (of.orders.expected || 1));
  return html`<${value === null ? "span" : "a"} class="tile"
      title=${`${name}: ${expectedNumber(orders)} orders, ${expectedNumber(stuck)} stuck`}
      href=${value === null ? null : hrefWith({ [param]: toggled(params, param, value) })}
      aria-current=${chosen ? "true" : null} style=${{ "--heat": `${heat}%` }}>
    ${children}
    <strong>
      <span aria-hidden="true">${orders.expected < 0.5 ? "<1" : number(orders.expected)}</span>
      <span class="sr">${expectedNumber(orders)} orders, ${expectedNumber(stuck)} stuck</span>
    </strong>
    <span class="tile-stuck" aria-hidden="true"
        style=${{ width: `${(100 * stuck.expected) / (orders.expected || 1)}%` }}></span>
  <//>`;
}
