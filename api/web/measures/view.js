// Measures by week or month: incidents, the time that they take, what they cost, and how orders fared.
import { html } from "/web/app/ui.js";
import { useQuery } from "/web/app/ask.js";
import { stamp } from "/web/app/format.js";
import { hrefWith } from "/web/app/router.js";
import { Answered, Empty } from "/web/app/parts/states.js";
import { Heading } from "/web/app/parts/words.js";
import { Alerts, Groups, Harm, Incidents, Times } from "./incidents.js";
import { Exceptions, Forecasts, LatePostings, Service } from "./orders.js";
import { MEASURES, SPANS, chosen, variablesOf } from "./question.js";

const SECONDS = 60;
const UNITS = [["WEEK", "week", "By week"], ["MONTH", "month", "By month"]];

export function Measures({ route }) {
  const choice = chosen(route.params);
  const answer = useQuery(MEASURES, variablesOf(choice), { keep: true, seconds: SECONDS });
  return html`
    <${Heading}>Measures<//>
    <${Choice} ...${choice} />
    <${Answered} answer=${answer} what="measures">
      ${({ measures }) => html`<${Content} measures=${named(measures)} grouping=${choice.grouping} />`}
    <//>
  `;
}

function Choice({ by, periods }) {
  const unit = by === "WEEK" ? "weeks" : "months";
  return html`<div class="measure-choice">
    <div class="row" role="group" aria-label="Periods">
      ${UNITS.map(([value, name, label]) => html`
        <a key=${value} class="chip" href=${hrefWith({ by: name, periods: null })}
            aria-current=${value === by ? "true" : null}>${label}</a>
      `)}
    </div>
    <div class="row" role="group" aria-label="Number of periods">
      ${SPANS[by].map((count) => html`
        <a key=${count} class="chip" href=${hrefWith({ periods: count })}
            aria-current=${count === periods ? "true" : null}>${count} ${unit}</a>
      `)}
    </div>
  </div>`;
}

/** Periods by names that fit below a column: "W48", "Nov". */
function named(measures) {
  const month = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });
  const nameOf = ({ key, start }) => (measures.by === "WEEK" ? key.slice(-3) : month.format(new Date(start)));
  return { ...measures, periods: measures.periods.map((each) => ({ ...each, name: nameOf(each) })) };
}

function Content({ measures, grouping }) {
  const { periods, groups, service, steps, postings, forecasts, notes, asOf } = measures;
  const isEmpty = !periods.some(({ figures }) => figures.incidents) && !service.length && !steps.length;
  if (isEmpty) return html`
    <${Empty} title="Nothing to measure yet">
      There are neither incidents nor orders in these periods. ${notes.join(" ")}
    <//>
  `;
  return html`
    <p class="muted small">As of ${stamp(asOf)}. The last period is not over. Weeks and months are in UTC.</p>
    <div class="measures">
      <${Incidents} periods=${periods} />
      <${Harm} periods=${periods} />
      <${Times} periods=${periods} />
      <${Groups} groups=${groups} grouping=${grouping} />
      <${Alerts} periods=${periods} />
      <${Service} service=${service} periods=${periods} />
      <${Exceptions} steps=${steps} periods=${periods} />
      <${LatePostings} postings=${postings} periods=${periods} />
      <${Forecasts} forecasts=${forecasts} />
    </div>
    ${notes.length > 0 && html`
      <section class="card" aria-labelledby="measure-notes">
        <h2 id="measure-notes">Notes</h2>
        <ul>${notes.map((note) => html`<li key=${note}>${note}</li>`)}</ul>
      </section>
    `}
  `;
}
