// Words that fit into a width: measured once each, cut with an ellipsis.

const FONTS =
  {
    name: "600 12.5px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
    sub: "400 10.5px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"
  };
const kept = new Map();
let context = null;

/** @param font "name" or "sub"; @param width in pixels of the sheet */
export function fitting(text, font, width) {
  const key = `${font} ${width} ${text}`;
  if (!kept.has(key)) kept.set(key, cutTo(text, font, width));
  return kept.get(key);
}

function cutTo(text, font, width) {
  context ??= document.createElement("canvas").getContext("2d");
  context.font = FONTS[font];
  const whole = context.measureText(text).width;
  if (whole <= width) return text;
  let length = Math.floor((text.length * width) / whole);
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length).trimEnd()}…`;
}
