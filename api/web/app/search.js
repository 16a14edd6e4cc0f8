// Search box for orders, fulfillments, document numbers, elements and failures.
import { html, useCallback, useEffect, useRef, useState } from "./ui.js";
import { key, words } from "./format.js";
import { gql } from "./gql.js";
import { useKey } from "./keys.js";
import { hrefOf, sentence } from "./parts/words.js";
import { useRetry } from "./retry.js";

const PAUSE = 120; // milliseconds after the last letter
const QUERY = `query Search($text: String!) { searchHits(text: $text, first: 12) { matched fulfillment node {
  __typename id
  ... on Element { kind name }
  ... on Order { status channel mode }
  ... on Failure { class summary active }
} } }`;

function about(node) {
  if (node.__typename === "Order") return [
    "Order",
    `${words(node.mode)}, ${words(node.channel)}, ${words(node.status)}`
  ];
  if (node.__typename === "Failure") return [
    "Failure",
    `${node.active ? "" : "resolved: "}${node.summary || words(node.class)}`
  ];
  return [
    sentence(words(node.kind ?? node.__typename)),
    node.name === node.id.split(":")[1]
      ? ""
      : node.name
      ?? ""
  ];
}

export function SearchBox() {
  const field = useRef(null);
  const [text, setText] = useState("");
  const [result, setResult] = useState(null); // { text, hits, error }: the last result, and its search text
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const [round, setRound] = useState(0); // counts on to send the search again
  const openFirst = useRef(false); // Enter was pressed before the answer: its first hit is opened
  useKey("/", "Search", useCallback(() => field.current.select(), []));

  useEffect(() => {
    const wanted = text.trim();
    setChosen(0);
    if (!wanted) return setResult(null);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      gql(QUERY, { text: wanted }, { signal: stop.signal, seconds: 5 }).then(
        ({ searchHits }) => {
          if (openFirst.current && searchHits.length) follow(searchHits[0]);
          else setResult({ text: wanted, hits: searchHits });
        },
        (error) => { if (error.code !== "CANCELLED") setResult({ text: wanted, hits: [], error }); },
      );
    }, PAUSE);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text, round]);
  useRetry(result?.error, () => setRound((before) => before + 1));

  const list = result?.hits ?? [];
  const fresh = result?.text === text.trim();
  const shown = open && result !== null;
  const follow = ({ node }) => {
    location.hash = hrefOf(node.id);
    setOpen(false);
    setText("");
    openFirst.current = false;
    field.current.blur();
  };
  const press = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      if (list.length) setChosen((chosen + (event.key === "ArrowDown" ? 1 : list.length - 1)) % list.length);
    } else if (event.key === "Enter") {
      if (!fresh) openFirst.current = true; // the list belongs to another text
      else if (list[chosen]) follow(list[chosen]);
    }
    else if (event.key === "Escape") { setOpen(false); field.current.blur(); }
  };
  return html`
    <form class="search" role="search" onSubmit=${(event) => event.preventDefault()} onFocusOut=${(event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
    }}>
      <input ref=${field} type="search" value=${text} placeholder="Order, document, element, failure"
          autocomplete="off" spellcheck="false"
          role="combobox" aria-label="Search orders, fulfillments, document numbers, elements and failures"
          aria-expanded=${shown ? "true" : "false"} aria-controls="found"
          aria-autocomplete="list" aria-activedescendant=${shown && list.length ? `found-${chosen}` : null}
          onInput=${(event) => { openFirst.current = false; setText(event.target.value); setOpen(true); }}
          onFocus=${() => setOpen(true)} onKeyDown=${press} />
      <kbd class="hint" aria-hidden="true">/</kbd>
      <div class="found" id="found" role="listbox" aria-label="Results" aria-busy=${fresh ? null : "true"}
          hidden=${!shown}>
        ${list.map((hit, at) => {
          const { node, matched, fulfillment } = hit;
          const [kind, more] = about(node);
          return html`
            <a key=${node.id + matched} id="found-${at}" role="option" tabindex="-1"
                aria-selected=${at === chosen ? "true" : "false"} href=${hrefOf(node.id)}
                onMouseDown=${(event) => { event.preventDefault(); follow(hit); }}
                onMouseMove=${() => setChosen(at)}>
              <span class="found-kind">
                ${kind}
              </span> <strong>
                ${key(node.id)}
              </strong> <span class="muted">
                ${fulfillment ? `${matched}: ` : ""}${more}
              </span>
            </a>
          `;
        })}
        ${shown
            && !list.length && html`
              <p role="option" aria-disabled="true">
                ${
                  result.error
                    ? result.error.message
                    : "No match in ids, names or document numbers. Try a shorter part."
                }
              </p>
            `}
      </div>
    </form>`;
}
