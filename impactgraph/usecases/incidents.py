"""Incidents: failures and alerts with one cause, the most costly first."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.incident_life import IncidentState, RankWeights
from graph_models.incidents import Alert, Incident
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.orders import Page
from graph_models.time import DAY, HOUR, Millis, moment
from impactgraph.diagnosis.incidents import Monitoring, correlate
from impactgraph.diagnosis.incidents.symptoms import symptoms_of
from impactgraph.errors import BadInputError, NotFoundError, NoTopologyError, Problem
from impactgraph.operations.grouping import constrained
from impactgraph.operations.maintenance import elements_of
from impactgraph.operations.ranking import rank_key
from impactgraph.topology.near import nearest
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import with_open_rejections
from impactgraph.usecases.incident_facts import (
    HEALS_WITHIN,
    IncidentReport,
    LikelyCause,
    Residual,
    alert_of,
    failures_with_work,
    is_active,
    report_incident,
)
from impactgraph.usecases.incident_groups import explained_as_one, without_cause
from impactgraph.usecases.pages import page_in_order
from impactgraph.usecases.snapshot import Snapshot

__all__ = [
    "IncidentReport",
    "IncidentsQuestion",
    "LikelyCause",
    "Residual",
    "find_incident",
    "get_incident",
    "incident_of",
    "incident_with",
    "list_incidents",
    "page_of",
    "page_of_alerts",
    "unknown_incident",
]

T = TypeVar("T")

KEPT_FOR: Millis = 7 * DAY
"""Incidents whose failures ended longer ago are left out, but for those that have left something to do, and
those that somebody has worked on since.
"""

_TOGETHER: Millis = 2 * HOUR
"""Failures that begin further apart are hardly of one cause."""
_BY_HAND = (IncidentActionKind.CLOSED, IncidentActionKind.REOPENED)


@dataclass(frozen=True, slots=True)
class IncidentsQuestion:
    as_of: Millis | None = None
    active: bool | None = True
    """True: that are not closed; False: the others; None: all."""
    alerts: tuple[Alert, ...] = ()
    """That are not on record: nothing is stored."""
    monitors: frozenset[str] = frozenset()
    """Full ids of elements with a monitor: where they are silent, that speaks against a cause."""
    weights: RankWeights | None = None
    """By which incidents are ranked; None: by promises missed, then orders, then value."""
    also: frozenset[str] = frozenset()
    """Keys of incidents that are listed whatever their state is."""


def list_incidents(s: Snapshot, ask: Ask, question: IncidentsQuestion) -> tuple[IncidentReport, ...]:
    """The most costly first; closed ones last.

    Costs a correlation, and an answer for each incident that a cause explains.

    Raises:
        NotFoundError: a monitor or alert names an element that the topology does not have.
    """
    possible = (each for each in _incidents(s, question) if _may_be_asked(s, each, question))
    reports = [report_incident(s, ask, each, question.as_of) for each in possible]
    asked_for = [each for each in reports if _is_asked(each, question)]
    rates = s.topology.rates
    currency = rates.currency if rates is not None else None
    by_rank = sorted(asked_for, key=partial(_rank, at=s.at, weights=question.weights, currency=currency))
    return tuple(replace(each, rank=number) for number, each in enumerate(by_rank, 1))


def page_of(reports: Sequence[IncidentReport], first: int | None, after: str | None) -> Page[IncidentReport]:
    """A page of ranked incidents. Raises BadInputError for a bad page."""
    return _page({report.key: report for report in reports}, first, after)


def page_of_alerts(alerts: Sequence[Alert], first: int | None, after: str | None) -> Page[Alert]:
    """A page of the alerts of an incident. Raises BadInputError for a bad page."""
    return _page({alert.key: alert for alert in alerts}, first, after)


def _page(items: Mapping[str, T], first: int | None, after: str | None) -> Page[T]:
    page = page_in_order(list(items), first=first, after=after)
    return Page(
        items=tuple(items[key] for key in page.items),
        cursors=page.cursors,
        total_count=page.total_count,
        has_next=page.has_next,
        has_previous=page.has_previous,
    )


def incident_of(s: Snapshot, ask: Ask, failure: str, as_of: Millis | None = None) -> IncidentReport | None:
    """The incident that a failure on record belongs to; None where it ended long ago."""
    return _first(s, ask, as_of, lambda each: any(alert.key == failure for alert in each.alerts))


def find_incident(s: Snapshot, ask: Ask, key: str, as_of: Millis | None = None) -> IncidentReport | None:
    """The incident of failures on record with this bare key, or with the failure of this key: its own key
    changes where it is merged or split.
    """
    return incident_of(s, ask, key, as_of)


def get_incident(s: Snapshot, ask: Ask, key: str, as_of: Millis | None = None) -> IncidentReport:
    """As `find_incident`. Raises NotFoundError."""
    report = find_incident(s, ask, key, as_of)
    if report is None:
        raise unknown_incident(s, key)
    return report


def unknown_incident(s: Snapshot, key: str) -> NotFoundError:
    """With near keys; of a failure that had not begun, or ended long ago, with the moment."""
    known = {failure.key: failure for failure in (*s.store.failures(), *s.failures)}
    if key in known:
        when = _absence(known[key], s.at)
        return NotFoundError(
            f"incident:{key}", message=f"There is no 'incident:{key}' at {_text(s.at)}: {when}"
        )
    keys = [each.key for each in _incidents(s, IncidentsQuestion(active=None))]
    near = [f"incident:{each}" for each in nearest(key, keys, 3)]
    return NotFoundError(f"incident:{key}", near=near)


def _absence(failure: Failure, at: Millis) -> str:
    """Why the failure is in no incident then."""
    first = failure.episodes[0]
    begins_at = max(first.started_at, first.reported_at)
    if begins_at > at or failure.ended_at is None:
        return f"it begins at {_text(begins_at)}."
    end = _text(failure.ended_at)
    return f"it ended at {end}, and left nothing to do. It can be read as of an earlier moment only."


def _text(at: Millis) -> str:
    return f"{moment(at):%Y-%m-%d %H:%M:%S} UTC"


def incident_with(s: Snapshot, key: str) -> Incident | None:
    """The incident of failures on record that has this failure, without what it affects."""
    incidents = _incidents(s, IncidentsQuestion(active=None))
    return next((each for each in incidents if any(alert.key == key for alert in each.alerts)), None)


def _first(
    s: Snapshot, ask: Ask, as_of: Millis | None, accepts: Callable[[Incident], bool]
) -> IncidentReport | None:
    incidents = _incidents(s, IncidentsQuestion(as_of=as_of, active=None))
    incident = next(filter(accepts, incidents), None)
    return report_incident(s, ask, incident, as_of) if incident is not None else None


def _incidents(s: Snapshot, question: IncidentsQuestion) -> Sequence[Incident]:
    """As the correlation has them, and as people have merged and split them."""
    if not s.topology.version:
        raise NoTopologyError
    _check(s, question)
    kept_keys = {*_recent(s), *_kept_longer(s)}
    keys = _with_companions(s, kept_keys)
    failure_alerts = (alert_of(failure) for failure in s.begun_failures if failure.key in keys)
    monitoring = Monitoring(question.monitors, silenced=elements_of(s.journal.maintenance, s.at))
    changes = [each for each in s.journal.changes if each.elements and each.started_at > s.at - 2 * KEPT_FOR]
    symptoms = partial(symptoms_of, s.graph)
    alerts = (*failure_alerts, *question.alerts)
    correlation = correlate(
        s.graph, alerts, now=s.at, monitoring=monitoring, symptoms=symptoms, changes=changes
    )

    as_one = partial(explained_as_one, s, monitoring=monitoring, changes=changes)
    single_alerts = (without_cause([alert]) for alert in correlation.unmatched)
    incidents = constrained((*correlation.incidents, *single_alerts), s.journal.actions, as_one)
    kept_keys.update(alert.key for alert in question.alerts)
    return [each for each in incidents if any(alert.key in kept_keys for alert in each.alerts)]


def _check(s: Snapshot, question: IncidentsQuestion) -> None:
    elements = s.topology.elements
    element_ids = (*question.monitors, *(alert.element for alert in question.alerts))
    for element in element_ids:
        if element not in elements:
            raise NotFoundError(element, near=nearest(element, elements, 3))
    keys = {failure.key for failure in s.failures}
    if twice := sorted({alert.key for alert in question.alerts} & keys):
        raise BadInputError(
            Problem(f"The alert {twice[0]!r} has the id of a failure on record: give it another.")
        )


def _is_recent(failure: Failure, at: Millis) -> bool:
    return failure.ended_at is None or failure.ended_at > at - KEPT_FOR


def _recent(s: Snapshot) -> frozenset[str]:
    return frozenset(failure.key for failure in s.begun_failures if _is_recent(failure, s.at))


def _with_companions(s: Snapshot, kept_keys: Collection[str]) -> frozenset[str]:
    """And those that ended long ago and may be in an incident with one of them: what was done about it stays
    with it. They were merged by hand, or began at about the same time.
    """
    keys = _merged_with(kept_keys, s.journal.actions)
    starts = sorted(failure.started_at for failure in s.begun_failures if failure.key in keys)

    def is_near(at: Millis) -> bool:
        first = bisect_left(starts, at - _TOGETHER)
        return first < len(starts) and starts[first] <= at + _TOGETHER

    near_keys = (each.key for each in s.begun_failures if each.key not in keys and is_near(each.started_at))
    return keys.union(near_keys)


def _merged_with(keys: Collection[str], actions: Sequence[IncidentAction]) -> frozenset[str]:
    """With the keys that merges by hand name together with one of them, directly or not."""
    merges = [{each.incident, *each.incidents} for each in actions if each.kind is IncidentActionKind.MERGED]
    found = frozenset(keys)
    while new := [each for each in merges if not found.isdisjoint(each) and not found >= each]:
        found = found.union(*new)
    return found


def _kept_longer(s: Snapshot) -> frozenset[str]:
    """Keys of failures that ended long ago, after which something waits for a replay, or records are missing
    or doubled still, or whose incident was reopened by hand or worked on since.

    Costs a look at what such failures rejected, and the audit; nothing where there are none.
    """
    old = {failure.key for failure in s.begun_failures if not _is_recent(failure, s.at)}
    if not old:
        return frozenset()
    last = {each.incident: each.kind for each in s.journal.actions if each.kind in _BY_HAND}
    reopened_keys = {key for key, kind in last.items() if kind is IncidentActionKind.REOPENED}
    late_actions = (each for each in s.journal.actions if each.at > s.at - KEPT_FOR)
    acted_keys = {key for each in late_actions for key in (each.incident, *each.incidents, *each.failures)}
    may_wait = not old.isdisjoint(s.rejections.failures)
    waiting = with_open_rejections(s, Question(as_of=s.as_of)) if may_wait else ()
    waiting_keys = {failure.key for failure in waiting}
    return frozenset(old & {*reopened_keys, *acted_keys, *waiting_keys, *s.causes_of_open_records})


def _may_be_asked(s: Snapshot, incident: Incident, question: IncidentsQuestion) -> bool:
    """False where the state of the incident need not be known to leave it out: one whose failures ended long
    ago and left nothing is closed, unless somebody reopened it.
    """
    if question.active is not True or is_active(incident, s.at) or incident.key in question.also:
        return True
    ends = [alert.ended_at for alert in incident.alerts if alert.ended_at is not None]
    keys = {alert.key for alert in incident.alerts}
    return (
        max(ends) > s.at - HEALS_WITHIN
        or not keys.isdisjoint(failures_with_work(s))
        or any(action.incident in keys for action in s.journal.actions)
    )


def _is_asked(report: IncidentReport, question: IncidentsQuestion) -> bool:
    if question.active is None:
        return True
    is_open = report.life.state is not IncidentState.CLOSED
    return question.active == is_open or report.key in question.also


def _rank(
    report: IncidentReport, at: Millis, weights: RankWeights | None, currency: str | None
) -> tuple[object, ...]:
    key = rank_key(report.estimates, at - report.started_at, weights, currency)
    is_closed = report.life.state is IncidentState.CLOSED
    return is_closed, report.is_quiet, report.estimates is None, key, report.key
