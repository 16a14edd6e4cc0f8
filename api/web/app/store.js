// Observable values: components render again when one changes.
import { useEffect, useState } from "./ui.js";

export function makeStore(value) {
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const watcher of [...watchers]) watcher(value);
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

export function useStore(store) {
  const [value, set] = useState(store.get());
  useEffect(() => {
    set(store.get());
    return store.watch(set);
  }, [store]);
  return value;
}

// A setting stored in this browser; for the page only where storage is forbidden.
export function makeSetting(name, fallback, allowed) {
  let stored = null;
  try { stored = localStorage.getItem(name); } catch { /* forbidden: use the fallback */ }
  const store = makeStore(allowed.includes(stored) ? stored : fallback);
  store.watch((value) => { try { localStorage.setItem(name, value); } catch { /* forbidden */ } });
  return store;
}
