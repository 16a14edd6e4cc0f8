// Versions of the topology, and what changed between two.
import { html } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { number, plural, words } from "/web/app/format.js";
import { Answered } from "/web/app/parts/states.js";
import { IdLink, Time } from "/web/app/parts/words.js";
import { hrefWith } from "/web/app/router.js";

const VERSIONS =
  `query Versions { topologies(first: 100) { totalCount edges { node { id appliedAt elements current } } } }`;
const COMPARE =
  `query Compare($from: ID!, $to: ID!) { compareTopologies(from: $from, to: $to) { added removed changed {
    id field before after } ordersTouched } }`;

export function Versions({ params }) {
  const answer = useQuery(VERSIONS);
  return html`
    <${Answered} answer=${answer} what="versions">
      ${({ topologies }) => html`
        <${Shown} versions=${topologies.edges.map(({ node }) => node)} params=${params} />
      `}
    <//>
  `;
}

function Shown({ versions, params }) {
  const to = params.get("new") ?? versions[0].id;
  const from = params.get("old") ?? versions[1]?.id;
  return html`
    <section class="card">
      <h2>Versions</h2>
      <div class="table-box" tabindex="0" role="region" aria-label="Versions">
        <table><caption class="sr">Versions, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Applied</th>
              <th scope="col" class="right">Elements</th>
              <th scope="col">Compare</th>
            </tr>
          </thead>
          <tbody>
            ${versions.map((version) => html`
              <tr key=${version.id}>
                <th scope="row">${version.id}${version.current ? " (current)" : ""}</th>
                <td><${Time} at=${version.appliedAt} /></td>
                <td class="right">${number(version.elements)}</td>
                <td>
                  ${versions.length > 1 && html`
                    ${
                      version.id === from
                        ? "from"
                        : html`<a href=${hrefWith({ old: version.id })}>from here</a>`
                    } · ${
                      version.id === to
                        ? "to"
                        : html`<a href=${hrefWith({ new: version.id })}>to here</a>`
                    }
                  `}
                </td>
              </tr>
            `)}
          </tbody>
        </table>
      </div>
      ${!from && html`
        <p>
          There is only one version. Apply a changed topology (
          <code>impactgraph apply</code>), and its changes are shown here.
        </p>
      `}
    </section>
    ${from && from !== to && html`<${Compared} from=${from} to=${to} />`}`;
}

function Compared({ from, to }) {
  const answer = useQuery(COMPARE, { from, to });
  return html`
    <${Answered} answer=${answer} what="comparison">
      ${({ compareTopologies: { added, removed, changed, ordersTouched } }) => html`
        <section class="card"><h2>From ${from} to ${to}</h2>
          <p>
            <strong>
              ${plural(added.length, "element")}
            </strong> new, <strong>
              ${number(removed.length)}
            </strong> removed, <strong>
              ${plural(changed.length, "field")}
            </strong> changed. ${
              plural(ordersTouched, "order")
            } in
            flight will pass through changed elements.
          </p>
          <div class="columns">
            <${Ids} title="New" ids=${added} link />
            <${Ids} title="Removed" ids=${removed} />
          </div>
          ${changed.length > 0 && html`
            <div class="table-box" tabindex="0" role="region" aria-label="Changed fields">
              <table>
                <caption>Changed</caption>
                <thead>
                  <tr>
                    <th scope="col">Element</th>
                    <th scope="col">Field</th>
                    <th scope="col">Before</th>
                    <th scope="col">After</th>
                  </tr>
                </thead>
                <tbody>
                  ${changed.map(({ id, field, before, after }) => html`
                    <tr key=${id + field}>
                      <th scope="row"><${ChangedId} id=${id} /></th>
                      <td>${words(field)}</td>
                      <td>${valueText(before)}</td>
                      <td>${valueText(after)}</td>
                    </tr>
                  `)}
                </tbody>
              </table>
            </div>
          `}
        </section>`}<//>`;
}

// Regions, and the topology itself, have no page.
const ChangedId =
  ({ id }) => (/^(region:|topology$)/.test(id) ? id : html`<${IdLink} id=${id} />`);

const valueText =
  (value) => (value === null ? "nothing" : typeof value === "string" ? value : JSON.stringify(value));

const Ids =
  ({ title, ids, link = false }) => html`
    <div>
      <h3>${title} <span class="muted">${ids.length}</span></h3>
      <ul class="facts-list">
        ${ids.map((id) => html`<li key=${id}>${link ? html`<${ChangedId} id=${id} />` : id}</li>`)}
      </ul>
    </div>
  `;
