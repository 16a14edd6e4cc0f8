// Steps of a checklist in words: who does them, and what they save.
import { about, expectedNumber, plural } from "../format.js";

const SAVED = [
  ["promisesMissed", "promise"], ["orders", "order"], ["postings", "posting"],
  ["notifications", "customer message"], ["tasks", "task"], ["supplierOrders", "supplier order"],
];
const FIGURES = SAVED.map(([field]) => `${field} { expected low high possible }`).join(" ");
const LEAST = 0.5;

export const STEP = `{
  number text playbook step approvalName state by at savesReason savesAssumes automation
  request { channel state reason at } owner { id name contact }
  saves { ${FIGURES} } savesInAnHour { ${FIGURES} } delays { expected low high possible }
}`;

/** Such as "Done now, it saves about 212 promises; in an hour 90."; empty where that is not known. */
export function savingOf({ saves, savesInAnHour, delays }) {
  if (!saves) return "";
  const [name, one] = SAVED.find(([field]) => saves[field].expected >= LEAST) ?? [];
  const later = name && savesInAnHour ? `; in an hour ${laterNumber(savesInAnHour[name])}` : "";
  const saving = name ? `${about(saves[name], one)}${later}` : "less than one order";
  return [`Done now, it saves ${saving}.`, ...costsOf(saves, delays)].join(" ");
}

const laterNumber = (estimate) => (estimate.expected <= -LEAST ? "nothing" : expectedNumber(estimate));

/** What gets worse: "It costs about 3 promises.", "It makes about 12 records late." */
function costsOf(saves, delays) {
  const worse = SAVED.filter(([field]) => saves[field].expected <= -LEAST)
    .map(([field, one]) => plural(Math.round(-saves[field].expected), one));
  const late = delays && delays.expected >= LEAST ? [`It makes ${about(delays, "record")} late.`] : [];
  return [...(worse.length ? [`It costs about ${worse.join(", ")}.`] : []), ...late];
}
