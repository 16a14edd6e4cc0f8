// One box of the map: name, kind, effect (colour, mark and word), number of orders.
import { Component } from "/web/vendor/htm/standalone.module.js";
import { html } from "../app/ui.js";
import { EFFECTS, FAILED, styleOf } from "./effects.js";
import { fitting, inLines } from "./text.js";

const PAD = 10;
const MARK = 22;
const LETTER = 6.6;
const NAME_LINE = 14;
const SUB_LINE = 15;
const BASE = 4; // from the middle of a line to its foot

/** Renders again only when its props change: of a thousand boxes, a click changes two. */
export class Box extends Component {
  shouldComponentUpdate(next) {
    return Object.keys(next).some((name) => next[name] !== this.props[name]);
  }

  render({ place: { x, y, width, height, node }, look, lit, chosen, stop }) {
    const from = look.effect ? PAD + MARK : PAD;
    const room = width - from - PAD - (node.group ? 16 : 0);
    const names = [
      "box",
      node.group
        ? "closed"
        : "",
      styleOf(look.effect),
      look.effect
        ? `phase-${look.phase}`
        : "",
      look.failed
        ? "failed"
        : "",
      lit
        ? "lit"
        : "",
      chosen
        ? "chosen"
        : ""
    ];
    const lines = inLines(look.name, "name", room);
    const below = (lines.length - 1) * NAME_LINE + (look.sub ? SUB_LINE : 0);
    const top = (height - below) / 2 + BASE;
    return html`
      <g class=${names.filter(Boolean).join(" ")} transform="translate(${x} ${y})" data-id=${node.id}
          role="button" tabindex=${stop ? 0 : -1} aria-pressed=${chosen ? "true" : "false"}>
        <title>${look.label}</title>
        ${node.group && html`<rect class="body under" x="4" y="-4" width=${width} height=${height} rx="6" />`}
        <rect class="body" width=${width} height=${height} rx="6"
            stroke-dasharray=${look.effect ? EFFECTS[look.effect].line : ""} />
        ${look.effect && html`
          <path class="mark" d=${EFFECTS[look.effect].mark}
              transform="translate(${PAD - 2} ${height / 2 - 8})" />
        `}
        <text aria-hidden="true" class="name">
          ${lines.map((line, at) => html`<tspan x=${from} y=${top + at * NAME_LINE}>${line}</tspan>`)}
        </text>
        ${look.sub && html`
          <text aria-hidden="true" class="sub" x=${from} y=${top + (lines.length - 1) * NAME_LINE + SUB_LINE}>
            ${fitting(look.sub, "sub", room)}
          </text>
        `}
        ${look.failed && html`
          <g aria-hidden="true" class="cause" transform="translate(-6 ${lines.length > 1 ? -14 : -9})">
            <rect width="62" height="17" rx="8.5" />
            <path d=${FAILED.mark} transform="translate(5 1.5) scale(.85)" />
            <text x="20" y="12.5">${FAILED.says}</text>
          </g>
        `}
        ${look.badge && html`<${Badge} text=${look.badge} right=${width} />`}
        ${node.group && html`
          <g data-toggle aria-hidden="true">
            <rect class="grip" x=${width - 24} y=${height / 2 - 10} width="20" height="20" rx="4" />
            <text class="sign" x=${width - 14} y=${height / 2 + 5}>+</text>
          </g>
        `}
      </g>`;
  }
}

function Badge({ text, right }) {
  const width = text.length * LETTER + 12;
  return html`
    <g aria-hidden="true" class="count" transform="translate(${right - width + 6} -9)">
      <rect width=${width} height="17" rx="8.5" />
      <text x=${width / 2} y="12.5">${text}</text>
    </g>
  `;
}
