// The answer for a chat or a ticket.
import { duration, key, money, percent, stamp, recordKind, words } from "/web/app/format.js";
import { now } from "/web/app/clock.js";
import { footer, playbookLines } from "/web/app/parts/markdown.js";
import { href, route } from "/web/app/router.js";
import { stateWords } from "./verdict.js";

export function markdown({ id, value, promisedBy, diagnosis }) {
  const moment = route.get().params.get("asOf") ?? new Date(now()).toISOString();
  const lines = [`**Order ${key(id)}: ${stateWords(diagnosis.state)}.** ${diagnosis.headline}`, ""];
  lines.push(`- Value ${money(value)}${promisedBy ? `, promised by ${stamp(promisedBy)}` : ""}`);
  if (diagnosis.nextExpected) lines.push(`- Next step ${stamp(diagnosis.nextExpected)}`);
  for (
    const cause of diagnosis.causes
  ) lines.push(
    `- Cause (${percent(cause.likelihood)}): ${cause.evidence}`
  );
  for (
    const record of diagnosis.missing
  ) lines.push(
    `- Missing: ${words(record.type)} ${recordKind(record.kind)}, ${duration(record.lateBy)} late`
  );
  if (diagnosis.owner) lines.push(`- Owner: ${diagnosis.owner.name} ${diagnosis.owner.contact}`);
  if (diagnosis.customerMessage) lines.push("", "Customer message:", ...quote(diagnosis.customerMessage));
  lines.push("", ...playbookLines(diagnosis.playbooks));
  return [...lines, footer({ asOf: moment, hash: href(`order/${key(id)}`, { asOf: moment }) })].join("\n");
}

const quote = (text) => text.split("\n").map((line) => `> ${line}`);
