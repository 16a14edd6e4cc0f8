// Paths between two elements, shortest first; the selected one is highlighted on the map.
import { html, useMemo } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { plural } from "/web/app/format.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { change, hrefWith } from "/web/app/router.js";
import { TopologyMap } from "../map/map.js";
import { nameOf } from "../map/model.js";
import { flip, useImpaired } from "./everything.js";

const PATHS =
  `query Paths($from: ID!, $to: ID!) { paths(from: $from, to: $to, first: 20) { sentence hops { from to
    rule detail } } }`;

export function Paths({ model, params }) {
  const from = params.get("element");
  const to = params.get("to");
  const answer = useQuery(PATHS, { from, to });
  return html`<${Answered} answer=${answer} what="paths">${({ paths }) => (paths.length
      ? html`<${Shown} paths=${paths} model=${model} params=${params} from=${from} to=${to} />`
      : html`
        <${Empty} title="No path">
          <p>
            ${nameOf(model, from)} and ${nameOf(model, to)} do not depend on each other. A failure of one does
            not reach the other.
          </p>
        <//>
      `
  )}
  <//>
  `;
}

const idsOf = ({ hops }) => [hops[0].from, ...hops.map(({ to }) => to)];

function Shown({ paths, model, params, from, to }) {
  const { impairments, at } = useImpaired();
  const chosen = Math.min(Number(params.get("path") ?? 0), paths.length - 1);
  const open = params.getAll("open");
  const far = useMemo(() => {
    const places = new Map();
    for (const path of paths) idsOf(path)
      .forEach((id, n) => places.set(id, Math.max(n, places.get(id) ?? 0)));
    return places;
  }, [paths]);
  return html`
    <section class="card map-card">
      <h2>
        From ${nameOf(model, from)} to ${nameOf(model, to)}: ${
          paths.length === 20
            ? "20+ paths"
            : plural(paths.length, "path")
        }
      </h2>
      <ol class="ways">
        ${paths.map((path, n) => html`
          <li key=${path.sentence}>
            <a href=${hrefWith({ path: n || null })} aria-current=${n === chosen ? "true" : null}>
              ${plural(path.hops.length, "hop")}
            </a> ${path.sentence}
          </li>
        `)}
      </ol>
      <${TopologyMap} model=${model} impairments=${impairments} at=${at} far=${far}
          path=${idsOf(paths[chosen])} toggled=${open}
          label="Map of the paths; the list above has the same content"
          onChoose=${(id) => change({ element: id, to: null, path: null })}
          onToggle=${(id) => change({ open: flip(open, id) }, { replace: true })} />
    </section>`;
}
