// Steps of a playbook, each with who does it and who has to approve it.
import { html } from "../ui.js";

/** Such as "Order platform, after approval by Digital commerce"; empty where nobody is named. */
export const whoDoes = ({ ownerName, approvalName }) =>
  [ownerName, approvalName && `after approval by ${approvalName}`].filter(Boolean).join(", ");

export const PlaybookSteps = ({ steps }) => html`
  <ol class="numbered">
    ${steps.map((step) => html`
      <li key=${step.text}>
        ${step.text}${whoDoes(step) && html`${" "}<span class="muted">(${whoDoes(step)})</span>`}
      </li>
    `)}
  </ol>
`;
