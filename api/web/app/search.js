// One box for everything: an order, a fulfillment, a document number, an element, a failure.
import { html, useCallback, useEffect, useRef, useState } from "./ui.js";
import { key, words } from "./format.js";
import { gql } from "./gql.js";
import { useKey } from "./keys.js";
import { hrefOf, sentence } from "./parts/words.js";

const PAUSE = 120; // milliseconds after the last letter
const QUERY = `query Search($text: String!) { searchHits(text: $text, first: 12) { matched fulfillment node {
  __typename id
  ... on Element { kind name }
  ... on Order { status channel mode }
  ... on Failure { class summary active }
} } }`;

function about(node) {
  if (node.__typename === "Order") return ["Order", `${words(node.mode)}, ${words(node.channel)}, ${words(node.status)}`];
  if (node.__typename === "Failure") return ["Failure", `${node.active ? "" : "ended: "}${node.summary || words(node.class)}`];
  return [sentence(words(node.kind ?? node.__typename)), node.name === node.id.split(":")[1] ? "" : node.name ?? ""];
}

export function SearchBox() {
  const field = useRef(null);
  const [text, setText] = useState("");
  const [found, setFound] = useState(null); // null: not asked; a Trouble; or the hits
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  useKey("/", "Search", useCallback(() => field.current.select(), []));

  useEffect(() => {
    const wanted = text.trim();
    if (!wanted) return setFound(null);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      gql(QUERY, { text: wanted }, { signal: stop.signal, seconds: 5 }).then(
        ({ searchHits }) => { setFound(searchHits); setChosen(0); },
        (error) => { if (error.code !== "CANCELLED") setFound(error); },
      );
    }, PAUSE);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text]);

  const list = Array.isArray(found) ? found : [];
  const shown = open && found !== null;
  const follow = ({ node }) => {
    location.hash = hrefOf(node.id);
    setOpen(false);
    setText("");
    field.current.blur();
  };
  const press = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      if (list.length) setChosen((chosen + (event.key === "ArrowDown" ? 1 : list.length - 1)) % list.length);
    } else if (event.key === "Enter" && list[chosen]) follow(list[chosen]);
    else if (event.key === "Escape") { setOpen(false); field.current.blur(); }
  };
  return html`<form class="search" role="search" onSubmit=${(event) => event.preventDefault()} onFocusOut=${(event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  }}>
    <input ref=${field} type="search" value=${text} placeholder="Order, document, element, failure" autocomplete="off" spellcheck="false"
      role="combobox" aria-label="Search orders, fulfillments, document numbers, elements and failures" aria-expanded=${shown ? "true" : "false"} aria-controls="found"
      aria-autocomplete="list" aria-activedescendant=${shown && list.length ? `found-${chosen}` : null}
      onInput=${(event) => { setText(event.target.value); setOpen(true); }} onFocus=${() => setOpen(true)} onKeyDown=${press} />
    <kbd class="hint" aria-hidden="true">/</kbd>
    <div class="found" id="found" role="listbox" aria-label="Found" hidden=${!shown}>
      ${list.map((hit, at) => {
        const { node, matched, fulfillment } = hit, [kind, more] = about(node);
        return html`<a key=${node.id + matched} id="found-${at}" role="option" tabindex="-1" aria-selected=${at === chosen ? "true" : "false"} href=${hrefOf(node.id)}
          onMouseDown=${(event) => { event.preventDefault(); follow(hit); }} onMouseMove=${() => setChosen(at)}>
          <span class="found-kind">${kind}</span> <strong>${key(node.id)}</strong> <span class="muted">${fulfillment ? `${matched}: ` : ""}${more}</span></a>`;
      })}
      ${shown && !list.length && html`<p role="option" aria-disabled="true">${found instanceof Error ? found.message : "Nothing has this in its id, name or documents. Try a shorter part of it."}</p>`}
    </div>
  </form>`;
}
