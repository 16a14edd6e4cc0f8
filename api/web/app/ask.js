// Questions as hooks: { data, error, loading, reload }. Data stays on the screen while it is asked for again.
import { useCallback, useEffect, useRef, useState } from "./ui.js";
import { gql } from "./gql.js";
import { subscribe } from "./live.js";

const EMPTY = { data: null, error: null, loading: true };

// Asks whenever the query or the variables change; `query` null: does not ask. `keep`: the data of the question before stay until the new ones are
// there (`loading` tells), so that a page does not vanish while a filter changes.
export function useQuery(query, variables = {}, { seconds = 10, keep = false } = {}) {
  const [state, set] = useState(EMPTY);
  const [round, setRound] = useState(0);
  const wanted = JSON.stringify([query, variables]);
  const shown = useRef(null);
  useEffect(() => {
    if (query === null) return set({ ...EMPTY, loading: false });
    const stop = new AbortController();
    set((before) => (keep || shown.current === wanted ? { ...before, loading: true } : EMPTY));
    gql(query, variables, { signal: stop.signal, seconds }).then(
      (data) => { shown.current = wanted; set({ data, error: null, loading: false }); },
      (error) => { if (error.code !== "CANCELLED") set((before) => ({ ...before, error, loading: false })); },
    );
    return () => stop.abort();
  }, [wanted, round]);
  return { ...state, reload: useCallback(() => setRound((before) => before + 1), []) };
}

// Follows a subscription: the newest data, and whether it changed since the first.
export function useLive(query, variables = {}) {
  const [state, set] = useState({ ...EMPTY, updates: 0 });
  const [round, setRound] = useState(0);
  const wanted = JSON.stringify([query, variables]);
  useEffect(() => {
    set({ ...EMPTY, updates: 0 });
    return subscribe(
      query,
      variables,
      (data) => set((before) => ({ data, error: null, loading: false, updates: before.updates + 1 })),
      (error) => set((before) => ({ ...before, error, loading: false })),
    );
  }, [wanted, round]);
  return { ...state, reload: useCallback(() => setRound((before) => before + 1), []) };
}

const WATERMARK = "{ about { watermark } }";
const ASK_AGAIN = 5_000;

// How often the store has moved on since the page was opened, looked at every few seconds while somebody sees it: for answers that cannot be followed.
export function useMoved() {
  const [moved, set] = useState(0);
  useEffect(() => {
    let seen = null, timer = null, gone = false;
    const look = async () => {
      if (document.visibilityState === "visible") {
        try {
          const { watermark } = (await gql(WATERMARK, {})).about;
          if (!gone && seen !== null && watermark !== seen) set((before) => before + 1);
          seen = watermark;
        } catch { /* asked again soon; what the page itself asks says what is wrong */ }
      }
      if (!gone) timer = setTimeout(look, ASK_AGAIN);
    };
    look();
    return () => { gone = true; clearTimeout(timer); };
  }, []);
  return moved;
}
