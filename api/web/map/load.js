// The topology for the map, asked once for each version.
import { useEffect, useState } from "/web/app/ui.js";
import { gql } from "/web/app/gql.js";
import { modelOf } from "./model.js";

const MAP = `query Map($version: ID) { topologyMap(version: $version) {
  version elements { id kind name owner parent category region tier } edges { from to kind share }
} }`;

const kept = new Map();
let current = null;

async function ask(version) {
  const model = modelOf((await gql(MAP, { version })).topologyMap);
  kept.set(model.version, Promise.resolve(model));
  return model;
}

/** The model of a version (full id; null: the current one). A failed question is not kept, so the next one asks again. */
export function load(version = null) {
  if (version === null) return (current = ask(null));
  if (!kept.has(version)) kept.set(version, unlessComing(version).catch((error) => { kept.delete(version); throw error; }));
  return kept.get(version);
}

/** The current one may be on its way already, and most often it is the one that is wanted. */
async function unlessComing(version) {
  const coming = await current?.catch(() => null);
  return coming?.version === version ? coming : ask(version);
}

/** { data, error, loading, reload } as from useQuery. The model before stays until the next has come. */
export function useModel(version = null) {
  const [state, set] = useState({ data: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    load(version).then(
      (data) => wanted && set({ data, error: null, loading: false }),
      (error) => wanted && set((before) => ({ ...before, error, loading: false })),
    );
    return () => { wanted = false; };
  }, [version, round]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}
