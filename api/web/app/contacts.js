// The parts of a contact's text, with the addresses of those that can be opened. Pure.

const LINKS = [
  {
    pattern: /\b(?:https?|slack|msteams|xmpp|ircs?|matrix|sips?):[^\s,;<>"']+[^\s,;<>"'.)]/i,
    to: (text) => text
  },
  {
    pattern: /(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+/i,
    to: (text) => `mailto:${text.replace(/^mailto:/i, "")}`
  },
  {
    pattern: /(?:tel:)?(?:\+|(?<![\w.:-])0|\(0)[\d ()/.-]{5,}\d/i,
    to: (text) => `tel:${text.replace(/[^\d+]/g, "")}`
  },
];
const CHANNEL = /(?<![\w/])#[\w.-]*\w/;

/**
 * @param text such as "#oms-oncall, +49 30 1234567"
 * @param chat address of a channel, with {channel} in place of its name; null: channels stay text
 * @returns [{text, href}], which make up the text; href null: only text
 */
export function contactParts(text, chat = null) {
  const channel = (name) => chat.replace("{channel}", encodeURIComponent(name.slice(1)));
  const kinds = chat ? [...LINKS, { pattern: CHANNEL, to: channel }] : LINKS;
  const parts = [];
  let rest = String(text ?? "");
  while (rest) {
    const next = firstOf(kinds, rest);
    if (!next) return [...parts, { text: rest, href: null }];
    if (next.index) parts.push({ text: rest.slice(0, next.index), href: null });
    parts.push({ text: next.text, href: next.to(next.text) });
    rest = rest.slice(next.index + next.text.length);
  }
  return parts;
}

/** The link that begins first. */
function firstOf(kinds, text) {
  return kinds
    .map(({ pattern, to }) => ({ match: pattern.exec(text), to }))
    .filter(({ match }) => match)
    .map(({ match, to }) => ({ index: match.index, text: match[0], to }))
    .sort((a, b) => a.index - b.index)[0] ?? null;
}
