// What if a failure on record ended earlier, or went on for longer: its class, times and scope fill the form.
import { html, useEffect } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { moment } from "/web/app/format.js";
import { Problem } from "/web/app/parts/states.js";
import { IdLink } from "/web/app/parts/words.js";
import { change, hrefWith } from "/web/app/router.js";
import { paramsOf } from "../radius/address.js";

const FAILURE = `query Failure($id: ID!) { node(id: $id) { ... on Failure {
  id class summary startedAt expectedEnd endedAt delay errorRate drain scope target { id }
} } }`;
const HOUR = 3_600_000;
const ENDS = [[0, "now"], [0.5, "in 30 min"], [1, "in 1 h"], [2, "in 2 h"], [4, "in 4 h"], [8, "in 8 h"]];

/** Fills the address with a failure, unless that has been done; `asOf`: the moment of the comparison. */
export function FromFailure({ id, params, asOf }) {
  const { data, error, reload } = useQuery(FAILURE, { id });
  const failure = data?.node;
  const filled = params.has("from");
  useEffect(() => {
    if (failure && !filled) change({ ...paramsOf(failure), element: failure.target.id }, { replace: true });
  }, [failure, filled]);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!failure) return null;
  const reported = failure.expectedEnd ? `expected to end ${moment(failure.expectedEnd)}` : "end unknown";
  return html`
    <p>
      Starts from <${IdLink} id=${failure.id}>${failure.summary || failure.id}<//>, ${
        failure.endedAt ? `ended ${moment(failure.endedAt)}` : reported
      }. Nothing is stored: the failure itself stays as it is.
    </p>
    <p class="row ends" role="group" aria-label="When it ends">
      <span class="small muted">Ends</span>
      ${ENDS.map(([hours, label]) => {
        const at = new Date(Date.parse(asOf) + hours * HOUR).toISOString();
        return html`<a key=${label} class="quiet chosen-or-not" href=${hrefWith({ ends: at, until: null })}
            aria-current=${sameMoment(params.get("ends"), at) ? "true" : null}>${label}</a>`;
      })}
      <a class="quiet chosen-or-not" href=${hrefWith(paramsOf(failure))}
          aria-current=${isReported(params, failure) ? "true" : null}>as reported</a>
    </p>
  `;
}

const sameMoment = (a, b) => a && Math.abs(Date.parse(a) - Date.parse(b)) < 60_000;

const isReported = (params, { endedAt, expectedEnd }) =>
  params.get("ends") === endedAt && params.get("until") === (endedAt ? null : expectedEnd);
