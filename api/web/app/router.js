// The state of a view is in the address, #/order/O-1001?asOf=..., so that it can be shared, bookmarked and
// gone back to.
import { makeStore } from "./store.js";

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { view: parts[0] ?? "", rest: parts.slice(1).join("/"), params: new URLSearchParams(query), hash };
}

export const route = makeStore(parse(location.hash));
const update = () => { if (location.hash !== route.get().hash) route.set(parse(location.hash)); };
addEventListener("hashchange", update);
addEventListener("popstate", update);

function fill(search, params) {
  for (const [name, value] of Object.entries(params)) {
    search.delete(name);
    for (const one of [value].flat()) if (
      one !== null
        && one !== undefined
        && one !== ""
    ) search.append(name, one);
  }
  return search;
}

function address(path, search) {
  const query = search.toString();
  return `#/${path}${query ? `?${query}` : ""}`;
}

// href("order/O-1001", {asOf: null}): a list repeats the parameter; null and "" omit it.
export const href = (path, params = {}) =>
  address(path.split("/").map(encodeURIComponent).join("/"), fill(new URLSearchParams(), params));

export function go(path, params = {}, { replace = false } = {}) {
  move(href(path, params), replace);
}

// Changes some parameters of this view and keeps the rest. `replace`: without an entry in the history.
export function change(params, { replace = false } = {}) {
  move(hrefWith(params), replace);
}

export function hrefWith(params) {
  const { view, rest, params: present } = route.get();
  const path = [view, ...rest.split("/")].filter(Boolean).map(encodeURIComponent).join("/");
  return address(path, fill(new URLSearchParams(present), params));
}

// The whole address of a state, for texts that are read elsewhere.
export const absolute = (hash) => new URL(hash, location.href).href;

function move(to, replace) {
  if (to === location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  update();
}
