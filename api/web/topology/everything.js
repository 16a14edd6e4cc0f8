// Map of the whole topology, with the present impairments.
import { html, useMemo } from "/web/app/ui.js";
import { useLive } from "/web/app/ask.js";
import { now } from "/web/app/clock.js";
import { change, hrefWith } from "/web/app/router.js";
import { TopologyMap, asksForList } from "../map/map.js";

const IMPAIRED =
  `subscription Impaired { blastRadius { asOf elements(first: 500) { edges { node { element { id } effect
    from until path { hops { from to effect } } } } } } }`;
const NONE = [];

/** The present impairments and their moment; none until the answer arrives. */
export function useImpaired() {
  const { data } = useLive(IMPAIRED);
  return useMemo(
    () => ({
      impairments: data
        ? data.blastRadius.elements.edges.map(({ node }) => node)
        : NONE,
      at: data
        ? Date.parse(data.blastRadius.asOf)
        : now()
    }),
    [data]
  );
}

export function Everything({ model, params }) {
  const { impairments, at } = useImpaired();
  const open = params.getAll("open");
  const by = params.get("by") === "category" ? "category" : "team";
  const asList = asksForList(params);
  const whole = params.has("whole");
  const choose = (id) => (
    model.byId.has(id)
      ? change({ element: id, open: null })
      : change({ open: flip(open, id) }, { replace: true })
  );
  return html`<section class="card map-card"><h2 class="sr">Map</h2>
    <${TopologyMap} model=${model} impairments=${impairments} at=${at} wide=${true} whole=${whole}
        toggled=${open} by=${by} asList=${asList} label="Map of the topology; the same content is in the list"
        onChoose=${choose} onToggle=${(id) => change({ open: flip(open, id) }, { replace: true })}>
      <a class="quiet" href=${hrefWith({ whole: whole ? null : 1, open: null })}>
        ${whole ? "Collapse groups" : "Expand groups"}
      </a>
      <a class="quiet" href=${hrefWith({ by: by === "team" ? "category" : null, open: null })}>
        ${by === "team" ? "By kind of system" : "By team"}
      </a>
      <a class="quiet" href=${hrefWith({ as: asList ? "map" : "list" })}>
        ${asList ? "As a map" : "As a list"}
      </a>
    <//>
    <p class="small muted">
      Select an element to see its dependencies; + expands a group. Drag to move, Ctrl and wheel to zoom,
      arrow keys to navigate. Orders flow from left to right.
    </p>
  </section>`;
}

export const flip = (list, id) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
