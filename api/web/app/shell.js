// What stands around every view: name, navigation, the search box, whether the page is live, the zone, help.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";
import { now, ticks } from "./clock.js";
import { fullMoment, span, zoneName, zoneShort } from "./format.js";
import { bindings, useKey } from "./keys.js";
import { connection } from "./live.js";
import { Empty } from "./parts/states.js";
import { href, route } from "./router.js";
import { SearchBox } from "./search.js";
import { singleKeys, theme, zone } from "./settings.js";
import { useStore } from "./store.js";
import { Toasts } from "./toasts.js";
import { View, views } from "./views.js";

const LIVE_WORDS = {
  live: ["live", "Changes appear here within a second."],
  connecting: ["connecting", "The page is about to follow changes."],
  reconnecting: ["reconnecting", "The connection was lost. What you see is the last known state; it is brought up to date as soon as the server is back."],
  polling: ["every few seconds", "No web socket gets through to the server: the page asks again every few seconds."],
  idle: ["", "Nothing on this page changes by itself."],
};

function LiveState() {
  const { state, since } = useStore(connection);
  useStore(ticks);
  const [word, about] = LIVE_WORDS[state];
  return html`<span class="live ${state}" role="status" title=${about} data-state=${state}>${word && html`<span class="dot" aria-hidden="true"></span>${word}${
    state === "reconnecting" && Date.now() - since > 10_000 && ` since ${span(Date.now() - since)}`
  }`}</span>`;
}

const NEXT_THEME = { auto: "dark", dark: "light", light: "auto" };
const THEME_SIGNS = { auto: "◐", dark: "●", light: "○" };

function Choices({ onHelp }) {
  const here = useStore(zone), look = useStore(theme);
  return html`<div class="choices">
    <button class="quiet" type="button" onClick=${() => zone.set(here === "UTC" ? "local" : "UTC")} title="Times are shown in ${zoneName()}. Press to change between yours and UTC."><span class="sr">Times in </span>${zoneShort()}</button>
    <button class="quiet" type="button" onClick=${() => theme.set(NEXT_THEME[look])} aria-label="Colours: ${look}" title="Colours: ${look}. Press for ${NEXT_THEME[look]}.">${THEME_SIGNS[look]}</button>
    <button class="quiet" type="button" onClick=${onHelp} aria-label="Keys and help" title="Keys and help (?)">?</button>
  </div>`;
}

function Navigation({ view }) {
  return html`<nav aria-label="Views"><ul>${views.inNavigation().map((one) => html`<li key=${one.path}>
    <a href=${href(one.path)} aria-current=${one.path === view ? "page" : null}>${one.label ?? one.title}</a>
  </li>`)}</ul></nav>`;
}

function Help({ open, onClose }) {
  const dialog = useRef(null);
  const keys = useStore(bindings), on = useStore(singleKeys);
  useEffect(() => { if (open) dialog.current.showModal(); else dialog.current.close(); }, [open]);
  return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="help-title">
    <h2 id="help-title">Keys</h2>
    <dl class="keys">
      ${keys.map(({ key, label }) => html`<div><dt><kbd>${key}</kbd></dt><dd>${label}</dd></div>`)}
      <div><dt><kbd>↑</kbd> <kbd>↓</kbd></dt><dd>Go through a list</dd></div>
      <div><dt><kbd>Enter</kbd></dt><dd>Open what is chosen</dd></div>
      <div><dt><kbd>Esc</kbd></dt><dd>Close</dd></div>
    </dl>
    <p><label><input type="checkbox" checked=${on === "on"} onChange=${(event) => singleKeys.set(event.target.checked ? "on" : "off")} /> Single keys work outside of fields</label></p>
    <p class="muted">Every address on this page can be sent to others: it opens the same state. <a href="/graphql">GraphiQL</a> asks everything this page asks.</p>
    <form method="dialog"><button class="button">Close</button></form>
  </dialog>`;
}

// At the foot of a report: where it comes from, and of when it is.
function Printed() {
  useStore(ticks);
  useStore(zone);
  return html`<p class="print-only small">${location.href}, printed ${fullMoment(now())}</p>`;
}

export function Shell() {
  const here = useStore(route);
  const view = views.find(here.view);
  const [help, setHelp] = useState(false);
  const before = useRef(null);
  const where = `${here.view}/${here.rest}`;
  useKey("?", "This help", useCallback(() => setHelp(true), []));
  useLayoutEffect(() => {
    document.title = view ? `${here.rest || view.title} · impactgraph` : "impactgraph";
    if (before.current !== null && before.current !== where) {
      scrollTo(0, 0);
      document.querySelector("main").focus({ preventScroll: true }); // the next Tab starts in the new view, and it is read out
    }
    before.current = where;
  }, [where]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector("main").focus(); }}>To the content</a>
    <header class="top">
      <a class="name" href=${href("")}>impactgraph</a>
      <${Navigation} view=${here.view} />
      <${SearchBox} />
      <${LiveState} />
      <${Choices} onHelp=${() => setHelp(true)} />
    </header>
    <main id="main" tabindex="-1" aria-label=${view?.title}>${view
      ? html`<${View} view=${view} route=${here} key=${here.view} />`
      : html`<${Empty} whole title="There is no such page"><p>The address names no view. <a href=${href("")}>See what fails now</a>, or press / and search.</p><//>`}</main>
    <${Printed} />
    <${Help} open=${help} onClose=${() => setHelp(false)} />
    <${Toasts} />`;
}
