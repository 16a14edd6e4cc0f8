// Records that are missing, duplicate, late, wrong or out of sequence.
import { html, useState } from "/web/app/ui.js";
import { useStoreVersion } from "/web/app/ask.js";
import { duration, key, money, plural, recordKind, withoutZone, words, zoneName } from "/web/app/format.js";
import { gql } from "/web/app/gql.js";
import { CsvButton } from "/web/app/parts/copy.js";
import { LongTable } from "/web/app/parts/table.js";
import { Badge, Heading, IdLink, StateOf, Time, sentence } from "/web/app/parts/words.js";
import { hrefWith } from "/web/app/router.js";
import { zone } from "/web/app/settings.js";
import { useStore } from "/web/app/store.js";
import { Chosen, Choice, filterOf } from "./filters.js";

const MONEY = "{ amount currency }";
const RECORDS =
  `query Records($where: OrderFilter, $effects: [RecordEffect!], $types: [String!], $asOf: DateTime,
    $timezone: String, $first: Int, $after: String) {
  records(where: $where, effects: $effects, types: $types, asOf: $asOf, timezone: $timezone, first: $first,
    after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { order { id } fulfillment kind type effect due lateBy amount ${MONEY} expectedAmount
    ${MONEY} listing { sentence } likelyCause { evidence failure { id summary } element { id name } } } }
  }
}`;
const EFFECTS =
  [
    ["", "all"],
    ["MISSING", "missing"],
    ["LATE", "late"],
    ["DUPLICATED", "duplicate"],
    ["WRONG", "wrong amount"],
    ["OUT_OF_SEQUENCE", "out of sequence"]
  ];

function Amount({ record }) {
  if (!record.amount && !record.expectedAmount) return null;
  const isWrong = record.effect === "WRONG" && record.expectedAmount;
  return html`
    <span class="figure nowrap">
      ${
        money(record.amount ?? record.expectedAmount)
      }${isWrong && html`
        <span class="muted">expected ${money(record.expectedAmount)}</span>
      `}
    </span>
  `;
}

/** What is wrong with it; of what a system lists, also what it lacks or has otherwise. */
function Problem({ record: { effect, listing } }) {
  return html`
    <${Badge} of=${effect} />${listing && html`<p class="small muted">${sentence(listing.sentence)}</p>`}
  `;
}

function Cause({ cause }) {
  if (!cause) return html`<span class="muted">unknown</span>`;
  const about = cause.failure ?? cause.element;
  return html`
    <span title=${withoutZone(cause.evidence)}>
      ${
        about
          ? html`<${IdLink} id=${about.id}>${about.summary || about.name || about.id}<//>`
          : withoutZone(cause.evidence)
      }
    </span>
  `;
}

const COLUMNS = [
  {
    key: "order",
    label: "Order",
    cell: ({ order }) => html`<${IdLink} id=${order.id} data-stop>${key(order.id)}<//>`
  },
  {
    key: "record",
    label: "Record",
    cell: ({ type, kind }) => html`
      <a class="plain-link" href=${hrefWith({ type })} title="Only these">
        ${words(type)}
      </a> <span class="muted small wide">
        ${recordKind(kind)}
      </span>
    `
  },
  { key: "effect", label: "Problem", cell: (record) => html`<${Problem} record=${record} />` },
  { key: "due", label: "Due", wide: true, cell: ({ due }) => html`<${Time} at=${due} />` },
  { key: "late", label: "Late by", cell: lateness },
  {
    key: "amount",
    label: "Amount",
    right: true,
    wide: true,
    cell: (record) => html`<${Amount} record=${record} />`
  },
  {
    key: "cause",
    label: "Likely cause",
    wide: true,
    cell: ({ likelyCause }) => html`<${Cause} cause=${likelyCause} />`
  },
];
/** Of a record out of sequence: how much earlier it came than the one that it must follow. */
function lateness({ effect, lateBy }) {
  return effect === "OUT_OF_SEQUENCE" && lateBy ? `${duration(lateBy)} early` : duration(lateBy);
}
const CSV_COLUMNS =
  [
    "order",
    "fulfillment",
    "kind",
    "type",
    "effect",
    "due",
    "late by",
    "amount",
    "expected amount",
    "currency",
    "likely cause",
    "listing"
  ];
const csvRow = (one) =>
  [
    key(one.order.id),
    one.fulfillment,
    one.kind,
    one.type,
    one.effect,
    one.due,
    one.lateBy,
    one.amount?.amount,
    one.expectedAmount?.amount,
    (one.amount ?? one.expectedAmount)?.currency, one.likelyCause?.evidence, one.listing?.sentence];

const NONE = "None: all due postings and messages arrived once, with the expected amount.";
const NONE_OF_THESE = "None with these filters; other records were not checked.";

const keyOf = (one) =>
  [one.fulfillment, one.kind, one.type, one.effect, one.listing?.sentence].join();

function titleOf(total) {
  if (total === null) return "Records to check";
  return total ? `${plural(total, "record")} to check` : "No records to check";
}

export function Records({ route }) {
  useStore(zone);
  const { params } = route;
  const asOf = params.get("asOf");
  const effect = params.get("effect");
  const types = params.getAll("type");
  const variables = {
    where: filterOf(params),
    effects: effect
      ? [effect]
      : null,
    types: types.length
      ? types
      : null,
    asOf,
    timezone: zoneName()
  };
  const [total, setTotal] = useState(null);
  const storeVersion = useStoreVersion();
  return html`
    <div class="row spread">
      <${Heading} sub="Compared with what each step should have produced, with and without a known failure.">
        ${titleOf(total)}
      <//>
      <div class="row no-print">
        <${CsvButton} name="records.csv" columns=${CSV_COLUMNS} rows=${() => all(variables)} />
        <button class="button" type="button" onClick=${() => print()}>Print</button>
      </div>
    </div>
    <${StateOf} asOf=${asOf} />
    <${Choice} label="Problem" name="effect" chosen=${effect} options=${EFFECTS} />
    <${Chosen} params=${params} also=${["type"]} />
    <section class="card">
      <${LongTable} caption="Records that are missing, late, duplicate, wrong or out of sequence"
          columns=${COLUMNS} query=${RECORDS} variables=${variables} version=${storeVersion}
          pick=${(data) => data.records}
          keyOf=${keyOf} onTotal=${setTotal}
          empty=${variables.where || effect || types.length ? NONE_OF_THESE : NONE} /></section>`;
}

async function all(variables) {
  const rows = [];
  for (let after = null; ;) {
    const { records } = await gql(RECORDS, { ...variables, first: 500, after });
    rows.push(...records.edges.map(({ node }) => csvRow(node)));
    if (!records.pageInfo.hasNextPage) return rows;
    after = records.pageInfo.endCursor;
  }
}
