// Confirms an action on an incident: says what it changes, asks for who acts and a note, and sends it with
// the version that its author has seen.
import { html, useRef, useEffect, useState } from "/web/app/ui.js";
import { RequestError, gql } from "/web/app/gql.js";
import { Problem } from "/web/app/parts/states.js";
import { toast } from "/web/app/toasts.js";

const NAME = "impactgraph-name";

/** The name that this browser's user gave last. */
function storedName() {
  try { return localStorage.getItem(NAME) ?? ""; } catch { return ""; }
}
function storeName(name) {
  try { localStorage.setItem(NAME, name); } catch { /* forbidden: it is asked for again */ }
}

const documentOf = ({ field, types = "", noId = false, gives = "incident { id version }" }) => {
  const note = field.includes("noteIncident") ? "String!" : "String";
  const version = field.includes("$version") ? ", $version: Int" : "";
  return `mutation Act(${noId ? "" : "$id: ID!, "}${types}
  $note: ${note}, $by: String${version}) {
  done: ${field} { ${gives} problems { message } } }`;
};

/** Sends it; problems are an error. */
async function send(action, variables) {
  const { done } = await gql(documentOf(action), variables, { seconds: 30 });
  if (done.problems.length) {
    throw new RequestError("BAD_INPUT", done.problems.map(({ message }) => message).join(" "));
  }
  return done.incident;
}

/**
 * @param action { name, title, says(form), field, types, gives, variables(form), needsNote, missing(form),
 *   noId }
 * @param heading its element, by what is above it
 * @param children fields of the action itself: (form, setForm) => vnodes
 */
export function ActionForm({ action, incident, close, heading = "h3", children = null }) {
  const [form, setForm] = useState({ by: storedName(), note: "", ...action.start });
  const [seen, setSeen] = useState(incident.version);
  const [state, setState] = useState({ busy: false, error: null });
  const title = useRef(null);
  useEffect(() => { title.current?.focus(); }, []);
  const put = (fields) => setForm((before) => ({ ...before, ...fields }));
  const missing = action.missing?.(form) || (action.needsNote && !form.note.trim() && "Write a note first.");
  const confirm = (event) => {
    event.preventDefault();
    storeName(form.by.trim());
    setState({ busy: true, error: null });
    const id = action.noId ? {} : { id: incident.id };
    const words = { note: form.note.trim() || null, by: form.by.trim() || null, version: seen };
    send(action, { ...id, ...action.variables?.(form), ...words }).then(
      () => { toast("Recorded"); close(); },
      (error) => { setState({ busy: false, error }); setSeen(incident.version); },
    );
  };
  const changed = incident.version !== seen;
  return html`<form class="card change action-form no-print" data-action=${action.name} onSubmit=${confirm}
      aria-label=${action.title}>
    <${heading} ref=${title} tabindex="-1">${action.title}<//>
    ${action.says(form).map((line) => html`<p key=${line}>${line}</p>`)}
    ${children?.(form, put)}
    <div class="correction">
      <label class="field"><span>Your name</span>
        <input type="text" autocomplete="name" value=${form.by}
            onInput=${(event) => put({ by: event.target.value })} />
      </label>
      <label class="field"><span>Note${action.needsNote ? "" : " (optional)"}</span>
        <input type="text" value=${form.note} onInput=${(event) => put({ note: event.target.value })} />
      </label>
    </div>
    ${changed && html`<p role="status"><strong>Somebody has acted since: see the timeline.</strong></p>`}
    ${state.error && (state.error.code === "BAD_INPUT"
      ? html`<p class="bad" role="alert">${state.error.message}</p>`
      : html`<${Problem} error=${state.error} />`)}
    ${missing && html`<p class="small muted">${missing}</p>`}
    <div class="row">
      <button type="submit" class="button first" disabled=${state.busy || Boolean(missing)}>
        ${state.error ? "Confirm anyway" : "Confirm"}
      </button>
      <button type="button" class="button" onClick=${close}>Back</button>
    </div>
  </form>`;
}
