// Views by the first part of their address. A large view has `load` instead of `component`: it is loaded once
// the first view is there, or when opened before, so that no view is missing when the server is lost later.
import { html, useEffect, useState } from "./ui.js";
import { Loading, Problem } from "./parts/states.js";
import { whenBack } from "./retry.js";

const registered = new Map();

// register({ path: "radius", title: "Blast radius", component | load: async () => component, nav: 20 })
// `nav`: position in the navigation; without it the view is reached by links only. A view gets { route }.
// `rare`: few need it, so it is loaded only when it is opened.
export const views = {
  loadAll: () => Promise.all([...registered.values()].filter(({ rare }) => !rare).map(loadOnce)),
  register: (view) => registered.set(view.path, view),
  find: (path) => registered.get(path),
  inNavigation: () => [...registered.values()]
    .filter((view) => view.nav !== undefined)
    .sort((a, b) => a.nav - b.nav),
};

/** The component of a view; a failed load is tried again by the next call. */
async function loadOnce(view) {
  view.component ??= await view.load();
  return view.component;
}

export function View({ view, route }) {
  const [loaded, setLoaded] = useState(null);
  useEffect(() => {
    if (view.component || loaded?.path === view.path) return;
    loadOnce(view).then(
      (component) => setLoaded({ path: view.path, component }),
      (error) => {
        setLoaded({ path: view.path, error: { code: "NO_CONNECTION", message: error.message } });
        // a browser may keep a failed load of a module; one that fails with a server at hand is an error
        whenBack().then((failures) => { if (failures) location.reload(); });
      },
    );
  }, [view]);
  const loadedView = loaded?.path === view.path ? loaded : null;
  const current = view.component ? view : loadedView;
  if (!current) return html`<${Loading} what=${view.title} />`;
  if (current.error) return html`<${Problem} error=${current.error} retry=${() => location.reload()} />`;
  return html`<${current.component} route=${route} />`;
}
