// Draws a map: frames, lines and boxes, with panning, zooming and keyboard navigation.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../app/ui.js";
import { Box } from "./box.js";
import { EFFECTS, styleOf } from "./effects.js";
import { curve } from "./links.js";
import { Stage } from "./stage.js";
import { fitting } from "./text.js";

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * @param picture {width, height, places, upright: whether it reads from top to bottom}
 * @param scene key of the picture: while it stays, the user's zoom and position are kept
 * @param lines [{from, to}] between boxes; @param strong [{from, to, effect, phase}] on the path of a
 *  failure; `reach`: to unimpaired boxes
 * @param looks of each box {name, sub, effect, phase, failed, badge, label}
 * @param lit {boxes: Set, lines: [{from, to}]} what is highlighted; null: nothing
 * @param chosen id of the selected box; @param onChoose(id); @param onToggle(id) opens or closes a group
 */
export function Drawing({
  picture,
  scene,
  lines,
  strong,
  looks,
  lit,
  chosen,
  onChoose,
  onToggle,
  label,
  children
}) {
  const frame = useRef(null);
  const sheet = useRef(null);
  const stage = useRef(null);
  const toggled = useRef(null);
  const [focus, setFocus] = useState(null);
  const [near, setNear] = useState(null);
  useLayoutEffect(() => {
    stage.current = new Stage(frame.current, sheet.current);
    return () => stage.current.off();
  }, []);
  useLayoutEffect(() => { stage.current.own = false; }, [scene]);
  useLayoutEffect(() => {
    stage.current.grow(picture);
    if (stage.current.own) stage.current.size = picture;
    else stage.current.fit(picture);
  }, [scene, picture.width, picture.height]);
  const there = picture.places.has(chosen);
  useEffect(() => { if (there) stage.current.show(picture.places.get(chosen)); }, [chosen, there]);
  useEffect(() => {
    const place = picture.places.get(toggled.current?.id);
    // not toggled yet: something else changed the picture
    if (!place || place.node.open === toggled.current.open) return;
    toggled.current = null;
    focusOn(sheet.current, place);
  }, [picture]);
  const { frames, boxes } = useMemo(() => split(picture), [picture]);
  const stop = picture.places.has(focus)
    ? focus
    : chosen
    && picture.places.has(chosen)
    ? chosen
    : boxes[0]?.node.id;
  const press = (event) => {
    const id = event.target.closest("[data-id]")?.dataset.id;
    if (!id || stage.current.dragged) return;
    if (event.target.closest("[data-toggle]")) onToggle(id);
    else onChoose(id);
  };
  const look = (event) =>
    setNear(/out$/.test(event.type) ? null : (event.target.closest(".box")?.dataset.id ?? null));
  const toggle = (id) => {
    toggled.current = { id, open: picture.places.get(id).node.open };
    onToggle(id);
  };
  const keys = (event) =>
    walk(event, { picture, boxes, stop, stage: stage.current, setFocus, onChoose, toggle });
  return html`<div class="map">
    <div class="map-tools no-print">
      <button class="quiet" type="button" onClick=${() => stage.current.zoomIn()} aria-label="Zoom in"
          title="Zoom in (+)">
        +
      </button>
      <button class="quiet" type="button" onClick=${() => stage.current.zoomOut()} aria-label="Zoom out"
          title="Zoom out (-)">
        −
      </button>
      <button class="quiet" type="button" onClick=${() => stage.current.fit()} title="Fit to window (0)">
        Fit
      </button>
      ${children}
    </div>
    <div class="map-frame" ref=${frame}>
      <svg class="map-sheet ${lit ? "has-lit" : ""}" ref=${sheet} width=${picture.width}
          height=${picture.height} viewBox="0 0 ${picture.width} ${picture.height}"
          role="group" aria-label=${label} onClick=${press} onKeyDown=${keys} onPointerOver=${look}
          onPointerOut=${look} onFocusIn=${look} onFocusOut=${look}>
        <${Arrowheads} />
        ${useMemo(
          () => frames.map((place) => html`<${Frame} key=${place.node.id} place=${place} />`),
          [frames]
        )}
        ${useMemo(
          () => html`
            <path class="lines" d=${paths(lines, picture)}
                style=${{ strokeOpacity: faintness(lines.length) }} />
          `,
          [lines, picture]
        )}
        ${near && html`
          <path class="near-lines"
              d=${paths(lines.filter(({ from, to }) => from === near || to === near), picture)} />
        `}
        ${strong.map(({ from, to, effect, phase, reach }) => html`
          <path key=${`${from} ${to}`}
              class="${reach ? "reach" : "strong"} ${styleOf(effect)} phase-${phase}"
              d=${between(picture, from, to)} marker-end="url(#to-${effect})" />
        `)}
        ${lit?.lines.map(({ from, to }) => html`
          <path key=${`lit ${from} ${to}`} class="lit-line" d=${between(picture, from, to)}
              marker-end="url(#to-lit)" />
        `)}
        ${useMemo(
          () =>
            boxes.map((place) => html`
              <${Box} key=${place.node.id} place=${place} look=${looks.get(place.node.id)}
                  lit=${lit?.boxes.has(place.node.id) ?? false} chosen=${place.node.id === chosen}
                  stop=${place.node.id === stop} />
            `),
          [boxes, looks, lit, chosen, stop]
        )}
      </svg>
    </div>
  </div>`;
}

function split(picture) {
  const all = [...picture.places.values()];
  return { frames: all.filter(({ node }) => node.open), boxes: all.filter(({ node }) => !node.open) };
}

function between(picture, from, to) {
  const a = picture.places.get(from);
  const b = picture.places.get(to);
  return a && b ? curve(a, b, picture.upright) : "";
}

/** Opacity of the lines: fainter the more there are, so that boxes and failure paths stand out. */
const faintness = (count) => Math.max(0.1, Math.min(0.4, 50 / count));

/** All lines in one path: thousands move as fast as one. */
const paths = (lines, picture) => lines.map(({ from, to }) => between(picture, from, to)).join("");

function Arrowheads() {
  return html`
    <defs>
      ${[...Object.keys(EFFECTS), "lit"]
          .map((name) => html`
            <marker key=${name} id="to-${name}" class="arrow ${name === "lit" ? "effect-lit" : styleOf(name)}"
                viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"
                markerUnits="userSpaceOnUse">
              <path d="M0 0 L8 4 L0 8 Z" />
            </marker>
          `)}
    </defs>
  `;
}

function Frame({ place: { x, y, width, height, node } }) {
  return html`
    <g class="group-frame ${node.group.kind.toLowerCase()}" transform="translate(${x} ${y})"
        data-id=${node.id}>
      <rect width=${width} height=${height} rx="8" />
      <g data-toggle role="button" tabindex="-1"><title>Close ${node.group.name}</title>
        <rect class="grip" x="4" y="4" width=${Math.min(width - 8, 12 + node.group.name.length * 7.5 + 14)}
            height="18" rx="4" />
        <text aria-hidden="true" x="12" y="18">
          ${fitting(node.group.name, "name", width - 34)} <tspan class="sign">−</tspan>
        </text>
      </g>
    </g>`;
}

/** Moves the focus after a group was toggled: to its first box, or to its own. */
function focusOn(sheet, place) {
  const ids = place.node.open ? place.node.children.map(({ id }) => id) : [place.node.id];
  ids.map((id) => sheet.querySelector(`.box[data-id="${CSS.escape(id)}"]`))
    .find(Boolean)?.focus({ preventScroll: true });
}

/** The open group that contains a box. */
const groupOf = (picture, id) => [...picture.places.values()].find(({ node }) => node.open
    && node.children.some((child) => child.id === id))?.node.id;

function walk(event, { picture, boxes, stop, stage, setFocus, onChoose, toggle }) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const here = event.target.closest("[data-id]")?.dataset.id ?? stop;
  const acts = {
    Enter: () => onChoose(here),
    " ": () => picture.places.get(here)?.node.group
      && toggle(here),
    Backspace: () => groupOf(picture, here)
      && toggle(groupOf(picture, here)),
    "+": () => stage.zoomIn(),
    "-": () => stage.zoomOut(),
    0: () => stage.fit()
  };
  const way = ARROWS[event.key];
  if (!way && !acts[event.key]) return;
  event.preventDefault();
  if (!way) return acts[event.key]();
  const next = nearest(boxes, picture.places.get(here), way);
  if (!next) return;
  setFocus(next.node.id);
  stage.show(next);
  event.currentTarget.querySelector(`[data-id="${CSS.escape(next.node.id)}"]`).focus({ preventScroll: true });
}

/** The nearest box in a direction: distance along it counts once, across it three times. */
export function nearest(boxes, from, [dx, dy]) {
  let best = null;
  let least = Infinity;
  for (const place of boxes) {
    const x = place.x + place.width / 2 - from.x - from.width / 2,
    y = place.y + place.height / 2 - from.y - from.height / 2;
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 1 && along + 3 * aside < least) [best, least] = [place, along + 3 * aside];
  }
  return best;
}
