"""Incidents: failures and alerts with one cause, the most costly first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from graph_models.enums import FailureClass
from graph_models.estimates import Estimates, comparable_amount
from graph_models.failure import Failure
from graph_models.impact import Path, Question
from graph_models.incidents import Alert, CandidateCause, Incident
from graph_models.orders import Page
from graph_models.scope import EVERYWHERE
from graph_models.time import DAY, Millis
from impactgraph.diagnosis.incidents import Monitoring, correlate
from impactgraph.diagnosis.incidents.sentences import cause_text, incident_text
from impactgraph.diagnosis.incidents.symptoms import symptoms_of
from impactgraph.errors import BadInputError, NotFoundError, NoTopologyError, Problem
from impactgraph.impact.paths import path_to
from impactgraph.propagation import propagate
from impactgraph.topology.names import element_text
from impactgraph.topology.near import nearest
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.pages import page_in_order
from impactgraph.usecases.snapshot import Snapshot

T = TypeVar("T")

KEPT_FOR: Millis = 7 * DAY
"""Incidents whose failures ended longer ago are left out."""
_SUPPOSED = "likely-cause"
_PATHS_TO: Millis = DAY
"""A cause is followed for so long to find the path to its alerts."""


@dataclass(frozen=True, slots=True)
class IncidentsQuestion:
    as_of: Millis | None = None
    active: bool | None = True
    """True: with a failure or alert that has not ended; False: the others; None: all."""
    alerts: tuple[Alert, ...] = ()
    """That are not on record: nothing is stored."""
    monitors: frozenset[str] = frozenset()
    """Full ids of elements with a monitor: where they are silent, that speaks against a cause."""


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """A candidate with what speaks for it; see `CandidateCause`."""

    element: str
    failure_class: FailureClass
    score: float
    started_at: Millis
    explains: tuple[str, ...]
    """Keys of failures and alerts."""
    silent: tuple[str, ...]
    evidence: str
    path: tuple[Path, ...]
    """To the elements that it explains, the farthest first; empty where it explains its own only."""


@dataclass(frozen=True)
class IncidentReport:
    key: str
    headline: str
    impact: str
    """What it affects: the headline of its blast radius; why there is none where nothing explains it."""
    started_at: Millis
    is_active: bool
    is_quiet: bool
    """Nothing explains it, or no order and no record is affected."""
    unknown: float
    failures: tuple[Failure, ...]
    alerts: tuple[Alert, ...]
    """Those of the question."""
    likely_cause: tuple[LikelyCause, ...]
    team: str | None
    """Bare key of the team that owns the likeliest cause."""
    estimates: Estimates | None
    """Of its blast radius; None where nothing explains the incident."""
    question: Question
    """The question of its blast radius: the failures on record, else the likeliest cause as a supposed one.
    """


def list_incidents(s: Snapshot, ask: Ask, question: IncidentsQuestion) -> tuple[IncidentReport, ...]:
    """The most costly first: by expected promises missed, then orders, then value.

    Costs a correlation, and an answer for each incident that a cause explains.

    Raises:
        NotFoundError: a monitor or alert names an element that the topology does not have.
    """
    asked_for = (each for each in _incidents(s, question) if _is_asked(s, each, question))
    reports = [_report(s, ask, each, question) for each in asked_for]
    rates = s.topology.rates
    currency = rates.currency if rates is not None else None
    return tuple(sorted(reports, key=partial(_rank, currency=currency)))


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


def find_incident(s: Snapshot, ask: Ask, key: str) -> IncidentReport | None:
    """The incident of failures on record with this bare key."""
    return _first(s, ask, None, lambda each: each.key == key)


def _first(
    s: Snapshot, ask: Ask, as_of: Millis | None, accepts: Callable[[Incident], bool]
) -> IncidentReport | None:
    question = IncidentsQuestion(as_of=as_of, active=None)
    incident = next(filter(accepts, _incidents(s, question)), None)
    return _report(s, ask, incident, question) if incident is not None else None


def _incidents(s: Snapshot, question: IncidentsQuestion) -> Sequence[Incident]:
    topology = s.topology
    if not topology.version:
        raise NoTopologyError
    _check(s, question)
    failure_alerts = (_alert(failure) for failure in s.begun_failures if _is_recent(failure, s.at))
    correlation = correlate(
        s.graph,
        (*failure_alerts, *question.alerts),
        now=s.at,
        monitoring=Monitoring(question.monitors),
        symptoms=partial(symptoms_of, s.graph),
    )
    return correlation.incidents


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


def _alert(failure: Failure) -> Alert:
    return Alert(
        key=failure.key,
        element=failure.target,
        started_at=failure.started_at,
        ended_at=failure.ended_at,
        failure_class=failure.failure_class,
        scope=failure.scope,
        text=failure.summary,
        is_statement=failure.alert is None,
    )


def _is_asked(s: Snapshot, incident: Incident, question: IncidentsQuestion) -> bool:
    return question.active is None or question.active == _is_active(incident, s.at)


def _is_active(incident: Incident, at: Millis) -> bool:
    return any(alert.ended_at is None or alert.ended_at > at for alert in incident.alerts)


def _report(s: Snapshot, ask: Ask, incident: Incident, question: IncidentsQuestion) -> IncidentReport:
    keys = {alert.key for alert in incident.alerts}
    failures = tuple(failure for failure in s.failures if failure.key in keys)
    given_keys = {alert.key for alert in question.alerts}
    asked_for = _question(incident, failures, question.as_of)
    answer = ask(s, asked_for) if incident.is_explained else None
    name = partial(element_text, s.topology)
    first = incident.causes[0].element if incident.causes else None
    return IncidentReport(
        key=incident.key,
        headline=incident_text(incident, name),
        impact=answer.headline if answer is not None else "Nothing is supposed to be affected.",
        started_at=incident.started_at,
        is_active=_is_active(incident, s.at),
        is_quiet=answer is None or not _affects(answer),
        unknown=incident.unknown,
        failures=failures,
        alerts=tuple(alert for alert in incident.alerts if alert.key in given_keys),
        likely_cause=tuple(_cause(s, incident, each) for each in incident.causes),
        team=s.topology.owner_of(first) if first is not None else None,
        estimates=answer.estimates if answer is not None else None,
        question=asked_for,
    )


def _question(incident: Incident, failures: Sequence[Failure], as_of: Millis | None) -> Question:
    """Of the failures on record; without any, of the likeliest cause, else of an outage at the alert."""
    if failures:
        return Question(failures=tuple(failure.key for failure in failures), as_of=as_of)
    scopes = {alert.scope for alert in incident.alerts}
    alert = incident.alerts[0]
    supposition = Failure(
        _SUPPOSED,
        alert.element,
        alert.failure_class or FailureClass.OUTAGE,
        alert.started_at,
        scope=scopes.pop() if len(scopes) == 1 else EVERYWHERE,
        is_supposed=True,
    )
    if incident.causes:
        cause = incident.causes[0]
        supposition = replace(
            supposition,
            target=cause.element,
            failure_class=cause.failure_class,
            started_at=cause.started_at,
        )
    return Question(suppose=(supposition,), as_of=as_of)


def _affects(answer: Answer) -> bool:
    estimates = answer.estimates
    records = (estimates.postings, estimates.notifications, estimates.tasks, estimates.supplier_orders)
    return any(each.possible for each in (estimates.orders, *records))


def _cause(s: Snapshot, incident: Incident, cause: CandidateCause) -> LikelyCause:
    return LikelyCause(
        element=cause.element,
        failure_class=cause.failure_class,
        score=cause.likelihood,
        started_at=cause.started_at,
        explains=tuple(each.alert for each in cause.explains),
        silent=cause.silent,
        evidence=cause_text(incident, cause, partial(element_text, s.topology)),
        path=_paths(s, cause),
    )


def _paths(s: Snapshot, cause: CandidateCause) -> tuple[Path, ...]:
    """To each other element that the cause explains. Costs a propagation."""
    elements = dict.fromkeys(each.hops[-1] for each in cause.explains if len(each.hops) > 1)
    if not elements:
        return ()
    failure = Failure(_SUPPOSED, cause.element, cause.failure_class, cause.started_at, is_supposed=True)
    by_element = propagate(s.graph, [failure], recovery=lambda _: cause.started_at + _PATHS_TO).by_element
    impairments = [
        min(by_element[element], key=lambda each: len(each.hops))
        for element in elements
        if element in by_element
    ]
    impairments.sort(key=lambda each: (-len(each.hops), each.element))
    return tuple(path_to(each, {failure.key: failure}, s.topology) for each in impairments)


def _rank(report: IncidentReport, currency: str | None) -> tuple[object, ...]:
    of = report.estimates
    if of is None:
        return True, 0.0, 0.0, 0, -report.started_at, report.key
    return (
        report.is_quiet,
        -of.promises_missed.expected,
        -of.orders.expected,
        -comparable_amount(of.value, currency),
        -report.started_at,
        report.key,
    )
