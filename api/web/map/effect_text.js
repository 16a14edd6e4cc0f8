// Effects in words.
import { moment } from "../app/format.js";
import { EFFECTS } from "./effects.js";

/** Such as "delayed until 19:25", "stale from 18:10", "was blocked until 17:00", "rejecting and blocked". */
export function effectWords({ effect, phase, from, until, also = [] }, count = 0) {
  const all = [effect, ...also].map((one) => EFFECTS[one].says).join(" and ");
  const what = `${count > 1 ? `${count} ` : ""}${all}`;
  if (phase === "later") return `${what} from ${moment(from)}`;
  if (phase === "past") return `was ${what} until ${moment(until)}`;
  return until === null ? `${what}, end unknown` : `${what} until ${moment(until)}`;
}
