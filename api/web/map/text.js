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

/** The words in at most two lines; what does not fit into the second is cut. */
export function inLines(text, font, width) {
  if (fitting(text, font, width) === text) return [text];
  const words = text.split(" ");
  let first = words.shift();
  while (words.length && fitting(`${first} ${words[0]}`, font, width) === `${first} ${words[0]}`) {
    first += ` ${words.shift()}`;
  }
  if (!words.length) return [fitting(text, font, width)];
  return [fitting(first, font, width), fitting(words.join(" "), font, width)];
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
