// The answer for a chat or a ticket.
import { duration, fullMoment, key, money, percent, words } from "/web/app/format.js";
import { stateWords } from "./verdict.js";

export function markdown({ id, value, promisedBy, diagnosis }) {
  const lines = [`**Order ${key(id)}: ${stateWords(diagnosis.state)}.** ${diagnosis.headline}`, ""];
  lines.push(`- Value ${money(value)}${promisedBy ? `, promised by ${fullMoment(promisedBy)}` : ""}`);
  if (diagnosis.nextExpected) lines.push(`- Next step ${fullMoment(diagnosis.nextExpected)}`);
  for (
    const cause of diagnosis.causes
  ) lines.push(
    `- Cause (${percent(cause.likelihood)}): ${cause.evidence}`
  );
  for (
    const record of diagnosis.missing
  ) lines.push(
    `- Missing: ${words(record.type)} ${words(record.kind)}, ${duration(record.lateBy)} late`
  );
  if (diagnosis.owner) lines.push(`- Owner: ${diagnosis.owner.name} ${diagnosis.owner.contact}`);
  if (diagnosis.customerMessage) lines.push("", `> ${diagnosis.customerMessage}`);
  return [...lines, "", location.href].join("\n");
}
