"""Incidents of a longer time with what is known of each, for measures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.incidents import Incident
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.time import FOREVER, HOUR, MINUTE, Millis
from impactgraph.diagnosis.incidents import correlate
from impactgraph.diagnosis.incidents.symptoms import symptoms_of
from impactgraph.measures.forecasts import ForecastOrder
from impactgraph.measures.incidents import IncidentFacts
from impactgraph.operations.maintenance import maintenance_of
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.incident_facts import alert_of
from impactgraph.usecases.incident_groups import PastIncident, each_once, regrouped_past, without_cause
from impactgraph.usecases.snapshot import Snapshot, snapshot

APART: Millis = 6 * HOUR
"""Failures that begin so long after all others before them are of other incidents."""
SIGNS: Millis = HOUR
"""Errors of an element so long before its failure are the first signs of it."""
FORECAST_AFTER: Millis = 15 * MINUTE
"""How long after its report an incident is forecast, to compare."""
MOST_ORDERS = 500
"""Orders of a forecast that are compared with what happened."""
_TAKEN_UP = (IncidentActionKind.ACKNOWLEDGED, IncidentActionKind.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Hit:
    """What an incident affected at a moment."""

    at: Millis
    orders: float
    """Expected."""
    promises: float
    """Expected to be missed because of it."""
    is_anything: bool
    forecast: tuple[ForecastOrder, ...]
    """At most `MOST_ORDERS` of its orders."""


def incidents_since(s: Snapshot, since: Millis) -> tuple[PastIncident, ...]:
    """Incidents that began at `since` or later, each with its failures as they were in it, the newest first.

    A failure that occurred several times is in as many incidents, where these are apart. People's merges and
    splits count. Costs a correlation of each cluster of failures that are less than six hours apart.
    """
    episodes = (
        episode
        for failure in s.failures
        for episode in failure.episodes
        if since <= episode.started_at <= s.at
    )
    incidents: list[PastIncident] = []
    for cluster in _clusters(episodes):
        by_key = {each.key: each for each in each_once(cluster)}
        correlation = correlate(
            s.graph, map(alert_of, by_key.values()), now=s.at, symptoms=partial(symptoms_of, s.graph)
        )
        single_alerts = (without_cause([alert]) for alert in correlation.unmatched)
        for incident in (*correlation.incidents, *single_alerts):
            incidents.append((incident, tuple(by_key[alert.key] for alert in incident.alerts)))
    return tuple(sorted(regrouped_past(s, incidents), key=lambda each: (-each[0].started_at, each[0].key)))


def facts_of(
    s: Snapshot,
    incident: Incident,
    failures: Sequence[Failure],
    actions: Mapping[str, Sequence[IncidentAction]],
    hit: "Hit | None",
) -> IncidentFacts:
    """`actions`: by key of one of its failures; those of other times that it occurred do not count. `hit`:
    None where that was not asked.
    """
    mine = _actions_on(s, failures, actions)
    cause = incident.causes[0].element if incident.is_explained else None
    elements = tuple(dict.fromkeys(failure.target for failure in failures))
    reported_at = _known_at(failures)
    is_planned = maintenance_of(incident, s.journal.maintenance, s.at) is not None
    return IncidentFacts(
        key=incident.key,
        started_at=incident.started_at,
        signs_at=_first_sign(s, elements, incident.started_at, reported_at),
        reported_at=reported_at,
        acknowledged_at=_first(mine, _TAKEN_UP),
        mitigated_at=_first(mine, (IncidentActionKind.MITIGATED,)),
        healed_at=_healed_at(failures, mine, s.at),
        alerts=sum(failure.alert is not None for failure in failures),
        failures=len(failures),
        actions=len(mine),
        is_quiet=is_planned or (cause is None if hit is None else not hit.is_anything),
        cause=cause,
        owner=s.topology.owner_of(cause) if cause is not None else None,
        elements=elements,
        orders=hit.orders if hit is not None else None,
        promises=hit.promises if hit is not None else None,
    )


def last_moment(s: Snapshot, failures: Sequence[Failure]) -> Millis:
    """Just before the last of them ended; now where one has not."""
    ends = [s.at if failure.ended_at is None else failure.ended_at - 1 for failure in failures]
    return max(min(max(ends), s.at), min(failure.started_at for failure in failures))


def forecast_moment(s: Snapshot, failures: Sequence[Failure]) -> Millis:
    """A quarter of an hour after the first report, or its last moment where that is earlier."""
    return min(_known_at(failures) + FORECAST_AFTER, last_moment(s, failures))


def hit_at(s: Snapshot, ask: Ask, failures: Sequence[Failure], at: Millis) -> Hit | None:
    """What the failures that were on record at the moment affected then; None where none was, and where
    retention removed orders of that moment.
    """
    since = s.store.retained_from()
    if since is not None and at < since.answers:
        return None
    with snapshot(s.store, at, s.at) as then:
        known_keys = {failure.key for failure in then.failures}
        keys = tuple(failure.key for failure in failures if failure.key in known_keys)
        if not keys or not then.topology.version:
            return None
        answer = ask(then, Question(failures=keys, as_of=at))
        of = answer.estimates
        records = (of.postings, of.notifications, of.tasks, of.supplier_orders)
        return Hit(
            at=at,
            orders=of.orders.expected,
            promises=of.promises_missed.expected,
            is_anything=any(each.possible for each in (of.orders, *records)),
            forecast=tuple(
                ForecastOrder(row.order, min(1.0, row.miss_likelihood + row.late_anyway))
                for row in answer.orders(first=MOST_ORDERS).items
            ),
        )


def _clusters(failures: Iterable[Failure]) -> list[list[Failure]]:
    clusters: list[list[Failure]] = []
    last: Millis | None = None
    for failure in sorted(failures, key=lambda each: (each.started_at, each.key)):
        if last is None or failure.started_at - last >= APART:
            clusters.append([])
        clusters[-1].append(failure)
        last = failure.started_at
    return clusters


def _actions_on(
    s: Snapshot, failures: Sequence[Failure], actions: Mapping[str, Sequence[IncidentAction]]
) -> Sequence[IncidentAction]:
    """Oldest first, without those on other times that the failures occurred."""
    since = min(min(failure.started_at, failure.reported_at) for failure in failures)
    until = _next_start(s, failures)
    on_failures = (action for failure in failures for action in actions.get(failure.key, ()))
    return sorted((each for each in on_failures if since <= each.at < until), key=lambda each: each.at)


def _next_start(s: Snapshot, failures: Sequence[Failure]) -> Millis:
    """When one of them occurred again after the incident; FOREVER where none has."""
    ends = {failure.key: failure.ended_at for failure in failures if failure.ended_at is not None}
    starts = (
        episode.started_at
        for failure in s.failures
        if failure.former_episodes and failure.key in ends
        for episode in failure.episodes
        if episode.started_at > ends[failure.key]
    )
    return min(starts, default=FOREVER)


def _known_at(failures: Iterable[Failure]) -> Millis:
    """When the first of them had begun, and was on record."""
    return min(max(failure.started_at, failure.reported_at) for failure in failures)


def _healed_at(failures: Sequence[Failure], actions: Sequence[IncidentAction], at: Millis) -> Millis | None:
    """The end of the last failure, or the close by hand where that is later; None while it is open.

    `actions`: of the incident, oldest first. A close counts until the incident is reopened by hand.
    """
    ends = [each.ended_at for each in failures if each.ended_at is not None and each.ended_at <= at]
    if len(ends) < len(failures):
        return None
    over_at = max(ends)
    reopened_at = max((each.at for each in actions if each.kind is IncidentActionKind.REOPENED), default=0)
    closes = [
        each.at for each in actions if each.kind is IncidentActionKind.CLOSED and each.at >= reopened_at
    ]
    if not closes and reopened_at >= over_at:
        return None
    return max([over_at, *closes[:1]])


def _first(actions: Iterable[IncidentAction], kinds: Sequence[IncidentActionKind]) -> Millis | None:
    return next((action.at for action in actions if action.kind in kinds), None)


def _first_sign(s: Snapshot, elements: Iterable[str], started_at: Millis, reported_at: Millis) -> Millis:
    """The first error of one of the elements, from an hour before the start on; else the start."""
    errors, words = s.columns.errors, s.columns.dictionaries.elements
    since = started_at - SIGNS
    is_of = words.mask_of(elements)[errors.element] & (errors.at >= since) & (errors.at < reported_at)
    first = int(errors.at[is_of].min(initial=started_at))
    return min(first, started_at)
