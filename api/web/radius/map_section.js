// Map of a blast radius, its timeline, and the path of the selected row.
import { html, useMemo } from "/web/app/ui.js";
import { Answered } from "/web/app/parts/states.js";
import { change, hrefWith } from "/web/app/router.js";
import { effectsAt } from "../map/effects.js";
import { useModel } from "../map/load.js";
import { TopologyMap, asksForList } from "../map/map.js";
import { ElementCard } from "./element_card.js";
import { countsOf } from "./question.js";
import { PathCard, useRowPath } from "./path_card.js";
import { Timeline, aheadOf } from "./timeline.js";

const NONE = new Map();

export function MapSection({ radius, question, route }) {
  const answer = useModel(radius.topology);
  if (!radius.elements.totalCount) return null;
  return html`<section class="card map-card" id="map" aria-labelledby="map-title" tabindex="-1">
    <h2 id="map-title">What is impaired</h2>
    <${Answered} answer=${answer} what="map">
      ${(model) => html`
        <${MapWithTimeline} model=${model} radius=${radius} question=${question} route=${route} />
      `}
    <//>
  </section>`;
}

function MapWithTimeline({ model, radius, question, route: { params } }) {
  const impairments = useMemo(() => radius.elements.edges.map(({ node }) => node), [radius]);
  const counts = useMemo(() => countsOf(radius), [radius]);
  const at = Date.parse(radius.asOf) + aheadOf(params);
  const impaired = useMemo(
    () => [...effectsAt(impairments, at).values()].filter(({ phase }) => phase === "now").length,
    [impairments, at]
  );
  const row = useRowPath(question, params);
  const chosen = params.get("element");
  const path = row.ids ?? (chosen && pathTo(impairments, chosen));
  const wide = params.get("map") === "all";
  const asList = asksForList(params);
  const open = params.getAll("open");
  return html`
    <${PathCard} row=${row} model=${model} />
    ${chosen && html`
      <${ElementCard} id=${chosen} model=${model} impairments=${impairments} at=${at} counts=${counts}
          params=${params} />
    `}
    <${TopologyMap} model=${model} impairments=${impairments} at=${at}
        counts=${aheadOf(params) ? NONE : counts} wide=${wide} toggled=${open} path=${path} chosen=${chosen}
        asList=${asList}
        label="Map of what is impaired; the same content is in the list"
        onChoose=${(id) => change({ element: id === chosen ? null : id, row: null, record: null })}
        onToggle=${(id) =>
            change(
              { open: open.includes(id) ? open.filter((one) => one !== id) : [...open, id] },
              { replace: true }
            )}>
      <a class="quiet" href=${hrefWith({ map: wide ? null : "all", open: null })}
          aria-current=${wide ? "true" : null}>
        ${wide ? "Only affected" : "Everything"}
      </a>
      <a class="quiet" href=${hrefWith({ as: asList ? "map" : "list" })}>
        ${asList ? "As a map" : "As a list"}
      </a>
    <//>
    ${radius.elements.totalCount > impairments.length && html`
      <p class="small muted">
        The first ${impairments.length} of ${radius.elements.totalCount} impairments are shown.
      </p>
    `}
    <${Timeline} radius=${radius} params=${params} impaired=${impaired} />`;
}

/** The path from the failed element to another. */
function pathTo(impairments, id) {
  const hops = impairments.find(({ element }) => element.id === id)?.path.hops;
  return hops
    ? [...new Set(hops.flatMap(({ from, to }) => [from, to]))].filter((one) => !one.startsWith("failure:"))
    : null;
}
