"""One incident: its causes, what it affects, and its state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from graph_models.counts import say_count
from graph_models.enums import FailureClass
from graph_models.estimates import Estimates
from graph_models.failure import Failure
from graph_models.impact import Path, Question
from graph_models.incident_life import IncidentLife
from graph_models.incidents import Alert, CandidateCause, Incident
from graph_models.journal import Change, Maintenance
from graph_models.scope import EVERYWHERE
from graph_models.time import DAY, FOREVER, Millis
from impactgraph.diagnosis.incidents.sentences import cause_text, change_text, incident_text
from impactgraph.impact.paths import path_to
from impactgraph.operations.lifecycle import Course, Episode, actions_of, life_of
from impactgraph.operations.maintenance import maintenance_of
from impactgraph.operations.ranking import rank_reason
from impactgraph.propagation import propagate
from impactgraph.repair.replay import open_record_count
from impactgraph.topology.names import element_text
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.record_watch import watch
from impactgraph.usecases.snapshot import Snapshot

HEALS_WITHIN: Millis = DAY
"""What an ended failure delayed heals by itself within this time; what it rejected may wait longer."""
_SUPPOSED = "likely-cause"
_PATHS_TO: Millis = DAY
"""A cause is followed for so long to find the path to its alerts."""
_MOST_CHANGES = 3
"""That the evidence of a cause names."""


@dataclass(frozen=True, slots=True)
class Residual:
    """What failures that have ended have left. Numbers are of orders, but for `records`."""

    healed: int
    healing: int
    """They go on by themselves."""
    need_action: int
    """They wait for a replay or a person."""
    records: int
    """On the replay list: they come only when they are sent again, or came too often."""
    drained_by: Millis | None
    """When the last backlog is cleared; None where there was none."""
    is_empty: bool
    """Whether nothing is left to wait for or to do."""


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
    changes: tuple[Change, ...] = ()
    """What changed before, where place and time fit; the nearest first."""


@dataclass(frozen=True)
class IncidentReport:
    key: str
    headline: str
    impact: str
    """What it affects: the headline of its blast radius; of alerts that nothing explains: nothing."""
    started_at: Millis
    is_active: bool
    is_quiet: bool
    """No order and no record is affected, nothing explains its alerts, or it is planned maintenance."""
    unknown: float
    failures: tuple[Failure, ...]
    alerts: tuple[Alert, ...]
    """Those of the question, and the failures that were made from alerts."""
    likely_cause: tuple[LikelyCause, ...]
    team: str | None
    """Bare key of the team that owns the likeliest cause."""
    estimates: Estimates | None
    """Of its blast radius; None of alerts that nothing explains."""
    question: Question
    """The question of its blast radius: the failures on record, else the likeliest cause as a supposed one.
    """
    reason: str
    """Why it ranks where it does, in a line: what is at stake, or why it is quiet."""
    life: IncidentLife
    maintenance: Maintenance | None = None
    """The planned maintenance that it is part of."""
    residual: Residual | None = None
    """What those of its failures that have ended have left; None where none has."""
    rank: int = 0
    """Its place among the incidents that were asked for, from 1 on; 0 where it was asked for alone."""

    @property
    def members(self) -> tuple[str, ...]:
        """Keys of its failures and alerts."""
        failures = [failure.key for failure in self.failures]
        return tuple(dict.fromkeys((*failures, *(alert.key for alert in self.alerts))))


def alert_of(failure: Failure) -> Alert:
    """A failure on record, as the correlation takes it."""
    return Alert(
        key=failure.key,
        element=failure.target,
        started_at=failure.started_at,
        ended_at=failure.ended_at,
        failure_class=failure.failure_class,
        scope=failure.scope,
        text=failure.summary,
        is_statement=failure.alert is None,
        origin=failure.alert,
    )


def headline_of(s: Snapshot, incident: Incident) -> str:
    """Its likeliest cause, in one sentence."""
    return incident_text(incident, partial(element_text, s.topology))


def report_incident(s: Snapshot, ask: Ask, incident: Incident, as_of: Millis | None) -> IncidentReport:
    """Costs an answer, but for alerts that nothing explains; another one where some of its failures have
    ended and others last.
    """
    keys = {alert.key for alert in incident.alerts}
    failures = tuple(failure for failure in s.failures if failure.key in keys)
    asked_for = _question(incident, failures, as_of)
    answer = ask(s, asked_for) if failures or incident.is_explained else None
    first = incident.causes[0].element if incident.causes else None
    maintenance = maintenance_of(incident, s.journal.maintenance, s.at)
    affects = answer is not None and _affects(answer)
    lost_elements = [each.target for each in failures if each.target not in s.topology.elements]
    residual = _residual(s, ask, answer, failures) if answer is not None else None
    records = residual.records if residual is not None else 0
    is_quiet = not (affects or lost_elements or records) or maintenance is not None
    return IncidentReport(
        key=incident.key,
        headline=headline_of(s, incident),
        impact=answer.headline if answer is not None else "Nothing is supposed to be affected.",
        started_at=incident.started_at,
        is_active=is_active(incident, s.at),
        is_quiet=is_quiet,
        unknown=incident.unknown,
        failures=failures,
        alerts=tuple(alert for alert in incident.alerts if not alert.is_statement),
        likely_cause=tuple(_cause(s, incident, each) for each in incident.causes),
        team=s.topology.owner_of(first) if first is not None else None,
        estimates=answer.estimates if answer is not None else None,
        question=asked_for,
        reason=_reason(answer, maintenance, lost_elements, records),
        life=life_of(
            course_of(incident, failures, s.at),
            actions_of(keys, s.journal.actions),
            is_quiet=is_quiet,
            is_healed=not (affects or records) or residual is None or residual.is_empty,
        ),
        maintenance=maintenance,
        residual=residual,
    )


def is_active(incident: Incident, at: Millis) -> bool:
    return any(alert.ended_at is None or alert.ended_at > at for alert in incident.alerts)


def course_of(incident: Incident, failures: Sequence[Failure], at: Millis) -> Course:
    """When its failures, with all their episodes, and its alerts lasted."""
    episodes = {alert.key: (_episode(alert),) for alert in incident.alerts}
    episodes |= {
        failure.key: tuple(_episode(each, each.reported_at) for each in failure.episodes)
        for failure in failures
    }
    return Course(episodes, at, frozenset(failure.key for failure in failures))


def _episode(each: Alert | Failure, reported_at: Millis = 0) -> Episode:
    until = FOREVER if each.ended_at is None else each.ended_at
    return Episode(each.started_at, until, reported_at)


def _residual(s: Snapshot, ask: Ask, answer: Answer, failures: Sequence[Failure]) -> Residual | None:
    """What those that have ended have left; None where none has."""
    if answer.residual is not None:
        return _residual_of(s, answer)
    ended_keys = [failure.key for failure in failures if _may_have_left(s, failure)]
    if not ended_keys:
        return None
    return _residual_of(s, ask(s, Question(failures=tuple(ended_keys), as_of=answer.question.as_of)))


def _may_have_left(s: Snapshot, failure: Failure) -> bool:
    """Whether a failure has ended, and what it did may not have healed yet."""
    if failure.ended_at is None or failure.ended_at > s.at:
        return False
    return failure.ended_at > s.at - HEALS_WITHIN or failure.key in failures_with_work(s)


def failures_with_work(s: Snapshot) -> frozenset[str]:
    """Keys of failures that may have left work, however long ago they ended: they rejected messages, or
    explain records that are missing or doubled still.
    """
    return s.causes_of_open_records.union(s.rejections.failures)


def _residual_of(s: Snapshot, answer: Answer) -> Residual | None:
    totals = answer.residual
    if totals is None:
        return None
    records = open_record_count(answer, watch(s, answer.failures))
    is_drained = totals.drained_by is None or totals.drained_by <= s.at
    return Residual(
        healed=totals.healed,
        healing=totals.healing,
        need_action=totals.need_action,
        records=records,
        drained_by=totals.drained_by,
        is_empty=is_drained and not (totals.healing or totals.need_action or records),
    )


def _reason(
    answer: Answer | None, maintenance: Maintenance | None, lost_elements: Sequence[str], records: int
) -> str:
    """`lost_elements`: failed ones that the topology does not have any more; `records`: left to repair."""
    stake = rank_reason(answer.estimates) if answer is not None else ""
    if not stake and records:
        stake = f"{say_count(records, 'record')} to repair"
    if maintenance is not None:
        plan = f"planned maintenance {maintenance.key}"
        return f"{plan}; {stake}" if stake else plan
    if lost_elements:
        unknown = f"the topology has no {lost_elements[0]} any more: what its failure affects is not known"
        return f"{stake}; {unknown}" if stake else unknown
    if answer is None:
        return "nothing explains it"
    return stake or ("less than one order" if _affects(answer) else "no order and no record is affected")


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
    by_key = {change.key: change for change in s.journal.changes}
    changes = tuple(by_key[key] for key in cause.changes)
    name = partial(element_text, s.topology)
    texts = [change_text(change, cause.started_at, name) for change in changes[:_MOST_CHANGES]]
    return LikelyCause(
        element=cause.element,
        failure_class=cause.failure_class,
        score=cause.likelihood,
        started_at=cause.started_at,
        explains=tuple(each.alert for each in cause.explains),
        silent=cause.silent,
        evidence=" ".join((cause_text(incident, cause, name), *texts)),
        path=_paths(s, cause),
        changes=changes,
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
