// Hooks for queries and subscriptions: { data, error, loading, reload }. Data stays on the screen during a
// reload, and an error of a lost server until it is back: then the query is sent again.
import { useCallback, useEffect, useRef, useState } from "./ui.js";
import { gql } from "./gql.js";
import { subscribe } from "./live.js";
import { useRetry } from "./retry.js";

const EMPTY = { data: null, error: null, loading: true };

// Sends the query whenever it or its variables change; `query` null: sends nothing. `keep`: the former data
// stay until
// the new ones are there (`loading` is true meanwhile), so that a page does not vanish while a filter
// changes.
export function useQuery(query, variables = {}, { seconds = 10, keep = false } = {}) {
  const [state, set] = useState(EMPTY);
  const [round, setRound] = useState(0);
  const request = JSON.stringify([query, variables]);
  const sentRequest = useRef(null);
  useEffect(() => {
    if (query === null) return set({ ...EMPTY, loading: false });
    const stop = new AbortController();
    const isSame = sentRequest.current === request;
    sentRequest.current = request;
    set((before) => (keep || isSame ? { ...before, loading: true } : EMPTY));
    gql(query, variables, { signal: stop.signal, seconds }).then(
      (data) => set({ data, error: null, loading: false }),
      (error) => { if (error.code !== "CANCELLED") set((before) => ({ ...before, error, loading: false })); },
    );
    return () => stop.abort();
  }, [request, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useRetry(state.error, reload);
  return { ...state, reload };
}

// Subscribes: the newest data, and the number of updates.
export function useLive(query, variables = {}) {
  const [state, set] = useState({ ...EMPTY, updates: 0 });
  const [round, setRound] = useState(0);
  const request = JSON.stringify([query, variables]);
  useEffect(() => {
    set({ ...EMPTY, updates: 0 });
    return subscribe(
      query,
      variables,
      (data) => set((before) => ({ data, error: null, loading: false, updates: before.updates + 1 })),
      (error) => set((before) => ({ ...before, error, loading: false })),
    );
  }, [request, round]);
  return { ...state, reload: useCallback(() => setRound((before) => before + 1), []) };
}

const WATERMARK = "{ about { watermark } }";
const POLL_INTERVAL = 5_000;

// Number of changes of the store since the page was opened, polled while the page is visible: for answers
// without a
// subscription.
export function useStoreVersion() {
  const [version, set] = useState(0);
  useEffect(() => {
    let watermarkBefore = null;
    let timer = null;
    let isUnmounted = false;
    const poll = async () => {
      if (document.visibilityState === "visible") {
        try {
          const { watermark } = (await gql(WATERMARK, {})).about;
          if (!isUnmounted && watermarkBefore !== null && watermark !== watermarkBefore) set((before) =>
              before
              + 1);
          watermarkBefore = watermark;
        } catch { /* polled again soon; the queries of the page itself show the error */ }
      }
      if (!isUnmounted) timer = setTimeout(poll, POLL_INTERVAL);
    };
    poll();
    return () => { isUnmounted = true; clearTimeout(timer); };
  }, []);
  return version;
}
