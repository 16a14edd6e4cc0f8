// The views of the page, by the first part of their address. One that is heavy gives `load` instead of `component`, and is fetched when it is opened.
import { html, useEffect, useState } from "./ui.js";
import { Loading, Problem } from "./parts/states.js";

const known = new Map();

// register({ path: "radius", title: "Blast radius", component | load: async () => component, nav: 20 })
// `nav` places it in the navigation (small first); left out, it is reached by links only. A view gets { route }.
export const views = {
  register: (view) => known.set(view.path, view),
  find: (path) => known.get(path),
  inNavigation: () => [...known.values()].filter((view) => view.nav !== undefined).sort((a, b) => a.nav - b.nav),
};

export function View({ view, route }) {
  const [loaded, setLoaded] = useState(null);
  useEffect(() => {
    if (view.component || loaded?.path === view.path) return;
    view.load().then(
      (component) => setLoaded({ path: view.path, component }),
      (error) => setLoaded({ path: view.path, error }),
    );
  }, [view]);
  const here = view.component ? view : loaded?.path === view.path ? loaded : null;
  if (!here) return html`<${Loading} what=${view.title} />`;
  if (here.error) return html`<${Problem} error=${here.error} retry=${() => location.reload()} />`;
  return html`<${here.component} route=${route} />`;
}
