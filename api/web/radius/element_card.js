// Card of the selected element: its impairments, their paths, and links.
import { html } from "/web/app/ui.js";
import { duration, percent, plural, words } from "/web/app/format.js";
import { Badge, IdLink, Time } from "/web/app/parts/words.js";
import { href, hrefWith } from "/web/app/router.js";
import { effectWords } from "../map/effect_text.js";
import { effectName, effectsAt } from "../map/effects.js";
import { nameOf } from "../map/model.js";
import { toggled } from "./address.js";
import { scopeWords } from "./answer.js";
import { Hops } from "./path_card.js";

/** `at`: the moment of the map, in milliseconds. */
export function ElementCard({ id, model, impairments, at, counts, params }) {
  const element = model.byId.get(id);
  const found = impairments.filter((one) => one.element.id === id);
  const seen = effectsAt(found, at).get(id);
  const count = counts.get(id);
  return html`<section class="picked" aria-labelledby="element-title">
    <div class="row spread">
      <h3 id="element-title">${nameOf(model, id)} <span class="muted small">${id}</span></h3>
      <a class="quiet no-print" href=${hrefWith({ element: null })}>Close</a>
    </div>
    ${count && html`
      <p>
        ${plural(count.orders, "affected order")} here
        now${
          count.stuck
            ? `, ${count.stuck} of them stuck`
            : ""
        }. <a class="no-print"
            href=${hrefWith({ step: toggled(params, "step", id.slice(5)), element: null })}>
          Only these
        </a>
      </p>
    `}
    ${found.length > 1 && html`<p><strong>On the map: ${effectWords(seen)}.</strong></p>`}
    ${found.map((one) => html`
      <div key=${one.effect + one.from}>
        <p>
          <${Badge} of=${one.effect}>${effectName(one.effect)}<//> from <${Time} at=${one.from} />
          ${
            one.until
              ? html` until <${Time} at=${one.until} />`
              : ", end unknown"
          }${
            one.delay
              && `, by ${duration(one.delay)}`
          }${
            one.likelihood < 1
              && `, ${percent(one.likelihood)} likely`
          }${scopeWords(one.scope)}.
        </p>
        <${Hops} hops=${one.path.hops} model=${model} /></div>`)}
    ${!found.length && html`
      <p class="muted">
        ${
          element
            ? `This ${words(element.kind)} is not impaired.`
            : model
            ? "This is a group; expand it with + to see its elements."
            : ""
        }
      </p>
    `}
    ${element && html`
      <p class="row no-print">
        <${IdLink} id=${id}>Dependencies<//>
        <a href=${href("topology", { element: id, whatif: 1 })}>What if it failed</a>
      </p>
    `}
  </section>`;
}
