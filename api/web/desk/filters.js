// Filters of the service desk's lists, from the address.
import { html } from "/web/app/ui.js";
import { key, words } from "/web/app/format.js";
import { hrefWith } from "/web/app/router.js";

// parameter of the address -> field of OrderFilter
const FIELDS =
  {
    step: "steps",
    location: "locations",
    channel: "channels",
    region: "regions",
    mode: "modes",
    workflow: "workflows",
    tier: "tiers",
    currency: "currencies"
  };
export const NAMES = Object.keys(FIELDS);
// dimension of a breakdown -> parameter, if a group can become a filter
export const PARAMETER =
  {
    STEP: "step",
    LOCATION: "location",
    CHANNEL: "channel",
    REGION: "region",
    MODE: "mode",
    WORKFLOW: "workflow",
    TIER: "tier",
    CURRENCY: "currency"
  };

export function filterOf(params) {
  const where = {};
  for (
    const [name, field] of Object.entries(FIELDS)
  ) if (params.has(name)) where[field] = params.getAll(name);
  return Object.keys(where).length ? where : null;
}

// `also`: parameters of the view itself.
export function Chosen({ params, also = [] }) {
  const chosen = [...Object.keys(FIELDS), ...also]
    .flatMap((name) => params.getAll(name)
        .map((value) => [name, value]));
  if (!chosen.length) return null;
  return html`
    <p class="row no-print">
      Filters: ${chosen.map(([name, value]) => html`
        <a key=${name + value} class="button"
            href=${hrefWith({ [name]: params.getAll(name).filter((other) => other !== value) })}
            aria-label="Remove filter: ${words(name)} ${key(value)}">
          ${words(name)} <strong class="of-filter">${key(value)}</strong> ✕
        </a>
      `)}
    </p>
  `;
}

// Choices of one parameter, as links.
export function Choice({ label, name, options, chosen }) {
  return html`
    <div class="row no-print" role="group" aria-label=${label}>
      <span class="muted small">${label}</span>
      ${options.map(([value, text]) => html`<a key=${value} class="button chip"
          href=${hrefWith({ [name]: value })} aria-current=${(chosen ?? "") === value ? "true" : null}>
        ${text}
      </a>
      `)}
    </div>
  `;
}
