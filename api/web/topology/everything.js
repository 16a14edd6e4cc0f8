// The whole landscape, with what is impaired now.
import { html, useMemo } from "/web/app/ui.js";
import { useLive } from "/web/app/ask.js";
import { now } from "/web/app/clock.js";
import { change, hrefWith } from "/web/app/router.js";
import { TopologyMap, asksForList } from "../map/map.js";

const IMPAIRED = `subscription Impaired { blastRadius { asOf elements(first: 500) { edges { node { element { id } effect from until path { hops { from to effect } } } } } } }`;
const NONE = [];

/** What is impaired now, and the moment of it; nothing while it is not known. */
export function useImpaired() {
  const { data } = useLive(IMPAIRED);
  return useMemo(() => ({ impairments: data ? data.blastRadius.elements.edges.map(({ node }) => node) : NONE, at: data ? Date.parse(data.blastRadius.asOf) : now() }), [data]);
}

export function Everything({ model, params }) {
  const { impairments, at } = useImpaired();
  const open = params.getAll("open"), by = params.get("by") === "category" ? "category" : "team";
  const asList = asksForList(params), whole = params.has("whole");
  const choose = (id) => (model.byId.has(id) ? change({ element: id, open: null }) : change({ open: flip(open, id) }, { replace: true }));
  return html`<section class="card map-card"><h2 class="sr">Map</h2>
    <${TopologyMap} model=${model} impairments=${impairments} at=${at} wide=${true} whole=${whole} toggled=${open} by=${by} asList=${asList} label="Map of the topology; the same content is in the list"
      onChoose=${choose} onToggle=${(id) => change({ open: flip(open, id) }, { replace: true })}>
      <a class="quiet" href=${hrefWith({ whole: whole ? null : 1, open: null })}>${whole ? "Groups closed" : "All groups open"}</a>
      <a class="quiet" href=${hrefWith({ by: by === "team" ? "category" : null, open: null })}>${by === "team" ? "By kind of system" : "By team"}</a>
      <a class="quiet" href=${hrefWith({ as: asList ? "map" : "list" })}>${asList ? "As a map" : "As a list"}</a>
    <//>
    <p class="small muted">Choose an element to see what hangs on it; + opens a group. Drag to move, Ctrl and wheel to zoom, arrows to walk. Orders flow from left to right.</p>
  </section>`;
}

export const flip = (list, id) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
