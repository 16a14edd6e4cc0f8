// The timeline: what happened, the present, what is expected.
import { html, useState } from "/web/app/ui.js";
import { now, ticks } from "/web/app/clock.js";
import { useStore } from "/web/app/store.js";
import { Badge, IdLink, Time } from "/web/app/parts/words.js";

const FAR_BACK = 14; // older entries are collapsed

function Entry({ entry }) {
  const { at, title, detail, expected, late, element, failure } = entry;
  const about = failure ?? element;
  return html`
    <li
        class=${[expected ? "expected" : "past", failure && "fails", late && "late"]
            .filter(Boolean)
            .join(" ")}>
      <span class="when"><${Time} at=${at} only="absolute" /></span>
      <div>
        <p>
          ${
            about
              ? html`
                <${IdLink} id=${about.id} class=${failure ? "" : "plain-link"} title=${about.id}>${title}<//>
              `
              : title
          } ${late && html`
            <${Badge} of="LATE">late<//>
          `}${expected && html`
            <span class="sr">expected</span>
          `}
        </p>
        ${detail && html`<p class="small muted">${detail}</p>`}
      </div>
    </li>`;
}

export function Timeline({ entries }) {
  useStore(ticks);
  const [all, setAll] = useState(false);
  const past = entries.filter((entry) => !entry.expected);
  const coming = entries.filter((entry) => entry.expected);
  const folded = all ? 0 : Math.max(0, past.length - FAR_BACK);
  return html`<section class="card"><h2>Timeline</h2>
    <ol class="timeline">
      ${folded > 0 && html`
        <li class="past no-print">
          <span class="when"></span>
          <button class="button" type="button" onClick=${() => setAll(true)}>${folded} earlier</button>
        </li>
      `}
      ${past.slice(folded).map((entry) => html`<${Entry} entry=${entry} />`)}
      <li class="now-line" aria-label="Now">
        <span class="when"><${Time} at=${new Date(now()).toISOString()} only="clock" /></span>
        <strong>Now</strong>
      </li>
      ${coming.map((entry) => html`<${Entry} entry=${entry} />`)}
      ${!coming.length && html`
        <li class="expected">
          <span class="when"></span>
          <span class="muted">Nothing more is expected.</span>
        </li>
      `}
    </ol>
  </section>`;
}
