// Asks again what a lost server could not answer, until it is back.
import { useEffect, useRef } from "./ui.js";
import { gql } from "./gql.js";
import { connection } from "./live.js";

const LOST = new Set(["NO_CONNECTION", "STORE_UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"]);
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5_000;

/** Whether an error is that of a server that is away or has too much to do, and not one of the question. */
export const isLost = (error) => LOST.has(error?.code);

const waitOf = (failures) => Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT);

/** Calls `again` while `error` is that of a lost server: after a while, or once the connection is back. */
export function useRetry(error, again) {
  const failures = useRef(0);
  useEffect(() => {
    if (!isLost(error)) { failures.current = 0; return undefined; }
    const timer = setTimeout(again, waitOf(failures.current));
    failures.current += 1;
    const stop = connection.watch(({ state }) => { if (state === "live") again(); });
    return () => { clearTimeout(timer); stop(); };
  }, [error]);
}

/** Resolves once the server answers, to the number of times that it did not. */
export async function whenBack() {
  for (let failures = 0; ; failures += 1) {
    try { await gql("{ serverTime }"); return failures; } catch { /* not yet */ }
    await new Promise((done) => { setTimeout(done, waitOf(failures)); });
  }
}
