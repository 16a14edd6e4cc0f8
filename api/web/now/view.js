// What fails now, the most costly first.
import { html } from "/web/app/ui.js";
import { useLive } from "/web/app/ask.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { Heading } from "/web/app/parts/words.js";

const QUERY = `subscription Now { blastRadius { asOf headline totals { orders } failures { id } } }`;

export function Now() {
  const answer = useLive(QUERY);
  return html`<${Heading}>Now<//>
    <${Answered} answer=${answer} what="what fails">${({ blastRadius }) => (blastRadius.failures.length ? html`<p>${blastRadius.headline}</p>` : html`<${Empty} title="Nothing is failing" />`)}<//>`;
}
