"""Measures of the work on incidents and of what they cost, by week or month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import RecordKind
from graph_models.failure import Failure
from graph_models.incidents import Incident
from graph_models.journal import IncidentAction
from graph_models.time import DAY, Millis, moment
from graph_models.topology import Topology
from impactgraph.diagnosis.records.slots import FAR
from impactgraph.diagnosis.records.states_of_records import record_states
from impactgraph.errors import BadInputError, NoTopologyError
from impactgraph.measures.forecasts import ForecastCheck, check_forecast
from impactgraph.measures.incidents import (
    Grouping,
    IncidentFacts,
    IncidentFigures,
    IncidentGroup,
    Spread,
    figures_by_period,
    groups_of,
)
from impactgraph.measures.orders import (
    LatePostings,
    Postings,
    ServiceLevel,
    StepErrors,
    kept_at,
    late_postings,
    service_levels,
    step_errors,
)
from impactgraph.measures.periods import Period, PeriodUnit, periods_between
from impactgraph.topology.names import element_title
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.incident_facts import headline_of
from impactgraph.usecases.incident_history import (
    Hit,
    facts_of,
    forecast_moment,
    hit_at,
    incidents_since,
    last_moment,
)
from impactgraph.usecases.snapshot import Snapshot

__all__ = [
    "ForecastCheck",
    "IncidentFigures",
    "LatePostings",
    "Measures",
    "MeasuresQuestion",
    "PeriodUnit",
    "ServiceLevel",
    "Spread",
    "StepErrors",
    "measures",
]

DEFAULT_SPAN: Millis = 28 * DAY
MOST_PERIODS = 120
MOST_ASKED = 200


@dataclass(frozen=True, slots=True)
class MeasuresQuestion:
    unit: PeriodUnit = PeriodUnit.WEEK
    since: Millis | None = None
    """None: four weeks before the moment. The period that has it is the first one, as a whole."""
    as_of: Millis | None = None
    asked: int = 20
    """Of how many incidents, the latest first, it is asked what they hit: each costs two answers."""


@dataclass(frozen=True)
class Measures:
    at: Millis
    unit: PeriodUnit
    periods: tuple[tuple[Period, IncidentFigures], ...]
    """The oldest first; the last one is not over."""
    groups: tuple[IncidentGroup, ...]
    service: tuple[ServiceLevel, ...]
    steps: tuple[StepErrors, ...]
    postings: tuple[LatePostings, ...]
    forecasts: tuple[ForecastCheck, ...]
    """Of incidents with orders whose promise is over, the newest first."""
    notes: tuple[str, ...]
    """Why something is empty or not complete; sentences."""


def measures(s: Snapshot, ask: Ask, question: MeasuresQuestion) -> Measures:
    """Costs a look at all orders and records, and two answers for each incident that is asked of.

    Raises:
        NoTopologyError: no topology was applied.
        BadInputError: more than 120 periods, or more than 200 incidents to ask of.
    """
    if not s.topology.version:
        raise NoTopologyError
    periods = _periods(s, question)
    since = periods[0].start
    promise_keeping = kept_at(s.topology, s.columns)
    incidents = incidents_since(s, since)
    facts, checks = _examine(s, ask, incidents, question.asked, _Outcomes(s, promise_keeping))
    answer = Measures(
        at=s.at,
        unit=question.unit,
        periods=figures_by_period(facts, periods),
        groups=tuple(replace(each, name=_group_name(s.topology, each)) for each in groups_of(facts)),
        service=service_levels(s.columns, promise_keeping, periods, s.at),
        steps=tuple(
            replace(each, name=element_title(s.topology, each.step))
            for each in step_errors(s.columns, periods)
        ),
        postings=late_postings(_postings(s), periods),
        forecasts=checks,
        notes=(),
    )
    return replace(answer, notes=(*_notes(answer, facts, question), *_notes_on_retention(s, since)))


def _group_name(topology: Topology, group: IncidentGroup) -> str:
    if group.grouping is Grouping.OWNER:
        team = topology.teams.get(group.key)
        return (team.name if team is not None else "") or group.key
    return element_title(topology, group.key)


def _periods(s: Snapshot, question: MeasuresQuestion) -> tuple[Period, ...]:
    if not 0 <= question.asked <= MOST_ASKED:
        raise BadInputError(f"asked is {question.asked}; give a number from 0 to {MOST_ASKED}.")
    since = s.at - DEFAULT_SPAN if question.since is None else question.since
    if since > s.at:
        raise BadInputError("since is after the moment of the answer: give an earlier one.")
    periods = periods_between(max(since, s.at - 4_000 * DAY), s.at, question.unit)
    if len(periods) > MOST_PERIODS:
        raise BadInputError(
            f"There are {len(periods)} {question.unit}s since then, and {MOST_PERIODS} at most: give a later "
            "moment, or ask by month."
        )
    return periods


class _Outcomes:
    """Whether promises that are over were missed."""

    def __init__(self, s: Snapshot, kept: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
        self._s, self._kept = s, kept

    def of(self, keys: Sequence[str]) -> dict[str, bool]:
        """By order, without those whose promise is not over and those that have none."""
        orders = self._s.columns.orders
        flags: dict[str, bool] = {}
        for key, row in zip(keys, self._s.columns.order_rows(keys).tolist(), strict=True):
            promised_by, kept_at = int(orders.promised_by[row]), int(self._kept[row])
            if row >= 0 and promised_by and kept_at and min(promised_by, kept_at) <= self._s.at:
                flags[key] = kept_at > promised_by
        return flags


def _examine(
    s: Snapshot,
    ask: Ask,
    incidents: Sequence[tuple[Incident, tuple[Failure, ...]]],
    asked_count: int,
    outcomes: _Outcomes,
) -> tuple[list[IncidentFacts], tuple[ForecastCheck, ...]]:
    actions: dict[str, list[IncidentAction]] = {}
    for action in s.store.journal(s.as_of).actions:
        actions.setdefault(action.incident, []).append(action)
    facts: list[IncidentFacts] = []
    checks: list[ForecastCheck | None] = []
    for number, (incident, failures) in enumerate(incidents):
        last: Hit | None = None
        if number < asked_count:
            last_at = last_moment(s, failures)
            last = hit_at(s, ask, failures, last_at)
            early = forecast_moment(s, failures)
            first = last if early == last_at else hit_at(s, ask, failures, early)
            checks.append(_check(s, incident, first, outcomes))
        facts.append(facts_of(s, incident, failures, actions, last))
    return facts, tuple(each for each in checks if each is not None)


def _check(s: Snapshot, incident: Incident, hit: Hit | None, outcomes: _Outcomes) -> ForecastCheck | None:
    if hit is None:
        return None
    missed = outcomes.of([each.order for each in hit.forecast])
    return check_forecast(incident.key, headline_of(s, incident), hit.at, hit.forecast, missed)


def _postings(s: Snapshot) -> Postings:
    states = record_states(s.topology, s.columns, s.durations, s.at, s.declared_records)
    is_posting = np.array([slot.kind is RecordKind.POSTING for slot in states.slots] or [False])
    which = np.flatnonzero(is_posting[states.slot] & (states.due < FAR)) if len(states) else np.zeros(0, int)
    types = sorted({slot.type for slot in states.slots if slot.kind is RecordKind.POSTING})
    code_of = np.array([types.index(each.type) if each.type in types else 0 for each in states.slots] or [0])
    order = s.columns.fulfillments.order[states.row[which]]
    return Postings(
        type=types,
        code=code_of[states.slot[which]],
        due=states.due[which],
        came=np.minimum(states.recorded_at[which], s.at),
        micros=states.amount[which],
        currency=s.columns.dictionaries.currencies.values,
        of_currency=s.columns.orders.currency[order].astype(np.int64),
    )


def _notes_on_retention(s: Snapshot, since: Millis) -> Iterator[str]:
    """What the figures lack since orders were removed by their age."""
    whole_from = s.store.retained_from()
    if whole_from is not None and since < whole_from.answers:
        yield (
            f"Orders that ended before {moment(whole_from.answers):%Y-%m-%d %H:%M} UTC were removed by "
            "retention: "
            "figures of orders, promises, steps and postings before that are not complete, and the "
            "impact of incidents before that is not computed."
        )


def _notes(answer: Measures, facts: Sequence[IncidentFacts], question: MeasuresQuestion) -> tuple[str, ...]:
    asked_count = sum(each.orders is not None for each in facts)
    unexplained_count = sum(each.cause is None for each in facts)
    unowned_count = sum(each.cause is not None and each.owner is None for each in facts)
    texts = (
        (not facts, "No failure that is on record began in this time: there is no incident to measure."),
        (
            bool(facts) and not any(each.alerts for each in facts),
            "No failure was made from an alert: there are no figures on alerts.",
        ),
        (
            bool(facts) and not any(each.actions for each in facts),
            "Nobody recorded work on an incident: the times to acknowledge and to mitigate are unknown.",
        ),
        (unexplained_count > 0, _left_out("cause and owner", unexplained_count, "no likely cause")),
        (unowned_count > 0, _left_out("owner", unowned_count, "a likely cause that nobody owns")),
        (
            bool(facts) and all(each.reported_at <= each.signs_at for each in facts),
            "Reports are dated at the start of their failures: how long these went unseen is not known.",
        ),
        (
            asked_count < len(facts),
            f"Orders and promises are those of {asked_count} of {len(facts)} incidents: impact is computed "
            f"for the latest {question.asked}, where their failures were on record before they ended.",
        ),
        (bool(facts) and not answer.forecasts, "No order that was forecast has a promise that is over."),
        (not answer.service, "No promise of an order was over in this time."),
        (not answer.steps, "No order entered a step in this time."),
        (not answer.postings, "No posting with an amount was late in this time."),
    )
    return tuple(text for is_so, text in texts if is_so)


def _left_out(rows: str, count: int, what: str) -> str:
    have, them = ("incident has", "it") if count == 1 else ("incidents have", "them")
    return f"{count:,} {have} {what}: the figures by {rows} do not count {them}."
