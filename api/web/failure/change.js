// Extends, resolves or corrects a failure: what would change is shown before it is confirmed.
import { html, useState } from "/web/app/ui.js";
import { now } from "/web/app/clock.js";
import { clock } from "/web/app/format.js";
import { useMay } from "/web/app/viewer.js";
import { Preview } from "./preview.js";

const HOUR = 3_600_000;
const EXTENSIONS = [1, 2, 4]; // hours
const SEVERITIES = ["INFO", "WARNING", "ERROR", "CRITICAL"];
const UPDATE = "updateFailure(id: $id, input: $input, dryRun: $dryRun)";
const RESOLVE = "resolveFailure(id: $id, dryRun: $dryRun)";

/** The change of a failure that sets these fields. */
const update = (failure, input, says) => ({
  field: UPDATE,
  types: "$id: ID!, $input: FailureUpdate!",
  variables: { id: failure.id, input },
  says,
});

const resolve = (failure) => ({
  field: RESOLVE,
  types: "$id: ID!",
  variables: { id: failure.id },
  says: "Resolve it as of now",
});

function extension(failure, hours) {
  const expected = failure.expectedEnd ? Date.parse(failure.expectedEnd) : 0;
  const end = new Date(Math.max(expected, now()) + hours * HOUR).toISOString();
  return update(failure, { expectedEnd: end }, `Extend it until ${clock(end)}`);
}

/** Buttons that change a failure; each shows what would change first. */
export function FailureChange({ failure }) {
  const [open, setOpen] = useState(false);
  const [change, setChange] = useState(null);
  const close = () => { setOpen(false); setChange(null); };
  if (!useMay("work-on-incidents")) return null;
  if (!open) return html`
    <button type="button" class="button" onClick=${() => setOpen(true)}>
      Extend or resolve …<span class="sr"> ${failure.id}</span>
    </button>
  `;
  return html`
    <section class="card change" aria-label="Change ${failure.id}" data-change>
      ${change
        ? html`<${Preview} change=${change} back=${() => setChange(null)} done=${close} />`
        : html`
          <div class="row">
            <span>Extend by</span>
            ${EXTENSIONS.map((hours) => html`
              <button key=${hours} type="button" class="button"
                  onClick=${() => setChange(extension(failure, hours))}>
                ${hours} h
              </button>
            `)}
            <button type="button" class="button" onClick=${() => setChange(resolve(failure))}>
              Resolve now
            </button>
            <button type="button" class="button" onClick=${close}>Cancel</button>
          </div>
          <${Correction} failure=${failure} onChange=${setChange} />
        `}
    </section>
  `;
}

/** The value of a field for moments (UTC, to the minute), and back. */
const fieldOf = (at) => (at ? new Date(at).toISOString().slice(0, 16) : "");
const momentOf = (text) => (text ? `${text}:00Z` : undefined);

/** Form of the fields that a correction can set; only those that differ are sent. */
function Correction({ failure, onChange }) {
  const submit = (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const moments = ["startedAt", "expectedEnd"]
      .filter((name) => given.get(name) !== fieldOf(failure[name]))
      .map((name) => [name, momentOf(given.get(name))]);
    const texts = ["severity", "summary"]
      .filter((name) => given.get(name) !== failure[name])
      .map((name) => [name, given.get(name)]);
    onChange(update(failure, Object.fromEntries([...moments, ...texts]), "Correct it"));
  };
  return html`
    <details>
      <summary>Correct other fields</summary>
      <form class="correction" onSubmit=${submit}>
        <label class="field"><span>Began (UTC)</span>
          <input type="datetime-local" name="startedAt" required value=${fieldOf(failure.startedAt)} />
        </label>
        <label class="field"><span>Expected end (UTC)</span>
          <input type="datetime-local" name="expectedEnd" value=${fieldOf(failure.expectedEnd)} />
        </label>
        <label class="field"><span>Severity</span>
          <select name="severity">
            ${SEVERITIES.map((one) => html`
              <option key=${one} value=${one} selected=${one === failure.severity}>
                ${one.toLowerCase()}
              </option>
            `)}
          </select>
        </label>
        <label class="field"><span>Summary</span>
          <input type="text" name="summary" value=${failure.summary} />
        </label>
        <button type="submit" class="button">Show what would change</button>
      </form>
    </details>
  `;
}
