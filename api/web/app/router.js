// The address is the state: #/order/O-1001?asOf=... A view reads all that it shows from here, so every state can be sent, kept and gone back to.
import { makeStore } from "./store.js";

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { view: parts[0] ?? "", rest: parts.slice(1).join("/"), params: new URLSearchParams(query), hash };
}

export const route = makeStore(parse(location.hash));
const follow = () => { if (location.hash !== route.get().hash) route.set(parse(location.hash)); };
addEventListener("hashchange", follow);
addEventListener("popstate", follow);

function fill(search, params) {
  for (const [name, value] of Object.entries(params)) {
    search.delete(name);
    for (const one of [value].flat()) if (one !== null && one !== undefined && one !== "") search.append(name, one);
  }
  return search;
}

function address(path, search) {
  const query = search.toString();
  return `#/${path}${query ? `?${query}` : ""}`;
}

// href("order/O-1001", {asOf: null}); a list gives the parameter several times; null and "" leave it out.
export const href = (path, params = {}) => address(path.split("/").map(encodeURIComponent).join("/"), fill(new URLSearchParams(), params));

export function go(path, params = {}, { replace = false } = {}) {
  move(href(path, params), replace);
}

// Changes some parameters of this view and keeps the rest. `replace` for what a person would not go back to, such as each letter of a search.
export function change(params, { replace = false } = {}) {
  move(hrefWith(params), replace);
}

export function hrefWith(params) {
  const { view, rest, params: present } = route.get();
  const path = [view, ...rest.split("/")].filter(Boolean).map(encodeURIComponent).join("/");
  return address(path, fill(new URLSearchParams(present), params));
}

function move(to, replace) {
  if (to === location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  follow();
}
