// Contacts as links: mail, telephone, chat and web addresses. Anything else stays text.
import { html } from "../ui.js";
import { chat } from "../chat.js";
import { contactParts } from "../contacts.js";
import { useStore } from "../store.js";

export function Contact({ of }) {
  const address = useStore(chat);
  return html`<span class="contact">${
    contactParts(of, address).map(({ text, href }) => (href ? html`<a href=${href}>${text}</a>` : text))
  }</span>`;
}
