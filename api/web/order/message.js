// The message to the customer, to copy: by default in the customer's language, and for mail.
import { html, useState } from "/web/app/ui.js";
import { CopyButton } from "/web/app/parts/copy.js";

const FORMS = { NORMAL: "Mail or chat", SHORT: "Text message" };
const languageNames = new Intl.DisplayNames("en-GB", { type: "language" });

export function CustomerMessage({ list }) {
  const [language, setLanguage] = useState(null);
  const [form, setForm] = useState("NORMAL");
  if (!list.length) return null;
  const languages = [...new Set(list.map((one) => one.language))];
  const chosen = languages.includes(language) ? language : languages[0];
  const message = list.find((one) => one.language === chosen && one.form === form);
  return html`<section class="card words" aria-labelledby="message-title">
    <div class="row spread">
      <h2 id="message-title">Customer message</h2>
      <${CopyButton} kind="first" text=${message.text} label="Copy message" done="Customer message copied" />
    </div>
    <div class="row no-print message-choice">
      <label>Language <select value=${chosen} onChange=${(event) => setLanguage(event.target.value)}>
        ${languages.map((one, at) => html`
          <option key=${one} value=${one}>
            ${languageNames.of(one)}${at === 0 ? " (customer's)" : ""}
          </option>
        `)}
      </select></label>
      <label>Form <select value=${form} onChange=${(event) => setForm(event.target.value)}>
        ${Object.entries(FORMS).map(([value, label]) => html`
          <option key=${value} value=${value}>${label}</option>
        `)}
      </select></label>
    </div>
    <blockquote lang=${chosen}>${message.text}</blockquote>
    <p class="small muted">Times are the customer's: ${message.timezone}.</p>
  </section>`;
}
