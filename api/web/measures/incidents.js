// Measures of incidents: how many, how long people took, what they cost, and by cause, owner or element.
import { html } from "/web/app/ui.js";
import { duration, milliseconds, number, percent, plural } from "/web/app/format.js";
import { hrefWith } from "/web/app/router.js";
import { Bars } from "/web/app/parts/bars.js";
import { Columns, Measure } from "./charts.js";

const TIMES = [
  ["detect", "To detect"], ["acknowledge", "To acknowledge"],
  ["mitigate", "To mitigate"], ["heal", "To heal"],
];
const GROUPINGS = [["cause", "Cause"], ["owner", "Owner"], ["element", "Element"]];
const MOST_GROUPS = 12;
const UNKNOWN = "–";

const known = (iso) => (iso === null ? null : milliseconds(iso));
const time = (iso) => (iso === null ? UNKNOWN : duration(iso));

/** Columns of a figure by period. */
const byPeriod = (periods, value, text) => periods.map((period) => ({
  key: period.key, name: period.name, value: value(period.figures), text: text(period.figures),
}));

export function Incidents({ periods }) {
  return html`<${Measure} title="Incidents" name="incidents" table=${{
    columns: ["Period", "Incidents", "Failures", "Actions by people"],
    rows: periods.map(({ name, figures: f }) =>
      [name, number(f.incidents), number(f.failures), number(f.actions)]),
    raw: periods.map(({ key: of, figures: f }) => [of, f.incidents, f.failures, f.actions]),
  }}>
    <${Columns} columns=${byPeriod(periods, (f) => f.incidents, (f) => number(f.incidents))} />
  <//>`;
}

export function Times({ periods }) {
  return html`<${Measure} title="Times to detect, acknowledge, mitigate and heal" name="times"
      says="Medians of the incidents of which the time is known." table=${{
        columns: ["Period", ...TIMES.flatMap(([, label]) => [label, `${label}, longest`])],
        rows: periods.map(({ name, figures: f }) =>
          [name, ...TIMES.flatMap(([of]) => [time(f[of].median), time(f[of].longest)])]),
        raw: periods.map(({ key: of, figures: f }) =>
          [of, ...TIMES.flatMap(([name]) => [f[name].median, f[name].longest])]),
      }}>
    <div class="small-charts">
      ${TIMES.map(([of, label]) => html`
        <${Columns} key=${of} label=${label}
            columns=${byPeriod(periods, (f) => known(f[of].median), (f) => time(f[of].median))} />
      `)}
    </div>
  <//>`;
}

export function Harm({ periods }) {
  const uncounted = periods.some(({ figures: f }) => f.counted < f.incidents);
  return html`<${Measure} title="Orders affected and promises missed" name="harm"
      says=${uncounted ? "Some incidents are not in the sums: see the notes." : null} table=${{
        columns: ["Period", "Orders", "Promises missed", "Incidents counted"],
        rows: periods.map(({ name, figures: f }) =>
          [name, number(f.orders), number(f.promisesMissed), `${f.counted} of ${f.incidents}`]),
        raw: periods.map(({ key: of, figures: f }) => [of, f.orders, f.promisesMissed, f.counted]),
      }}>
    <div class="small-charts">
      <${Columns} label="Orders" columns=${byPeriod(periods, (f) => f.orders, (f) => number(f.orders))} />
      <${Columns} label="Promises missed"
          columns=${byPeriod(periods, (f) => f.promisesMissed, (f) => number(f.promisesMissed))} />
    </div>
  <//>`;
}

export function Alerts({ periods }) {
  if (!periods.some(({ figures }) => figures.alerts)) return null;
  const share = (f) => (f.quietShare === null ? UNKNOWN : percent(f.quietShare));
  const each = (f) => (f.alertsPerIncident === null ? UNKNOWN : number(f.alertsPerIncident, 1));
  return html`<${Measure} title="Alerts" name="alerts"
      says="Quiet: the incident of the alert affects nothing." table=${{
        columns: ["Period", "Alerts", "Per incident", "Quiet"],
        rows: periods.map(({ name, figures: f }) => [name, number(f.alerts), each(f), share(f)]),
        raw: periods.map(({ key: of, figures: f }) => [of, f.alerts, f.alertsPerIncident, f.quietShare]),
      }}>
    <div class="small-charts">
      <${Columns} label="Alerts per incident"
          columns=${byPeriod(periods, (f) => f.alertsPerIncident, each)} />
      <${Columns} label="Share of quiet alerts" most=${1}
          columns=${byPeriod(periods, (f) => f.quietShare, share)} />
    </div>
  <//>`;
}

export function Groups({ groups, grouping }) {
  const rows = groups.filter((group) => group.grouping === grouping);
  rows.sort((a, b) => b.figures.incidents - a.figures.incidents
    || b.figures.promisesMissed - a.figures.promisesMissed);
  return html`<${Measure} title="Incidents by cause, owner or element" name=${`by-${grouping}`} table=${{
    columns: ["", "Incidents", "Detect", "Acknowledge", "Mitigate", "Heal", "Orders", "Promises missed"],
    rows: rows.map(({ name, figures: f }) => [
      name || "nobody", number(f.incidents), ...TIMES.map(([each]) => time(f[each].median)), number(f.orders),
      number(f.promisesMissed),
    ]),
    raw: rows.map(({ key: of, figures: f }) => [
      of, f.incidents, ...TIMES.map(([each]) => f[each].median), f.orders, f.promisesMissed,
    ]),
  }}>
    <div class="row" role="group" aria-label="Group by">
      ${GROUPINGS.map(([of, label]) => html`
        <a key=${of} class="chip" href=${hrefWith({ of })} aria-current=${of === grouping ? "true" : null}>
          ${label}
        </a>
      `)}
    </div>
    ${rows.length
      ? html`<${Bars} label=${`Incidents by ${grouping}`} unit="incident"
          rows=${rows.slice(0, MOST_GROUPS).map(({ name, figures: f }) => ({
            label: name || "nobody",
            value: f.incidents,
            note: f.promisesMissed >= 1
              ? `· ${plural(Math.round(f.promisesMissed), "promise")} missed`
              : null,
          }))} />`
      : html`<p class="muted">None.</p>`}
    ${rows.length > MOST_GROUPS && html`<p class="small muted">The first ${MOST_GROUPS}.</p>`}
  <//>`;
}
