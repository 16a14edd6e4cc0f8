// Affected orders, postings, messages and tasks, with the reason of each row, and as CSV.
import { html, useEffect, useRef, useState } from "/web/app/ui.js";
import { duration, number, percent, words } from "/web/app/format.js";
import { LongTable } from "/web/app/parts/table.js";
import { Badge, Money, Time } from "/web/app/parts/words.js";
import { change, hrefWith } from "/web/app/router.js";
import { effectName } from "../map/effects.js";
import { exportAddress } from "./address.js";
import { heads } from "./question.js";

const PAGE = "pageInfo { endCursor hasNextPage } totalCount";
const ORDER =
"order { id channel region value { amount currency } promisedBy fulfillments { location { id name } } }";
const RECORD = `type effect due expectedAt likelihood fulfillment order { id }`;
const SORTS = { promise: "PROMISE_ASC", value: "VALUE_DESC", delay: "DELAY_DESC", placed: "PLACED_ASC" };

const rowLink = (order, record = null) => hrefWith({ row: order.id, record, element: null });
const why =
  (order, record, text) => html`
    <a href=${rowLink(order, record)} data-stop title="Why it is affected">${text}</a>
  `;
/** Of the order: a late or wrong record alone does not delay it. */
const delayed = ({ band, expectedDelay }) => (
  duration(expectedDelay)
  || (band === "RECORDS_ONLY" ? "" : html`<span class="muted">no new date</span>`)
);

/** How likely the failures make an order miss its promise, where that is worth a look. */
function promise({ missLikelihood, missesPromise, lateAnyway }) {
  if (lateAnyway >= 0.5) return html`<span class="muted">late anyway</span>`;
  if (missesPromise) return html`<${Badge} of="STUCK">missed: ${percent(missLikelihood)}<//>`;
  return missLikelihood >= 0.05 ? html`<span class="muted">missed: ${percent(missLikelihood)}</span>` : "";
}

const ORDERS = [
  { key: "order", label: "Order", cell: ({ order }) => why(order, null, order.id.slice(6)) },
  { key: "band", label: "Band", cell: ({ band }) => html`<${Badge} of=${band} />` },
  {
    key: "promise",
    label: "Promised",
    sort: "promise",
    cell: ({ order, ...chances }) => html`
      <${Time} at=${order.promisedBy} only="absolute" /> ${promise(chances)}
    `
  },
  {
    key: "delay",
    label: "Delay",
    sort: "delay",
    right: true,
    cell: delayed
  },
  {
    key: "value",
    label: "Value",
    sort: "value",
    right: true,
    cell: ({ order }) => html`<${Money} of=${order.value} />`
  },
  {
    key: "hit",
    label: "Affected at step",
    cell: ({ firstHit, hitAt, effect }) => html`
      ${firstHit.name} <span class="muted">${effectName(effect)}</span>
      ${" "}<${Time} at=${hitAt} only="absolute" />
    `
  },
  {
    key: "done",
    label: "Completion",
    wide: true,
    cell: ({ expectedCompletion }) => (
      expectedCompletion
        ? html`<${Time} at=${expectedCompletion} only="absolute" />`
        : ""
    )
  },
  {
    key: "where",
    label: "Where",
    wide: true,
    cell: ({ order }) => order.fulfillments.map(({ location }) => location?.name).filter(Boolean).join(", ")
      || order.region
  },
  { key: "likely", label: "Likely", wide: true, right: true, cell: ({ likelihood }) => percent(likelihood) },
];

const records = (kind, more) => [
  {
    key: "order",
    label: "Order",
    cell: (row) => why(row.order, `${kind}:${row.type}`, row.order.id.slice(6))
  },
  { key: "type", label: "Type", cell: ({ type }) => words(type) },
  { key: "effect", label: "Effect", cell: ({ effect }) => html`<${Badge} of=${effect} />` },
  { key: "due", label: "Due", cell: ({ due }) => (due ? html`<${Time} at=${due} only="absolute" />` : "") },
  {
    key: "expected",
    label: "Expected",
    cell: ({ expectedAt }) => (
      expectedAt
        ? html`<${Time} at=${expectedAt} only="absolute" />`
        : html`<span class="muted">no new date</span>`
    )
  },
  ...more,
  { key: "likely", label: "Likely", wide: true, right: true, cell: ({ likelihood }) => percent(likelihood) },
];

const LISTS = {
  orders: {
    label: "Orders",
    columns: ORDERS,
    count: ({ orders }) => orders,
    fields: `band effect hitAt likelihood expectedDelay expectedCompletion missesPromise missLikelihood
      lateAnyway firstHit { id name } ${ORDER}`
  },
  postings: {
    label: "Postings",
    columns: records(
      "posting",
      [{ key: "amount", label: "Amount", right: true, cell: ({ amount }) => html`<${Money} of=${amount} />` }]
    ),
    count: ({ postings }) => counted(postings),
    fields: `${RECORD} amount { amount currency }`
  },
  notifications: {
    label: "Messages",
    columns: records("notification", []),
    count: ({ notifications }) => counted(notifications),
    fields: RECORD
  },
  tasks: {
    label: "Tasks",
    columns: records(
      "task",
      [{ key: "location", label: "Where", cell: ({ location }) => location?.name ?? "" }]
    ),
    count: ({ tasks }) => tasks,
    fields: `${RECORD} location { id name }`
  },
};

const counted = (rows) => rows.reduce((sum, { count }) => sum + count, 0);

export function Lists({ radius, question, route: { params } }) {
  const which = LISTS[params.get("list")] ? params.get("list") : "orders";
  const list = LISTS[which];
  const sort = SORTS[params.get("sort")] ? params.get("sort") : "promise";
  const box = useRef(null);
  const { version, old, read } = useVersion(radius, box);
  if (!radius.failures.length) return null;
  const variables = which === "orders" ? { ...question, orderBy: SORTS[sort] } : question;
  const open = (event) => {
    if (event.target.closest("a, button") || getSelection().toString()) return;
    event.target.closest("tr")?.querySelector("a[data-stop]")?.click();
  };
  return html`<section class="card" id="rows" aria-label="Affected orders and records">
    <div class="row spread">
      <ul class="tabs" aria-label="Lists">
        ${Object.entries(LISTS)
            .map(([name, { label, count }]) => html`
              <li key=${name}>
                <a href=${hrefWith({ list: name === "orders" ? null : name })}
                    aria-current=${name === which ? "true" : null}>
                  ${label} <span class="muted figure">${number(count(radius.totals))}</span>
                </a>
              </li>
            `)}
      </ul>
      <span class="row no-print">
        <a class="button"
            href=${exportAddress(question, which, "csv", which === "orders" ? SORTS[sort] : null)} download>
          CSV of all ${list.label.toLowerCase()}
        </a>
      </span>
    </div>
    ${old && html`
      <p class="small" role="status">
        The figures have changed since this list was
        loaded. <button class="quiet" type="button" onClick=${read}>Reload</button>
      </p>
    `}
    <div class="rows" ref=${box} onClick=${open}>
      <${LongTable} key=${which} caption=${list.label} columns=${list.columns}
          query=${pageQuery(which)} variables=${variables} version=${version}
          pick=${({ blastRadius }) => blastRadius[which]}
          keyOf=${(row) => `${row.fulfillment ?? ""} ${row.order.id} ${row.type ?? ""} ${row.effect}`}
          rowClass=${(row) => (
            row.order.id === params.get("row")
              && (!row.type || params.get("record")?.endsWith(`:${row.type}`))
              ? "chosen"
              : ""
          )}
          sorted=${which === "orders" ? sort : null}
          onSort=${which === "orders" ? (by) => change({ sort: by === "promise" ? null : by }) : null}
          empty="None affected." />
    </div>
  </section>`;
}

function pageQuery(which) {
  const ordered = which === "orders";
  const [declarations, values] = heads(
    ["$first: Int", "$after: String", ...(ordered ? ["$orderBy: OrderSort"] : [])]
  );
  return `query Rows${declarations} { blastRadius${values} { ${which}(first: $first,
    after: $after${ordered ? ", orderBy: $orderBy" : ""}) { edges { node { ${LISTS[which].fields} } }
    ${PAGE} } } }`;
}

/** Reloads a list when the totals change; offers it instead where the user has scrolled down. */
function useVersion(radius, box) {
  const now = JSON.stringify(radius.totals);
  const [read, setRead] = useState({ version: 0, of: now });
  const again = () => setRead((before) => ({ version: before.version + 1, of: now }));
  useEffect(() => {
    if (read.of !== now && !(box.current?.querySelector(".table-box")?.scrollTop > 0)) again();
  }, [now]);
  return { version: read.version, old: read.of !== now, read: again };
}
