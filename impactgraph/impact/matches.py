"""Result of a match: groups of fulfillments, each row with the cohort whose forecast it takes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Emission, Workflow
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.cohort_outcomes import CohortOutcomes
from impactgraph.forecast.record_outcomes import RecordOutcomes
from impactgraph.forecast.scenarios import Reals

Positions: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True)
class RecordGroup:
    """One record type of some fulfillments: `rows` are rows of fulfillments, `cohort` (rows,) indexes
    `outcome`.
    """

    workflow: Workflow
    step: int
    rows: Codes
    cohort: Positions
    outcome: RecordOutcomes
    certainty: Reals
    """(rows,) factor of the likelihood."""
    is_past: bool
    """Its step has been completed: no FlowGroup stands for it."""

    def take(self, mask: NDArray[np.bool_]) -> "RecordGroup":
        """Some of its rows."""
        return replace(self, rows=self.rows[mask], cohort=self.cohort[mask], certainty=self.certainty[mask])

    @property
    def emission(self) -> Emission:
        return self.workflow.records[self.outcome.bit][1]


@dataclass(frozen=True)
class FirstEffects:
    """First past effect of each row: index of the impairment (-1: none), step and moment."""

    impairment: NDArray[np.int16]
    step: NDArray[np.int16]
    at: Reals

    @staticmethod
    def none(rows: int) -> "FirstEffects":
        return FirstEffects(np.full(rows, -1, np.int16), np.full(rows, -1, np.int16), np.full(rows, np.nan))


@dataclass(frozen=True)
class FlowGroup:
    """Fulfillments in one step, each with its cohort in `outcome`, the certainty and what affected it
    before.
    """

    workflow: Workflow
    step: int
    rows: Codes
    cohort: Positions
    outcome: CohortOutcomes
    certainty: Reals
    first_effects: FirstEffects | None
    """None: nothing affected any of them before."""
    arrivals: Ints | None = None
    """(rows,) since when they wait to enter the step; None: they are in it."""


RecordSource: TypeAlias = Callable[[], Sequence[RecordGroup]]


@dataclass(frozen=True)
class Matches:
    """All groups of one question."""

    flows: tuple[FlowGroup, ...] = ()
    past_records: tuple[RecordGroup, ...] = ()
    """Of steps that are completed."""
    record_sources: tuple[RecordSource, ...] = ()
    """What gives all groups of records. Those of steps that are not completed cost a pass over their rows;
    totals of orders need none of them.
    """

    @cached_property
    def records(self) -> tuple[RecordGroup, ...]:
        """All groups of records."""
        return tuple(group for source in self.record_sources for group in source())

    @staticmethod
    def of_past_records(groups: Sequence[RecordGroup]) -> "Matches":
        return Matches((), tuple(groups), (lambda: groups,))

    @staticmethod
    def join(parts: Iterable["Matches"]) -> "Matches":
        every = list(parts)
        return Matches(
            tuple(group for part in every for group in part.flows),
            tuple(group for part in every for group in part.past_records),
            tuple(source for part in every for source in part.record_sources),
        )

    @property
    def rows(self) -> int:
        """Number of pairs of a fulfillment and a reason."""
        return sum(len(g.cohort) for g in self.flows) + sum(len(g.cohort) for g in self.past_records)
