// Effects in words.
import { moment } from "../app/format.js";
import { EFFECTS } from "./effects.js";

/** Such as "delayed until 19:25", "stale from 18:10", "was blocked until 17:00". */
export function effectWords({ effect, phase, from, until }, count = 0) {
  const what = `${count > 1 ? `${count} ` : ""}${EFFECTS[effect].says}`;
  if (phase === "later") return `${what} from ${moment(from)}`;
  if (phase === "past") return `was ${what} until ${moment(until)}`;
  return until === null ? `${what}, end unknown` : `${what} until ${moment(until)}`;
}
