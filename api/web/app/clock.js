// The present time by the server's clock, once an answer has given it; by this computer's clock before. A
// component that shows anything of it uses the store `ticks`, so that it is drawn again.
import { makeStore } from "./store.js";

const TICK = 10_000;
let ahead = 0;

export const ticks = makeStore(0);
setInterval(() => ticks.set(ticks.get() + 1), TICK);

export const now = () => Date.now() + ahead;

export function setNow(moment) {
  ahead = Date.parse(moment) - Date.now();
  ticks.set(ticks.get() + 1);
}
