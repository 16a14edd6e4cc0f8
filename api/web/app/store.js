// A value that views look at: they are drawn again when it changes.
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

// A setting of this browser; where storage is forbidden it lasts as long as the page.
export function makeSetting(name, fallback, allowed) {
  let kept = null;
  try { kept = localStorage.getItem(name); } catch { /* forbidden: the fallback it is */ }
  const store = makeStore(allowed.includes(kept) ? kept : fallback);
  store.watch((value) => { try { localStorage.setItem(name, value); } catch { /* forbidden */ } });
  return store;
}
