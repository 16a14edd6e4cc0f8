// How this page says who is asking: the session of a login, which is a cookie, or an API key of this tab.
// A key is in sessionStorage: it is gone with the tab, and no other page of the browser has it.
import { makeStore } from "./store.js";

const KEY = "impactgraph.key";
const TRIES = "impactgraph.logins";
const MOST_TRIES = 2; // logins in a row after which the server still does not know who asks

const read = (name) => { try { return sessionStorage.getItem(name); } catch { return null; } };
const keep = (name, value) => {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch { /* forbidden: for this page only */ }
};

let key = read(KEY);

/** "key": the server needs a key; "stuck": a login did not help; null: nothing is missing. */
export const need = makeStore(null);

export const hasKey = () => key !== null;

/** Headers that go with each request. */
export const credentials = () => (key === null ? {} : { authorization: `Bearer ${key}` });

/** Takes a key for this tab, or forgets it (null); the page begins again. */
export function changeKey(text) {
  key = text?.trim() || null;
  keep(KEY, key);
  location.reload();
}

/** Whether browsers can log in at this server. */
export async function methods() {
  try {
    return await (await fetch("/login/methods")).json();
  } catch {
    return { browser: false };
  }
}

/** Address of the login that leads back to what the page shows. */
export const loginAddress = () =>
  `/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;

let isAsking = false;

/** The server does not know who asks: leads to the login, or shows a field for a key. */
export async function unauthenticated() {
  if (isAsking || need.get()) return;
  isAsking = true;
  const { browser } = await methods();
  isAsking = false;
  const tries = Number(read(TRIES) ?? 0);
  if (!browser || key !== null) need.set("key");
  else if (tries >= MOST_TRIES) need.set("stuck");
  else {
    keep(TRIES, String(tries + 1));
    location.assign(loginAddress());
  }
}

/** The page is being left for the logout: what is refused meanwhile must not lead to the login. */
export const leave = () => { isAsking = true; };

export const authenticated = () => { if (read(TRIES) !== null) keep(TRIES, null); };
