// Reports a supposed failure as one that has happened: what it affects is shown before it is confirmed.
import { html, useState } from "/web/app/ui.js";
import { go } from "/web/app/router.js";
import { useMay } from "/web/app/viewer.js";
import { Preview } from "./preview.js";

const REPORT = { field: "reportFailure(input: $input, dryRun: $dryRun)", types: "$input: FailureInput!" };

export function ReportFailure({ supposed }) {
  const [change, setChange] = useState(null);
  const [summary, setSummary] = useState("");
  const report = () => setChange({
    ...REPORT,
    variables: { input: { ...supposed, summary } },
    says: "Report it as a failure that has happened",
  });
  if (!useMay("work-on-incidents")) return null;
  if (change) return html`
    <section class="card change" aria-label="Report the failure" data-change>
      <${Preview} change=${change} back=${() => setChange(null)} done=${() => go("")} />
    </section>
  `;
  return html`
    <form class="row no-print" onSubmit=${(event) => { event.preventDefault(); report(); }}>
      <label class="field"><span>Has it happened? Describe what is known</span>
        <input type="text" value=${summary} onInput=${(event) => setSummary(event.target.value)} />
      </label>
      <button type="submit" class="button">Report as a failure …</button>
    </form>
  `;
}
