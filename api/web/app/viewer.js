// Who is asking, what they may do, and which orders they see.
import { gql } from "./gql.js";
import { makeStore, useStore } from "./store.js";

const VIEWER = "{ viewer { subject name roles permissions rows { regions brands channels locations } } }";
const NOUNS = { regions: "region", brands: "brand", channels: "channel", locations: "location" };

/** null: not known yet. */
export const viewer = makeStore(null);

export const loadViewer = () => gql(VIEWER).then(
  (data) => viewer.set(data.viewer),
  () => {} // again when the connection is back
);

/** Whether there is anybody to be named: without authentication everybody is the local user. */
export const isSomebody = (who) => who !== null && who.subject !== "local";

/** Whether buttons for this are shown; while it is not known they are, and the server decides. */
export function useMay(permission) {
  const who = useStore(viewer);
  return who === null || who.permissions.includes(permission);
}

const either = (list) =>
  (list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} or ${list.at(-1)}`);

/** Such as "orders of region DE or FR and brand A only"; null: all orders. */
export function rowsInWords(rows) {
  if (!rows) return null;
  const parts = Object.entries(NOUNS)
    .filter(([name]) => rows[name].length)
    .map(([name, noun]) => `${noun} ${either(rows[name])}`);
  return `orders of ${parts.join(" and ")} only`;
}

export const rolesInWords = (roles) => roles.map((role) => role.replaceAll("-", " ")).join(", ");
