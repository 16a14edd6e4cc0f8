// The incidents that are not closed, live: all of them in one answer, then each by itself when it changes.
import { useCallback, useEffect, useState } from "./ui.js";
import { AMOUNTS, ESTIMATE } from "./estimates.js";
import { gql } from "./gql.js";
import { placed, renewed } from "./incident_list.js";
import { connection, subscribe } from "./live.js";
import { useRetry } from "./retry.js";

const MOST = 200;
const FIELDS = `{
  id state headline impact reason rank quiet active flapping startedAt assignee version
  owner { id name contact } failures { id } alerts(first: 1) { totalCount }
  maintenance { key note endsAt } residual { healing needAction records drainedBy }
  estimates { promisesMissed ${ESTIMATE} stuck ${ESTIMATE} orders ${ESTIMATE} value ${AMOUNTS} }
}`;
const EACH = `subscription Incidents { incidents ${FIELDS} }`;
const ALL = `query Incidents { incidents(first: ${MOST}) { edges { node ${FIELDS} } } }`;
const nodes = ({ incidents }) => incidents.edges.map(({ node }) => node);

/**
 * { data, error, loading, reload }: `data` is the list by rank, null before the first answer. What left the
 * list while the connection was lost is found by asking for all of them again.
 */
export function useIncidents() {
  const [state, set] = useState({ data: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    let newer = null; // those that arrive while all are asked for
    let lost = false;
    const show = (next) => {
      if (wanted) set((before) => ({ data: next(before.data), error: null, loading: false }));
    };
    const fail = (error) => { if (wanted) set((before) => ({ ...before, error, loading: false })); };
    const ask = async () => {
      const mine = newer = [];
      try {
        const all = nodes(await gql(ALL));
        show(() => renewed(all, mine));
      } catch (error) { fail(error); }
      if (newer === mine) newer = null;
    };
    const take = (data) => {
      if (data.incidents.edges) { show(() => renewed(nodes(data), [])); return; }
      newer?.push(data.incidents);
      show((list) => list && placed(list, data.incidents));
    };
    const stopWatching = connection.watch(({ state: now }) => {
      if (now === "live" && lost) ask();
      lost = now === "reconnecting" || now === "polling";
    });
    const stop = subscribe(EACH, {}, take, fail, ALL);
    ask();
    return () => { wanted = false; stop(); stopWatching(); };
  }, [round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useRetry(state.error, reload);
  return { ...state, reload };
}
