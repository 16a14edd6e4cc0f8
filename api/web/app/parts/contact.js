// Contacts as links: mail, telephone, chat and web addresses. Anything else stays text.
import { html } from "../ui.js";
import { chat } from "../chat.js";
import { contactParts } from "../contacts.js";
import { useStore } from "../store.js";

/** `isText`: names of teams are among them. */
export function Contact({ of, isText }) {
  const address = useStore(chat);
  return html`<span class=${isText ? "" : "contact"}>${
    contactParts(of, address).map(({ text, href }) => (href ? html`<a href=${href}>${text}</a>` : text))
  }</span>`;
}
