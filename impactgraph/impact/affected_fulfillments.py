"""Affected fulfillments from the match: one row for each fulfillment and reason.

Values that the rows of a cohort share are kept once, in a table of all cohorts; a row has its cohort, its
certainty and its first past effect.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Columns, Ints
from impactgraph.forecast.cohort_outcomes import BANDS, CohortOutcomes
from impactgraph.forecast.completions import JoinedCompletions, PromiseChances, distinct_promises
from impactgraph.forecast.record_outcomes import RecordOutcomes
from impactgraph.forecast.scenario_likelihoods import Deviations, deviations_of
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.impact.affected_rows import AffectedRows, Positions
from impactgraph.impact.matches import FirstEffects, FlowGroup, Matches, RecordGroup

RECORDS_ONLY = len(BANDS) - 1
"""Band of rows of which only records are affected."""
_MANY = 20
"""Of more than one row in so many the chances of promises are computed with those of all others."""
_Table: TypeAlias = dict[str, NDArray[Any]]
_TYPES: dict[str, Any] = {
    "likelihood": np.float64,
    "band": np.int8,
    "impairment": np.int16,
    "workflow": np.int16,
    "step": np.int16,
    "hit_at": np.float64,
    "hits_at_entry": np.bool_,
    "delay": np.float64,
    "completion": np.float64,
    "wrong_decision": np.float64,
}
"""Columns of the table of cohorts."""
_PAST_COLUMNS = {"impairment": "impairment", "step": "step", "hit_at": "at"}
"""Columns in which a past effect replaces the forecast, and its field in FirstEffects."""


@dataclass(frozen=True)
class JoinedGroups:
    """All groups of a match: of each row its fulfillment, its cohort in `table`, and its certainty."""

    columns: Columns
    table: _Table
    fulfillment: Codes
    cohort: Positions
    certainty: Reals
    completions: JoinedCompletions
    """Of the cohorts in `table`."""
    groups: tuple[FlowGroup | RecordGroup, ...]
    """Their rows follow each other."""
    every_outcome: tuple[CohortOutcomes | RecordOutcomes, ...]
    """In the order of `table`, each once."""

    def affected_before(self, moment: float) -> AffectedRows:
        """One row for each fulfillment and reason that is affected before a moment, whatever the
        likelihood.
        """
        rows = AffectedRows(len(self.cohort), self.read)
        with np.errstate(invalid="ignore"):
            if not (self.table["hit_at"] >= moment).any():  # past effects are before every moment asked for
                return rows
            return rows.take(~(rows.hit_at >= moment))

    def forecast_among(self, rows: AffectedRows) -> Codes:
        """Fulfillments of those of the rows whose own way is forecast, not only their records."""
        flow_rows = sum(len(group.cohort) for group in self.groups if isinstance(group, FlowGroup))
        return rows.fulfillment[rows.position < flow_rows]  # `join_groups` has them first

    @cached_property
    def deviations(self) -> Deviations:
        """(cohorts in `table`, K): by how much each is likelier affected in a scenario than on average."""
        return np.concatenate(
            [
                np.zeros((0, SCENARIOS), np.float32),
                *(
                    deviations_of(each.scenario_likelihoods, len(each.likelihood))
                    for each in self.every_outcome
                ),
            ]
        )

    def missed_deviations(self, at: Positions) -> tuple[Ints, Deviations]:
        """Of the rows at some positions: the number of the pair of cohort and promise of each, and by pair
        (pairs, K) by how much the promise is likelier missed in a scenario than on average.
        """
        cohort = self.cohort.take(at)
        order = self.columns.fulfillments.order.take(self.fulfillment.take(at))
        promised_by = self.columns.orders.promised_by.take(order)
        pair, example = distinct_promises(cohort, promised_by)
        return pair, self.completions.missed_deviations(cohort.take(example), promised_by.take(example))

    def read(self, name: str, at: Positions | None) -> NDArray[Any]:
        """Column `name` of AffectedRows at some positions, or (None) at all."""
        cohort = _at(self.cohort, at)
        match name:
            case "position":
                return np.arange(len(self.cohort)) if at is None else at
            case "cohort":
                return cohort
            case "certainty":
                return _at(self.certainty, at)
            case "cohort_likelihood":
                return self.table["likelihood"].take(cohort)
            case "fulfillment":
                return _at(self.fulfillment, at)
            case "order":
                return self.columns.fulfillments.order.take(_at(self.fulfillment, at))
            case "missed" | "late_anyway":
                return getattr(self._promise_chances(at), name)
            case "likelihood" | "wrong_decision":
                return self.table[name].take(cohort) * _at(self.certainty, at)
            case "impairment" | "step":
                return self._with_past(name, self.table[name].take(cohort), cohort, at)
            case "hit_at":
                hit_at = self._hit_at(_at(self.fulfillment, at), cohort, at)
                return self._with_past(name, hit_at, cohort, at)
            case _:
                return self.table[name].take(cohort)

    def _promise_chances(self, at: Positions | None) -> PromiseChances:
        """Of the rows at some positions, or (None) of all."""
        # Totals need those of nearly all rows, in several parts.
        if at is not None and len(at) * _MANY < len(self.cohort):
            return self._chances_of(at)
        every = self._every_promise
        return every if at is None else PromiseChances(every.missed.take(at), every.late_anyway.take(at))

    @cached_property
    def _every_promise(self) -> PromiseChances:
        return self._chances_of(None)

    def _chances_of(self, at: Positions | None) -> PromiseChances:
        order = self.columns.fulfillments.order.take(_at(self.fulfillment, at))
        chances = self.completions.chances(_at(self.cohort, at), self.columns.orders.promised_by.take(order))
        return PromiseChances(chances.missed * _at(self.certainty, at), chances.late_anyway)

    def _hit_at(self, fulfillment: Codes, cohort: Positions, at: Positions | None) -> NDArray[Any]:
        """A hit at the entry to the present step is at the entry of each fulfillment."""
        hit_at = self.table["hit_at"].take(cohort)
        hits_at_entry = self.table["hits_at_entry"].take(cohort)
        if hits_at_entry.any():
            hit_at = np.where(hits_at_entry, self._entered_at(fulfillment, at), hit_at)
        return hit_at

    def _entered_at(self, fulfillment: Codes, at: Positions | None) -> Ints:
        """Since when each fulfillment is in its step, or waits to enter it."""
        entered_at = self.columns.fulfillments.entered_at.take(fulfillment)
        if not any(group.arrivals is not None for group, _ in self._flows):
            return entered_at
        return np.where(entered_at > 0, entered_at, _at(self._arrival_column, at))

    @property
    def _flows(self) -> Iterator[tuple[FlowGroup, slice]]:
        """Groups of fulfillments, with the places of their rows."""
        ends = accumulate(len(group.cohort) for group in self.groups)
        for group, end in zip(self.groups, ends, strict=True):
            if isinstance(group, FlowGroup):
                yield group, slice(end - len(group.cohort), end)

    @cached_property
    def _arrival_column(self) -> Ints:
        """Arrivals of fulfillments that wait to enter their step, 0 of all others."""
        column = np.zeros(len(self.cohort), np.int64)
        for group, rows in self._flows:
            if group.arrivals is not None:
                column[rows] = group.arrivals
        return column

    def _with_past(
        self, name: str, values: NDArray[Any], cohort: Positions, at: Positions | None
    ) -> NDArray[Any]:
        """The values, replaced by those of the first past effect where there is one."""
        past = self._past_effects
        if past is None:
            return values
        has_effect = _at(past.impairment, at) >= 0
        has_flow = self.table["band"].take(cohort) != RECORDS_ONLY
        return np.where(has_effect & has_flow, _at(getattr(past, _PAST_COLUMNS[name]), at), values)

    @cached_property
    def _past_effects(self) -> FirstEffects | None:
        """Of all rows; None where there are none."""
        if all(group.first_effects is None for group, _ in self._flows):
            return None
        whole = FirstEffects.none(len(self.cohort))
        for group, rows in self._flows:
            if group.first_effects is not None:
                whole.impairment[rows] = group.first_effects.impairment
                whole.step[rows] = group.first_effects.step
                whole.at[rows] = group.first_effects.at
        return whole


def _at(values: NDArray[Any], at: Positions | None) -> NDArray[Any]:
    return values if at is None else values.take(at)


def join_groups(columns: Columns, matches: Matches, workflows: Sequence[str]) -> JoinedGroups:
    """All groups of a match; `workflows`: their keys, by number."""
    groups = [*matches.flows, *matches.past_records]
    tables: list[_Table] = []
    every_outcome: list[CohortOutcomes | RecordOutcomes] = []
    starts: dict[int, int] = {}
    size = 0
    for group in groups:
        if id(group.outcome) not in starts:  # several groups take their rows' cohorts from one outcome
            starts[id(group.outcome)] = size
            tables.append(_table_of(group, workflows.index(group.workflow.key)))
            every_outcome.append(group.outcome)
            size += len(group.outcome.likelihood)
    return JoinedGroups(
        columns=columns,
        table={
            name: np.concatenate([np.zeros(0, dtype), *(table[name] for table in tables)])
            for name, dtype in _TYPES.items()
        },
        fulfillment=np.concatenate([np.zeros(0, np.int32), *(group.rows for group in groups)]),
        cohort=np.concatenate(
            [np.zeros(0, np.intp), *(group.cohort + starts[id(group.outcome)] for group in groups)]
        ),
        certainty=np.concatenate([np.zeros(0), *(group.certainty for group in groups)]),
        completions=_join_completions(matches.flows, starts, size),
        groups=tuple(groups),
        every_outcome=tuple(every_outcome),
    )


def _join_completions(groups: Sequence[FlowGroup], starts: Mapping[int, int], size: int) -> JoinedCompletions:
    """Of all cohorts; `starts`: by the identity of an outcome, where its cohorts begin."""
    outcomes = {id(group.outcome): group.outcome for group in groups}
    return JoinedCompletions(
        [
            (starts[key] + np.arange(len(outcome.likelihood)), outcome.completions)
            for key, outcome in outcomes.items()
        ],
        size,
    )


def _table_of(group: FlowGroup | RecordGroup, workflow: int) -> _Table:
    """The part of the table for the cohorts of one outcome, a row a cohort."""
    is_record = isinstance(group, RecordGroup)
    values = _record_values(group.outcome, group.step) if is_record else _flow_values(group.outcome)
    values["workflow"] = workflow
    size = len(group.outcome.likelihood)
    return {
        name: value if isinstance(value, np.ndarray) else np.full(size, value)
        for name, value in values.items()
    }


def _flow_values(outcome: CohortOutcomes) -> dict[str, Any]:
    return {
        "likelihood": outcome.likelihood,
        "band": outcome.band,
        "impairment": outcome.hit_by,
        "step": outcome.hit_step,
        "hit_at": outcome.hit_at,
        "hits_at_entry": False if outcome.hits_at_entry is None else outcome.hits_at_entry,
        "delay": outcome.delay,
        "completion": np.where(outcome.band == RECORDS_ONLY, np.nan, outcome.finish),
        "wrong_decision": outcome.wrong_decision_likelihood,
    }


def _record_values(outcome: RecordOutcomes, step: int) -> dict[str, Any]:
    return {
        "likelihood": outcome.likelihood,
        "band": RECORDS_ONLY,
        "impairment": outcome.hit_by,
        "step": step,
        "hit_at": outcome.emitted_at,
        "hits_at_entry": False,
        "delay": 0.0,
        "completion": np.nan,
        "wrong_decision": 0.0,
    }
