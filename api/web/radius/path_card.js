// Why a row is affected: the path, hop by hop. The map highlights the same path.
import { html, useEffect, useRef } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { withoutZone, words } from "/web/app/format.js";
import { IdLink, Time } from "/web/app/parts/words.js";
import { Problem } from "/web/app/parts/states.js";
import { hrefWith } from "/web/app/router.js";
import { idsOnPath } from "../map/causes.js";
import { EFFECTS, effectName, styleOf } from "../map/effects.js";
import { Mark } from "../map/legend.js";
import { nameOf } from "../map/model.js";
import { PATH, heads } from "./question.js";

const LISTS = { posting: "postings", notification: "notifications", task: "tasks" };

/**
 * The paths to the row of the address: `row` is an order, `record`, such as posting:invoice, one of its
 * records.
 */
export function useRowPath(question, params) {
  const order = params.get("row");
  const record = params.get("record");
  const [kind, type] = (record ?? "").split(":");
  const variables = LISTS[kind]
    ? { ...question, where: { ...question.where, ids: [order] }, types: [type] }
    : { ...question, order };
  const { data, error } = useQuery(
    order
      && (LISTS[kind] ? recordQuery(LISTS[kind]) : orderQuery()),
    order
      ? variables
      : {}
  );
  if (!order) return { order: null, ids: null };
  const found = data?.blastRadius;
  const paths = found?.explain?.paths
    ?? found?.records.edges.map(({ node }) => node)
    .filter((row) => row.type === type)
    .slice(0, 1)
    .map(({ path }) => path)
    ?? [];
  return { order, record, error, found, paths, ids: paths.length ? idsOnPath(paths[0]) : null };
}

function orderQuery() {
  const [declarations, values] = heads(["$order: ID!"]);
  return `query Row${declarations} { blastRadius${values} { explain(order: $order) { affected sentence
    paths ${PATH} stoppedBy { element { id } rule detail } } } }`;
}

/** Tasks have no filter by type: an order has few. */
function recordQuery(list) {
  const [declarations, values] = heads(list === "tasks" ? [] : ["$types: [String!]"]);
  return `query Row${declarations} { blastRadius${values} {
    records: ${list}(${list === "tasks" ? "" : "types: $types, "}first: 50) { edges { node { type effect
    path ${PATH} } } } } }`;
}

export function PathCard({ row, model }) {
  const title = useRef(null);
  useEffect(() => {
    if (!row.order) return;
    document.getElementById("map")?.scrollIntoView({ block: "start" });
    title.current?.focus({ preventScroll: true });
  }, [row.order, row.record]);
  if (!row.order) return null;
  return html`<section class="picked" aria-labelledby="path-title">
    <div class="row spread">
      <h3 id="path-title" tabindex="-1" ref=${title}>
        Why ${row.record && `${words(row.record.split(":")[1])} of `}
        <${IdLink} id=${row.order}>${row.order.replace("order:", "")}<//> is affected
      </h3>
      <a class="quiet no-print" href=${hrefWith({ row: null, record: null })}>Close</a>
    </div>
    ${row.error && html`<${Problem} error=${row.error} />`}
    ${row.found
        && !row.paths.length && html`<p>
          ${withoutZone(row.found.explain?.sentence ?? "It is no longer affected.")}
        </p>`}
    ${row.paths.map((path) => html`
      <div key=${path.sentence}>
        <p>${withoutZone(path.sentence)}</p>
        <${Hops} hops=${path.hops} model=${model} />
      </div>
    `)}
    ${row.found?.explain?.stoppedBy.length > 0 && html`
      <p class="small muted">
        Stopped on other paths:
        ${" "}${row.found.explain.stoppedBy.map(({ detail }) => withoutZone(detail)).join("; ")}.
      </p>
    `}
  </section>`;
}

export function Hops({ hops, model }) {
  return html`
    <ol class="hops">
      ${hops.map((hop) => html`
        <li key=${`${hop.from} ${hop.to}`} class=${styleOf(hop.effect)}>
          <${Mark} mark=${EFFECTS[hop.effect].mark} kind=${styleOf(hop.effect)} />
          <span>
            <a href=${hrefWith({ element: /^(order|fulfillment|failure):/.test(hop.to) ? null : hop.to })}>
              <strong>${nameOf(model, hop.to)}</strong>
            </a> <span class="muted small">
              ${words(hop.to.split(":")[0])}, ${effectName(hop.effect)}
              ${" "}from <${Time} at=${hop.at} only="absolute" />
            </span>
            <br />
            ${withoutZone(hop.detail)} <span class="muted small">(rule: ${hop.rule})</span>
          </span></li>`)}</ol>`;
}
