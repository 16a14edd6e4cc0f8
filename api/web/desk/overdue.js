// Overdue orders, with and without a known failure: what they have in common, and likely causes.
import { html, useEffect } from "/web/app/ui.js";
import { useStoreVersion, useQuery } from "/web/app/ask.js";
import { key, number, percent, plural, withoutZone, words, zoneName } from "/web/app/format.js";
import { gql } from "/web/app/gql.js";
import { Bars } from "/web/app/parts/bars.js";
import { CsvButton, MarkdownButton } from "/web/app/parts/copy.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { LongTable } from "/web/app/parts/table.js";
import { Heading, IdLink, Money, StateOf, Time } from "/web/app/parts/words.js";
import { href, hrefWith } from "/web/app/router.js";
import { zone } from "/web/app/settings.js";
import { useStore } from "/web/app/store.js";
import { useModel } from "/web/map/load.js";
import { Factors } from "/web/order/aside.js";
import { nameOfValue } from "/web/radius/breakdowns.js";
import { Chosen, Choice, filterOf, PARAMETER } from "./filters.js";
import { MOST_GROUPS, markdown } from "./markdown.js";

const MONEY = "{ amount currency }";
const DIMENSIONS =
  [
    ["STEP", "step"],
    ["LOCATION", "location"],
    ["REGION", "region"],
    ["CHANNEL", "channel"],
    ["MODE", "mode"],
    ["CARRIER", "carrier"],
    ["SUPPLIER", "supplier"]
  ];
const LIKELY_ENOUGH = 0.01; // less likely ones would only distract

const SUMMARY =
  `query Overdue($where: OrderFilter, $by: [Dimension!], $asOf: DateTime) { overdue(where: $where, by: $by,
    asOf: $asOf, first: 1) {
  totalCount
  groups { key overdue total value ${MONEY} }
  inCommon { dimension value overdueWith totalWith overdueWithout totalWithout lift pValue }
} }`;
const SUSPECTS = `query Suspects($where: OrderFilter, $asOf: DateTime, $timezone: String) {
  overdue(where: $where, asOf: $asOf, timezone: $timezone, first: 1) {
    suspects { kind likelihood evidence failure { id summary } element { id name } }
} }`; // by far the slowest part: a query of its own, so that the rest appears at once
const KNOWN =
  `query Known($where: OrderFilter, $asOf: DateTime) { blastRadius(where: $where, asOf: $asOf) {
    impactSummary { stuck failure { id summary } } } }`;
const ORDERS =
  `query OverdueOrders($where: OrderFilter, $asOf: DateTime, $first: Int, $after: String) {
    overdue(where: $where, asOf: $asOf, first: $first, after: $after) { orders {
  totalCount pageInfo { hasNextPage endCursor }
  edges { node { id channel mode region promisedBy value ${MONEY} fulfillments { id overdue enteredAt
  expectedNext step { id name } location { id name } } } }
} } }`;

const late = (order) => order.fulfillments.find((one) => one.overdue) ?? order.fulfillments[0];
const COLUMNS = [
  {
    key: "order",
    label: "Order",
    cell: (order) => html`<${IdLink} id=${order.id} data-stop>${key(order.id)}<//>`
  },
  { key: "step", label: "Step", cell: (order) => late(order)?.step?.name ?? "not started" },
  { key: "location", label: "Location", wide: true, cell: (order) => late(order)?.location?.name ?? "" },
  { key: "since", label: "In step since", cell: (order) => html`<${Time} at=${late(order)?.enteredAt} />` },
  {
    key: "promised",
    label: "Promised",
    wide: true,
    cell: (order) => html`<${Time} at=${order.promisedBy} />`
  },
  {
    key: "value",
    label: "Value",
    right: true,
    wide: true,
    cell: (order) => html`<${Money} of=${order.value} />`
  },
];

const CSV_COLUMNS =
  [
    "order",
    "channel",
    "mode",
    "region",
    "step",
    "location",
    "in step since",
    "promised by",
    "amount",
    "currency"
  ];
const csvRow = (order) => {
  const one = late(order);
  return [
    key(order.id),
    order.channel,
    order.mode,
    order.region,
    one?.step?.id,
    one?.location?.id,
    one?.enteredAt,
    order.promisedBy,
    order.value.amount,
    order.value.currency
  ];
};

export function Overdue({ route }) {
  useStore(zone);
  const { params } = route;
  const by = params.get("by") ?? "STEP";
  const where = filterOf(params);
  const asOf = params.get("asOf");
  const answer = useQuery(SUMMARY, { where, asOf, by: [by] }, { keep: true });
  const failing = useQuery(KNOWN, { where, asOf });
  const known = failing.data?.blastRadius.impactSummary.filter(({ stuck }) => stuck > 0) ?? [];
  const explained = useQuery(SUSPECTS, { where, asOf, timezone: zoneName() });
  const storeVersion = useStoreVersion();
  const total = answer.data?.overdue.totalCount;
  useEffect(
    () => {
      if (storeVersion) [answer, failing].filter((one) => !one.loading).forEach((one) => one.reload());
    },
    [storeVersion]
  );
  // slow: only after the number of overdue orders changed
  useEffect(() => { if (storeVersion && !explained.loading) explained.reload(); }, [total]);
  const suspects = explained.data?.overdue.suspects.filter((cause) => cause.likelihood >= LIKELY_ENOUGH)
    ?? null;
  return html`<${Answered} answer=${answer} whole what="overdue orders">${({ overdue }) => html`
    <div class="row spread">
      <${Heading} sub="In their step longer than its limit, or than usual; with and without a known failure.">
        ${
          overdue.totalCount
            ? `${plural(overdue.totalCount, "order")} ${overdue.totalCount === 1 ? "is" : "are"} overdue`
            : "No overdue orders"
        }
      <//>
      <div class="row no-print">
        <${MarkdownButton} text=${() => markdown(overdue, suspects ?? [], params)} />
        <button class="button" type="button" onClick=${() => print()}>Print</button>
      </div>
    </div>
    <${StateOf} asOf=${asOf} />
    <${Chosen} params=${params} />
    ${overdue.totalCount === 0
        ? html`
          <${Empty} title=${where ? "No overdue orders with these filters" : "All orders are on schedule"}>
            <p>
              ${
                where
                  ? html`Other orders were not checked. <a href=${href("overdue")}>Clear filters</a>.`
                  : html`
                    Look at <a href=${href("records")}>missing postings and messages</a>, or
                    at <a href=${href("")}>active failures</a>.
                  `
              }
            </p>
          <//>
        `
        : html`
          <${OverdueOrders} overdue=${overdue} known=${known} explained=${explained} suspects=${suspects}
              by=${by} where=${where} params=${params} storeVersion=${storeVersion} />
        `
    }
  `}
  <//>
  `;
}

function OverdueOrders({ overdue, known, explained, suspects, by, where, params, storeVersion }) {
  const question = { where, asOf: params.get("asOf") };
  const { data: model } = useModel();
  // until the answer to another choice is there, the former one has the keys of the former choice
  const groups = overdue.groups.filter((group) => by in group.key);
  // not what the filter makes all of them share
  const inCommon = overdue.inCommon.filter((factor) => factor.totalWithout > 0);
  return html`<div class="columns">
    <section class="card"><h2>What they have in common</h2>${inCommon.length
        ? html`<${Factors} list=${inCommon} />`
        : html`
          <p class="muted">
            Nothing: they share no location, carrier, version or other attribute more often than other orders.
          </p>
        `
    }
    </section>
    <section class="card"><h2>Likely causes</h2>
      ${known.length > 0 && html`
        <ul class="list">
          ${known.map(({ stuck, failure }) => html`
            <li key=${failure.id}>
              <p><strong><${IdLink} id=${failure.id}>${failure.summary || failure.id}<//></strong></p>
              <p class="small">
                Known failure: holds ${plural(stuck, "order")}${where ? " with these filters" : ""}, overdue
                or
                not yet.
              </p>
            </li>
          `)}
        </ul>
      `}
      <${Answered} answer=${explained} what="likely causes">${() => (suspects.length
          ? html`<ol class="list">${suspects.map((cause) => html`<${Suspect} cause=${cause} />`)}</ol>`
          : html`
            <p class="muted">
              ${
                known.length
                  ? "No other element explains them."
                  : "No known failure and no single element explains them."
              }
            </p>
          `
      )}
      <//>
    </section>
    <section class="card"><h2>Where they are</h2>
      <${Choice} label="By" name="by" chosen=${by} options=${DIMENSIONS} />
      <${Bars} label="Overdue orders by ${words(by)}"
          rows=${groups.slice(0, MOST_GROUPS).map((group) => bar(group, by, params, model))} />
      ${groups.length > MOST_GROUPS && html`
        <p class="small muted">and ${groups.length - MOST_GROUPS} more</p>
      `}
    </section>
  </div>
    <section class="card">
      <div class="row spread">
        <h2>Orders, longest overdue first</h2>
        <${CsvButton} name="overdue.csv" columns=${CSV_COLUMNS} rows=${() => all(question)} />
      </div>
      <${LongTable} caption="Overdue orders" columns=${COLUMNS} query=${ORDERS} variables=${question}
          version=${storeVersion} pick=${(data) => data.overdue.orders} />
    </section>`;
}

function Suspect({ cause }) {
  const about = cause.failure ?? cause.element;
  return html`
    <li>
      <p>
        <strong>
          ${
            about
              ? html`<${IdLink} id=${about.id}>${about.summary || about.name || about.id}<//>`
              : words(cause.kind)
          }
        </strong> <span class="muted nowrap">
          ${percent(cause.likelihood)} likely
        </span>
      </p>
      <p class="small">${withoutZone(cause.evidence)}</p></li>`;
}

function bar(group, by, params, model) {
  const value = group.key[by];
  const name = PARAMETER[by];
  const chosen = name && value !== null && params.getAll(name).includes(value);
  return {
    label: nameOfValue(model, name ?? by.toLowerCase(), value === null ? null : key(value)),
    value: group.overdue,
    note: `of ${number(group.total)}`,
    chosen,
    to: name && value !== null ? hrefWith({ [name]: chosen ? null : value }) : null,
  };
}

// All rows, for the CSV file.
async function all(question) {
  const rows = [];
  for (let after = null; ;) {
    const { orders } = (await gql(ORDERS, { ...question, first: 500, after })).overdue;
    rows.push(...orders.edges.map(({ node }) => csvRow(node)));
    if (!orders.pageInfo.hasNextPage) return rows;
    after = orders.pageInfo.endCursor;
  }
}
