// Loads the topology for the map, once per version.
import { useEffect, useState } from "/web/app/ui.js";
import { gql } from "/web/app/gql.js";
import { useRetry } from "/web/app/retry.js";
import { modelOf } from "./model.js";

const MAP = `query Map($version: ID) { topologyMap(version: $version) {
  version elements { id kind name owner parent category region tier } edges { from to kind share }
} }`;

const models = new Map();
let current = null;

async function ask(version) {
  const model = modelOf((await gql(MAP, { version })).topologyMap);
  models.set(model.version, Promise.resolve(model));
  return model;
}

/** The model of a version (full id; null: the current one). A failed request is not cached. */
export function load(version = null) {
  if (version === null) return (current = ask(null));
  if (!models.has(version)) models.set(
    version,
    orCurrent(version).catch((error) => { models.delete(version); throw error; })
  );
  return models.get(version);
}

/** The current version may be loading already, and is most often the requested one. */
async function orCurrent(version) {
  const coming = await current?.catch(() => null);
  return coming?.version === version ? coming : ask(version);
}

/** { data, error, loading, reload } as from useQuery. The former model stays until the next one arrives. */
export function useModel(version = null) {
  const [state, set] = useState({ data: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isMounted = true;
    load(version).then(
      (data) => isMounted && set({ data, error: null, loading: false }),
      (error) => isMounted && set((before) => ({ ...before, error, loading: false })),
    );
    return () => { isMounted = false; };
  }, [version, round]);
  const reload = () => setRound((before) => before + 1);
  useRetry(state.error, reload);
  return { ...state, reload };
}
