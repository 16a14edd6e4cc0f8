// Steps of a checklist in words: who does them, and what they save.
import { about, expectedNumber } from "../format.js";

const SAVED = [["promisesMissed", "promise"], ["orders", "order"], ["postings", "posting"]];

export const STEP = `{
  number text playbook step approvalName state by at savesReason owner { id name contact }
  saves { promisesMissed { expected low high possible } orders { expected low high possible }
    postings { expected low high possible } }
  savesInAnHour { promisesMissed { expected low high possible } orders { expected low high possible }
    postings { expected low high possible } }
}`;

/** Such as "Done now, it saves about 212 promises; in an hour 90."; empty where that is not known. */
export function savingOf({ saves, savesInAnHour }) {
  if (!saves) return "";
  const [name, one] = SAVED.find(([field]) => saves[field].expected >= 0.5) ?? [];
  if (!name) return "Done now, it saves less than one order.";
  const later = savesInAnHour ? `; in an hour ${expectedNumber(savesInAnHour[name])}` : "";
  return `Done now, it saves ${about(saves[name], one)}${later}.`;
}
