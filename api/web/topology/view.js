// Topology page: find an element, its dependencies, paths between two, versions, and what-if.
import { html } from "/web/app/ui.js";
import { plural } from "/web/app/format.js";
import { href, hrefWith } from "/web/app/router.js";
import { Answered } from "/web/app/parts/states.js";
import { Heading } from "/web/app/parts/words.js";
import { useModel } from "../map/load.js";
import { Finder } from "./finder.js";
import { Neighbourhood } from "./neighbourhood.js";
import { Paths } from "./paths.js";
import { Versions } from "./versions.js";
import { WhatIf } from "./whatif.js";
import { Everything } from "./everything.js";

const sizes = ({ version, byId, edges }) =>
    `${version}: ${plural(byId.size, "element")}, ${plural(edges.length, "relation")}`;

export function Topology({ route }) {
  const answer = useModel();
  return html`<${Answered} answer=${answer} what="topology">${(model) => html`
    <section class="card">
      <div class="row spread">
        <${Heading} sub=${sizes(model)}>
          Topology
        <//>
        <${Tabs} route=${route} /></div>
      <${Finder} model=${model} params=${route.params} />
    </section>
    <${Part} model=${model} params=${route.params} />`}<//>`;
}

function Part({ model, params }) {
  if (params.has("versions")) return html`<${Versions} params=${params} />`;
  if (params.has("whatif")) return html`<${WhatIf} model=${model} params=${params} />`;
  if (params.get("element") && params.get("to")) return html`<${Paths} model=${model} params=${params} />`;
  if (params.get("element")) return html`
    <${Neighbourhood} key=${params.get("element")} model=${model} params=${params} />
  `;
  return html`<${Everything} model=${model} params=${params} />`;
}

const CLEAR = { versions: null, whatif: null, to: null, path: null, open: null, failure: null };

function Tabs({ route: { params } }) {
  const here = params.has("versions")
    ? "versions"
    : params.has("whatif")
    ? "whatif"
    : params.get("element")
    ? "element"
    : "all";
  const tab = (name, to, label) => html`
    <li><a href=${to} aria-current=${here === name ? "true" : null}>${label}</a></li>
  `;
  return html`<ul class="tabs no-print" aria-label="Views of the topology">
    ${tab("all", href("topology"), "Everything")}
    ${params.get("element") && tab("element", hrefWith(CLEAR), "Dependencies")}
    ${tab("whatif", hrefWith({ ...CLEAR, whatif: 1 }), "What if")}
    ${tab("versions", hrefWith({ ...CLEAR, versions: 1 }), "Versions")}
  </ul>`;
}
