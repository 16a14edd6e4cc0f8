// What was absorbed, what remains after the end, and the assumptions.
import { html } from "/web/app/ui.js";
import { number, plural, withoutZone } from "/web/app/format.js";
import { IdLink, Stat, Time } from "/web/app/parts/words.js";

export function Rest({ radius }) {
  const { absorbed, residual, assumptions } = radius;
  return html`<div class="columns">
    ${residual && html`<section class="card"><h2>What remains after the end</h2><dl class="stats">
      <${Stat} label="Need action" kind=${residual.needAction ? "bad" : ""}>${number(residual.needAction)}<//>
      <${Stat} label="Recovering">${number(residual.healing)}<//>
      <${Stat} label="Recovered">${number(residual.healed)}<//>
    </dl>
      <p>
        ${
          residual.drainedBy
            ? html`The backlog is expected to be cleared by <${Time} at=${residual.drainedBy} />.`
            : "When the backlog will be cleared is unknown."
        }
      </p>
    </section>
    `}
    ${absorbed.length > 0 && html`<section class="card"><h2>Absorbed</h2>
      <p class="muted small">${plural(absorbed.length, "place")} where the failure was stopped.</p>
      <ul class="absorbed">
        ${absorbed.map(({ element, rule, detail }) => html`
          <li key=${element.id + rule}>
            <${IdLink} id=${element.id}>${element.name}<//> <span class="muted small">${rule}</span>
            <br />
            ${detail}
          </li>
        `)}
      </ul>
    </section>
    `}
    ${assumptions.length > 0 && html`
      <section class="card">
        <h2>Assumptions</h2>
        <ul class="plain">${assumptions.map((text) => html`<li key=${text}>${withoutZone(text)}</li>`)}</ul>
      </section>
    `}
  </div>`;
}
