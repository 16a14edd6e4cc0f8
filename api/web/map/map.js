// The map: selects what is drawn, places it, and derives the look of each box; or a list with the same
// content.
import { html, useMemo } from "../app/ui.js";
import { number, plural, words } from "../app/format.js";
import { causesOf, involvedIn } from "./causes.js";
import { Drawing } from "./drawing.js";
import { effectWords } from "./effect_text.js";
import { FAILED, effectOfBox, effectsAt } from "./effects.js";
import { flowOf } from "./flow.js";
import { boxes, boxOf, cut, treeOf } from "./groups.js";
import { linksOf } from "./links.js";
import { Legend } from "./legend.js";
import { Outline } from "./outline.js";
import { nameOf } from "./model.js";
import { cause, overview, surroundings } from "./place.js";

/** Maximum number of boxes in a map of impairments. */
const MOST_INVOLVED = 70;

/**
 * @param model of the topology
 * @param impairments of the blast radius that is shown; none: the topology alone
 * @param at milliseconds: the moment that effects are shown for
 * @param counts orders by id of the step they are in: Map of {orders, stuck}
 * @param wide true: everything; false: what is affected
 * @param whole true: every group open, however many boxes that makes
 * @param far distance of elements from a selected one: shows its surroundings
 * @param toggled ids of groups opened or closed by hand; @param by "team" or "category"
 * @param path ids to highlight, hop by hop; @param chosen id of the selected element
 * @param asList true: the list instead of the drawing
 */
export function TopologyMap({
  model,
  impairments = [],
  at,
  counts = new Map(),
  wide = false,
  whole = false,
  far = null,
  toggled = [],
  by = "team",
  path = null,
  chosen = null,
  onChoose,
  onToggle,
  asList = false,
  label,
  children
}) {
  const standing = useMemo(() => flowOf(model), [model]);
  const tree = useMemo(() => treeOf(model, by), [model, by]);
  const causes = useMemo(() => causesOf(impairments), [impairments]);
  const roots = useMemo(
    () => cutFor({ model, tree, impairments, counts, wide, whole, far, toggled, path }),
    [model, tree, impairments, wide, whole, far, toggled.join(" "), stepsOf(counts), path?.join(" ")]
  );
  const home = useMemo(() => boxOf(roots), [roots]);
  const {
    picture,
    lines,
    strong
  } = useMemo(
    () => drawn({ model, roots, standing, causes, home, far, wide }),
    [model, roots, standing, causes]
  );
  const effects = useMemo(() => effectsAt(impairments, at), [impairments, at]);
  const looks = useLooks({ model, roots, effects, causes, counts, lanes: !far });
  const lit = useMemo(() => litBy(path, home), [path?.join(" "), home]);
  const colours = useMemo(
    () => coloured({ strong, lines, picture, effects, wide, far }),
    [strong, lines, effects]
  );
  const where = chosen && (home.get(chosen) ?? chosen);
  if (!home.size) return null;
  if (asList) return html`
    <div class="map as-list">
      <div class="map-tools no-print">${children}</div>
      <${Outline} model=${model} roots=${roots} looks=${looks} causes=${causes} effects=${effects}
          counts=${counts} chosen=${chosen} path=${path} onChoose=${onChoose}
          grouped=${wide || far !== null} />
    </div>
  `;
  return html`
    <${Drawing} picture=${picture} scene=${`${wide} ${whole} ${by} ${far ? chosen : ""}`} lines=${lines}
        strong=${colours} looks=${looks} lit=${lit} chosen=${where} onChoose=${onChoose} onToggle=${onToggle}
        label=${label}>
      ${children}
    <//>
    ${impairments.length > 0 && html`<${Legend} effects=${effects} />`}`;
}

/** Whether the address or a narrow screen asks for the list. */
export const asksForList =
  (params) => (params.get("as") ?? (matchMedia("(max-width: 700px)").matches ? "list" : "map")) === "list";

const stepsOf = (counts) => [...counts.keys()].sort().join(" ");

function cutFor({ model, tree, impairments, counts, wide, whole, far, toggled, path }) {
  const shown = far
    ? new Set(far.keys())
    : wide
    ? withPlaces(model, impairments)
    : involvedIn(model, impairments, counts.keys());
  if (path) for (const id of path) if (model.byId.has(id)) shown.add(id);
  return cut(
    model,
    tree,
    {
      shown,
      matters: wide
        ? new Set()
        : shown,
      toggled: new Set(toggled),
      ...(whole ? { most: Infinity } : wide ? {} : { most: MOST_INVOLVED })
    }
  );
}

/** Everything, but of the many locations only the impaired ones. */
function withPlaces(model, impairments) {
  const matters = new Set(impairments.map(({ element }) => element.id));
  return new Set(model.drawn.filter((id) => model.byId.get(id).kind !== "LOCATION" || matters.has(id)));
}

function drawn({ model, roots, standing, causes, home, far, wide }) {
  const all = linksOf(model, home);
  const strong = new Map();
  for (const { from, to, effect } of causes.links.values()) {
    const a = home.get(from);
    const b = home.get(to);
    if (
      a
        && b
        && a !== b
        && !(far && farOf(far, a) === farOf(far, b))
    ) strong.set(
      `${a} ${b}`,
      { from: a, to: b, effect }
    );
  }
  const lines = [...all.values()].filter(({ from, to }) => !strong.has(`${from} ${to}`)
      && !strong.has(`${to} ${from}`)
      && (!far || farOf(far, from) !== farOf(far, to)));
  const picture = far
    ? surroundings(roots, standing, far)
    : wide
    ? overview(model, roots, standing)
    : cause(roots, standing, causes.hops, [...strong.values(), ...lines].map(({ from, to }) => [from, to]));
  return { picture, lines, strong: [...strong.values()] };
}

/** Distance of a box; a group has its id instead, so that all its lines are drawn. */
const farOf = (far, id) => far.get(id) ?? id;

/**
 * Lines of the failure, in the colour of the effect at their end; without `wide` and `far` also those to
 * served steps.
 */
function coloured({ strong, lines, picture, effects, wide, far }) {
  const effectOf = (id) => effectOfBox(membersOf(picture, id), effects);
  const hit = strong.map((link) => ({
    ...link,
    effect: effectOf(link.to)?.effect
      ?? link.effect,
    phase: effectOf(link.to)?.phase
  }));
  if (wide || far) return hit;
  const reach = lines.filter(({ from, to }) => !/step:|workflow:/.test(from)
      && /step:|workflow:/.test(to)
      && effectOf(from))
    .map(({ from, to }) => {
      const { effect, phase } = effectOf(from);
      return { from, to, effect, phase, reach: true };
    });
  return [...reach, ...hit];
}

const membersOf = (picture, id) => picture.places.get(id)?.node.members ?? [];

function litBy(path, home) {
  if (!path) return null;
  const ids = path.map((id) => home.get(id)).filter(Boolean);
  const lines = ids.slice(1).map((to, n) => ({ from: ids[n], to })).filter(({ from, to }) => from !== to);
  return { boxes: new Set(ids), lines };
}

/** Looks by box; an unchanged look keeps its identity, so that its box does not render again. */
function useLooks({ model, roots, effects, causes, counts, lanes }) {
  const cache = useMemo(() => new Map(), [roots]);
  return useMemo(() => {
    for (const node of boxes(roots)) {
      const look = lookOf(node, { model, effects, causes, counts, lanes });
      const text = JSON.stringify(look);
      if (cache.get(node.id)?.text !== text) cache.set(node.id, { text, look });
    }
    return { get: (id) => cache.get(id).look };
  }, [roots, effects, causes, counts]);
}

const GROUPS =
  {
    SYSTEM: "system with its elements",
    AREA: "area",
    WORKFLOW: "workflow",
    FLOW: "workflows",
    REGION: "region",
    PLACES: "locations"
  };

function lookOf(node, { model, effects, causes, counts, lanes }) {
  const element = model.byId.get(node.id);
  const seen = effectOfBox(node.members, effects);
  const failed = node.members.some((id) => causes.failed.has(id));
  const {
    orders,
    stuck
  } = node.members.reduce(
    (sum, id) => ({
      orders: sum.orders + (counts.get(id)?.orders ?? 0),
      stuck: sum.stuck + (counts.get(id)?.stuck ?? 0)
    }),
    { orders: 0, stuck: 0 }
  );
  const name = element?.name ?? node.group.name;
  const what = element?.kind === "STEP"
    ? `step of ${nameOf(model, element.parent)}`
    : element
    ? words(element.kind)
    : plural(node.members.length, "element");
  const done = seen ? effectWords(seen, node.group && seen.count) : "";
  const badge = stuck ? `${number(stuck)} stuck` : orders ? `${number(orders)} affected` : "";
  const says = [
    name,
    element
      ? what
      : `${GROUPS[node.group.kind]}, ${what}`,
    failed
      && FAILED.says,
    done,
    orders
      && plural(orders, "order"),
    stuck
      && `${number(stuck)} of them stuck`
  ];
  return {
    name,
    sub: done
      || (lanes && element?.kind === "STEP" ? "" : what),
    effect: seen?.effect
      ?? null,
    phase: seen?.phase
      ?? null,
    failed,
    badge,
    label: says.filter(Boolean).join(", ")
  };
}
