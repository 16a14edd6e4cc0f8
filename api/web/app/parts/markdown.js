// Parts of the texts that are copied for a chat or a ticket.
import { stamp, zoneName } from "../format.js";
import { absolute } from "../router.js";
import { whoDoes } from "./playbook.js";

/** Playbooks with who does and approves each step, and the message to customers. */
export const playbookLines = (playbooks) => playbooks.flatMap(({ name, steps, message }) => [
  `**What to do: ${name}**`,
  ...steps.map((step, at) => `${at + 1}. ${step.text}${whoDoes(step) && ` (${whoDoes(step)})`}`),
  ...(message ? ["", "Customer message:", `> ${message}`] : []),
  ""
]);

/** The last line: the moment, the zone of all times, and the address of the page as of that moment. */
export const footer = ({ asOf, topology = null, hash }) =>
  `As of ${stamp(asOf)}${topology ? `, by ${topology}` : ""}. All times in ${zoneName()}. ${absolute(hash)}`;
