// The frame of every view: name, navigation, search box, connection state, time zone, help.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";
import { now, ticks } from "./clock.js";
import { fullMoment, span, zoneName, zoneShort } from "./format.js";
import { bindings, useKey } from "./keys.js";
import { connection } from "./live.js";
import { need } from "./login.js";
import { Empty } from "./parts/states.js";
import { href, route } from "./router.js";
import { SearchBox } from "./search.js";
import { singleKeys, theme, zone } from "./settings.js";
import { useStore } from "./store.js";
import { Toasts } from "./toasts.js";
import { View, views } from "./views.js";
import { RowNote, Unknown, Who } from "./who.js";

const LIVE_WORDS = {
  live: ["live", "Changes appear within a second."],
  connecting: ["connecting", "Connecting to the server."],
  reconnecting: [
    "reconnecting",
    "The connection was lost. The page shows the last known state and updates as soon as the server is back."
  ],
  polling: ["polling", "No WebSocket connection to the server: the page updates every few seconds."],
  idle: ["", "This page does not update by itself."],
};

function LiveState() {
  const { state, since } = useStore(connection);
  useStore(ticks);
  const [word, about] = LIVE_WORDS[state];
  const waiting = performance.now() - since;
  return html`
    <span class="live ${state}" role="status" title=${about} data-state=${state}>
      ${word && html`<span class="dot" aria-hidden="true"></span>${word}${
        state === "reconnecting" && waiting > 10_000 && ` for ${span(waiting)}`
      }`}</span>`;
}

const NEXT_THEME = { auto: "dark", dark: "light", light: "auto" };
const THEME_SIGNS = { auto: "◐", dark: "●", light: "○" };

function Choices({ onHelp }) {
  useStore(ticks);
  const zoneChoice = useStore(zone);
  const look = useStore(theme);
  return html`<div class="choices">
    <${Who} />
    <button class="quiet" type="button" onClick=${() => zone.set(zoneChoice === "UTC" ? "local" : "UTC")}
        title="Times are in ${zoneName()}. Press to switch between local time and UTC.">
      <span class="sr">Times in </span>
      ${zoneShort()}
    </button>
    <button class="quiet" type="button" onClick=${() => theme.set(NEXT_THEME[look])}
        aria-label="Colours: ${look}" title="Colours: ${look}. Press for ${NEXT_THEME[look]}.">
      ${THEME_SIGNS[look]}
    </button>
    <button class="quiet" type="button" onClick=${onHelp} aria-label="Keys and help"
        title="Keys and help (?)">
      ?
    </button>
  </div>`;
}

function Navigation({ view }) {
  return html`<nav aria-label="Views"><ul>${views.inNavigation().map((one) => html`<li key=${one.path}>
    <a href=${href(one.path)} aria-current=${one.path === view ? "page" : null}>${one.label ?? one.title}</a>
  </li>`)}</ul></nav>`;
}

function Help({ open, onClose }) {
  const dialog = useRef(null);
  const keys = useStore(bindings);
  const on = useStore(singleKeys);
  useEffect(() => { if (open) dialog.current.showModal(); else dialog.current.close(); }, [open]);
  return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="help-title">
    <h2 id="help-title">Keys</h2>
    <dl class="keys">
      ${keys.map(({ key, label }) => html`<div><dt><kbd>${key}</kbd></dt><dd>${label}</dd></div>`)}
      <div><dt><kbd>↑</kbd> <kbd>↓</kbd></dt><dd>Move through a list</dd></div>
      <div><dt><kbd>Enter</kbd></dt><dd>Open the selected item</dd></div>
      <div><dt><kbd>Esc</kbd></dt><dd>Close</dd></div>
    </dl>
    <p>
      <label>
        <input type="checkbox" checked=${on === "on"}
            onChange=${(event) => singleKeys.set(event.target.checked ? "on" : "off")} /> Single-key
        shortcuts
      </label>
    </p>
    <p class="muted">
      Every address can be shared: it opens the same state. <a href="/graphql">GraphiQL</a> offers everything
      on this page.
    </p>
    <form method="dialog"><button class="button">Close</button></form>
  </dialog>`;
}

// Footer of a printed report: its address and time.
function Printed() {
  useStore(ticks);
  useStore(zone);
  return html`<p class="print-only small">${location.href}, printed ${fullMoment(now())}</p>`;
}

export function Shell() {
  const here = useStore(route);
  const view = views.find(here.view);
  const missing = useStore(need);
  const [help, setHelp] = useState(false);
  const before = useRef(null);
  const where = `${here.view}/${here.rest}`;
  useKey("?", "Help", useCallback(() => setHelp(true), []));
  useLayoutEffect(() => {
    document.title = view ? `${here.rest || view.title} · impactgraph` : "impactgraph";
    if (before.current !== null && before.current !== where) {
      scrollTo(0, 0);
      // the next Tab starts in the new view, and screen readers announce it
      document.querySelector("main").focus({ preventScroll: true });
    }
    before.current = where;
  }, [where]);
  return html`
    <a class="skip" href="#main"
        onClick=${(event) => { event.preventDefault(); document.querySelector("main").focus(); }}>
      Skip to content
    </a>
    <header class="top">
      <a class="name" href=${href("")}>impactgraph</a>
      <${Navigation} view=${here.view} />
      <${SearchBox} />
      <${LiveState} />
      <${Choices} onHelp=${() => setHelp(true)} />
    </header>
    <main id="main" tabindex="-1" aria-label=${view?.title}><${RowNote} />${missing
        ? html`<${Unknown} />`
        : view ? html`<${View} view=${view} route=${here} key=${here.view} />`
        : html`
          <${Empty} whole title="Page not found">
            <p><a href=${href("")}>See active failures</a>, or press / to search.</p>
          <//>
        `
    }
    </main>
    <${Printed} />
    <${Help} open=${help} onClose=${() => setHelp(false)} />
    <${Toasts} />`;
}
