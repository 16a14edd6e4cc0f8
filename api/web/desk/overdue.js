// What is overdue, known failure or not, and what it has in common.
import { html, useEffect } from "/web/app/ui.js";
import { useMoved, useQuery } from "/web/app/ask.js";
import { key, moneys, number, percent, plural, words } from "/web/app/format.js";
import { gql } from "/web/app/gql.js";
import { Bars } from "/web/app/parts/bars.js";
import { CsvButton, MarkdownButton, markdownTable } from "/web/app/parts/copy.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { LongTable } from "/web/app/parts/table.js";
import { Heading, IdLink, Money, Time } from "/web/app/parts/words.js";
import { href, hrefWith } from "/web/app/router.js";
import { Factors, factorWords } from "/web/order/aside.js";
import { Chosen, Choice, filterOf, PARAMETER } from "./filters.js";

const MONEY = "{ amount currency }";
const DIMENSIONS = [["STEP", "step"], ["LOCATION", "location"], ["REGION", "region"], ["CHANNEL", "channel"], ["MODE", "mode"], ["CARRIER", "carrier"], ["SUPPLIER", "supplier"]];
const MOST_GROUPS = 12;
const LIKELY_ENOUGH = 0.01; // less would only draw the eye from what is likely

const SUMMARY = `query Overdue($where: OrderFilter, $by: [Dimension!]) { overdue(where: $where, by: $by, first: 1) {
  totalCount
  groups { key overdue total value ${MONEY} }
  inCommon { dimension value overdueWith totalWith overdueWithout totalWithout lift pValue }
} }`;
const SUSPECTS = `query Suspects($where: OrderFilter) { overdue(where: $where, first: 1) {
  suspects { kind likelihood evidence failure { id summary } element { id name } }
} }`; // takes longest by far: asked by itself, so that the rest is there at once
const KNOWN = `query Known($where: OrderFilter) { blastRadius(where: $where) { atStake { stuck failure { id summary } } } }`;
const ORDERS = `query OverdueOrders($where: OrderFilter, $first: Int, $after: String) { overdue(where: $where, first: $first, after: $after) { orders {
  totalCount pageInfo { hasNextPage endCursor }
  edges { node { id channel mode region promisedBy value ${MONEY} fulfillments { id overdue enteredAt expectedNext step { id name } location { id name } } } }
} } }`;

const late = (order) => order.fulfillments.find((one) => one.overdue) ?? order.fulfillments[0];
const COLUMNS = [
  { key: "order", label: "Order", cell: (order) => html`<${IdLink} id=${order.id} data-stop>${key(order.id)}<//>` },
  { key: "step", label: "Step", cell: (order) => late(order)?.step?.name ?? "not begun" },
  { key: "location", label: "Location", wide: true, cell: (order) => late(order)?.location?.name ?? "" },
  { key: "since", label: "In it since", cell: (order) => html`<${Time} at=${late(order)?.enteredAt} />` },
  { key: "promised", label: "Promised", wide: true, cell: (order) => html`<${Time} at=${order.promisedBy} />` },
  { key: "value", label: "Worth", right: true, wide: true, cell: (order) => html`<${Money} of=${order.value} />` },
];

const CSV_COLUMNS = ["order", "channel", "mode", "region", "step", "location", "in step since", "promised by", "amount", "currency"];
const csvRow = (order) => {
  const one = late(order);
  return [key(order.id), order.channel, order.mode, order.region, one?.step?.id, one?.location?.id, one?.enteredAt, order.promisedBy, order.value.amount, order.value.currency];
};

export function Overdue({ route }) {
  const { params } = route;
  const by = params.get("by") ?? "STEP", where = filterOf(params);
  const answer = useQuery(SUMMARY, { where, by: [by] }, { keep: true });
  const failing = useQuery(KNOWN, { where });
  const known = failing.data?.blastRadius.atStake.filter((stake) => stake.stuck > 0) ?? [];
  const explained = useQuery(SUSPECTS, { where });
  const moved = useMoved(), total = answer.data?.overdue.totalCount;
  useEffect(() => { if (moved) [answer, failing].filter((one) => !one.loading).forEach((one) => one.reload()); }, [moved]);
  useEffect(() => { if (moved && !explained.loading) explained.reload(); }, [total]); // costs most: only where others are overdue than before
  const suspects = explained.data?.overdue.suspects.filter((cause) => cause.likelihood >= LIKELY_ENOUGH) ?? null;
  return html`<${Answered} answer=${answer} whole what="what is overdue">${({ overdue }) => html`
    <div class="row spread">
      <${Heading} sub="Longer in their step than its limit allows, or than is usual there; those with no known failure included.">${overdue.totalCount ? `${plural(overdue.totalCount, "order")} ${overdue.totalCount === 1 ? "is" : "are"} overdue` : "Nothing is overdue"}<//>
      <div class="row no-print"><${MarkdownButton} text=${() => markdown(overdue, suspects ?? [], by)} /><button class="button" type="button" onClick=${() => print()}>Print</button></div>
    </div>
    <${Chosen} params=${params} />
    ${overdue.totalCount === 0
      ? html`<${Empty} title="Every order moves as it should"><p>${where ? html`With this filter. <a href=${href("overdue")}>Take all filters away</a>.` : html`Look at <a href=${href("records")}>postings and messages that should have come</a>, or at <a href=${href("")}>what fails now</a>.`}</p><//>`
      : html`<${Found} overdue=${overdue} known=${known} explained=${explained} suspects=${suspects} by=${by} where=${where} params=${params} moved=${moved} />`}`}<//>`;
}

function Found({ overdue, known, explained, suspects, by, where, params, moved }) {
  const inCommon = overdue.inCommon.filter((factor) => factor.totalWithout > 0); // what the filter makes all of them share says nothing
  return html`<div class="columns">
      <section class="card"><h2>What they have in common</h2>${inCommon.length
        ? html`<${Factors} list=${inCommon} />`
        : html`<p class="muted">Nothing stands out: they share no place, carrier, version or the like more than the others do.</p>`}</section>
      <section class="card"><h2>What would explain them</h2>
        ${known.length > 0 && html`<ul class="list">${known.map(({ stuck, failure }) => html`<li key=${failure.id}><p><strong><${IdLink} id=${failure.id}>${failure.summary || failure.id}<//></strong></p>
          <p class="small">A known failure: it holds ${plural(stuck, "order")} ${where ? "with this filter" : ""} now, overdue or not yet.</p></li>`)}</ul>`}
        <${Answered} answer=${explained} what="what would explain them">${() => (suspects.length
        ? html`<ol class="list">${suspects.map((cause) => html`<${Suspect} cause=${cause} />`)}</ol>`
        : html`<p class="muted">${known.length ? "Beside it no single element would." : "No failure that is known and no single element would."}</p>`)}<//></section>
      <section class="card"><h2>Where they are</h2>
        <${Choice} label="By" name="by" chosen=${by} options=${DIMENSIONS} />
        <${Bars} label="Overdue orders by ${words(by)}" rows=${overdue.groups.slice(0, MOST_GROUPS).map((group) => bar(group, by, params))} />
        ${overdue.groups.length > MOST_GROUPS && html`<p class="small muted">and ${overdue.groups.length - MOST_GROUPS} more</p>`}
      </section>
    </div>
    <section class="card"><div class="row spread"><h2>The orders, the longest overdue first</h2><${CsvButton} name="overdue.csv" columns=${CSV_COLUMNS} rows=${() => all(where)} /></div>
      <${LongTable} caption="Overdue orders" columns=${COLUMNS} query=${ORDERS} variables=${{ where }} version=${moved} pick=${(data) => data.overdue.orders} />
    </section>`;
}

function Suspect({ cause }) {
  const about = cause.failure ?? cause.element;
  return html`<li><p><strong>${about ? html`<${IdLink} id=${about.id}>${about.summary || about.name || about.id}<//>` : words(cause.kind)}</strong> <span class="muted nowrap">${percent(cause.likelihood)} likely</span></p>
    <p class="small">${cause.evidence}</p></li>`;
}

function bar(group, by, params) {
  const value = group.key[by], name = PARAMETER[by];
  const chosen = name && value !== null && params.getAll(name).includes(value);
  return {
    label: value === null ? "none" : key(value), value: group.overdue, note: `of ${number(group.total)}`, chosen,
    to: name && value !== null ? hrefWith({ [name]: chosen ? null : value }) : null,
  };
}

// Every page of them, for the file.
async function all(where) {
  const rows = [];
  for (let after = null; ;) {
    const { orders } = (await gql(ORDERS, { where, first: 500, after })).overdue;
    rows.push(...orders.edges.map(({ node }) => csvRow(node)));
    if (!orders.pageInfo.hasNextPage) return rows;
    after = orders.pageInfo.endCursor;
  }
}

const markdown = (overdue, suspects, by) => [
  `**${plural(overdue.totalCount, "order")} overdue**`, "",
  ...overdue.inCommon.map((one) => `- In common: ${factorWords(one)}: ${one.overdueWith} of ${one.totalWith} overdue with it, ${one.overdueWithout} of ${one.totalWithout} without`),
  ...suspects.map((one) => `- Would explain them (${percent(one.likelihood)}): ${one.evidence}`), "",
  markdownTable([words(by), "overdue", "of", "worth"], overdue.groups.slice(0, MOST_GROUPS).map((group) => [group.key[by] ?? "none", group.overdue, group.total, moneys(group.value)])),
  "", location.href,
].join("\n");
