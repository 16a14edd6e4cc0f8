// Orders still to come: expected to be placed while the failures last, and affected; in no total.
import { html } from "/web/app/ui.js";
import { expectedNumber, lowToHigh } from "/web/app/format.js";
import { ExpectedMoneys, Figure, Stat, Time } from "./words.js";

const FIGURES = [
  { name: "affected", label: "Orders affected, expected" },
  { name: "promisesMissed", label: "Promises missed" },
  { name: "placed", label: "Orders placed" },
];

/** Nothing where no failure lasts. */
export function ToCome({ of }) {
  if (!of.assumptions.length) return null;
  return html`<section class="card" aria-labelledby="to-come">
    <h2 id="to-come">Still to come, until <${Time} at=${of.until} only="absolute" /></h2>
    ${of.placed.possible > 0 && html`<dl class="stats">
      ${FIGURES.map(({ name, label }) => html`
        <${Stat} key=${name} label=${label} note=${lowToHigh(of[name])}>
          <${Figure} of=${of[name].expected} text=${expectedNumber(of[name])} />
        <//>
      `)}
      <${Stat} label="Value of those affected" kind="small"><${ExpectedMoneys} of=${of.value} /><//>
    </dl>`}
    <p class="small muted">
      ${of.assumptions.join(" ")}${of.placed.possible > 0 && " They are not in the other totals."}
    </p>
  </section>`;
}
