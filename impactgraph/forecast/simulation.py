"""Start, setup and result of a simulation. Arrays are (G, K): G cohorts, K scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.barriers import Barrier, Flags
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import SCENARIOS, Reals

NOBODY = np.int16(-1)
"""Index of no impairment."""
Indexes = NDArray[np.int16]


@dataclass
class RecordDefect:
    """Where (G, K) a record is duplicated or has wrong content, and the barrier that causes it."""

    occurs: Flags
    barrier: Barrier


@dataclass
class SimulationResult:
    """Moments and first hits of one simulation, each (G, K).

    `hit_by` is the first barrier that matters (an index of `ImpairmentForecast.entries`, else -1): that costs
    more than the tolerance or changes contents; where none does, the first that costs anything. `hit_step`
    and `hit_at` are the step and the moment where it does.
    """

    finish: Reals
    hit_by: Indexes
    hit_step: Indexes
    hit_at: Reals
    is_waiting: Flags
    """Where any barrier holds the cohort at the moment of the question."""
    hit_matters: Flags
    """Where the hit is one that matters."""
    has_content_effect: Flags
    """Where something was done twice, or decided on stale data."""
    wrong_decision: Flags
    """Where a decision on stale data is wrong."""
    record_arrivals: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """By record bit: its arrival; NaN in scenarios whose route does not emit it."""
    record_emissions: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """By record bit: completion of the step that emits it."""
    record_hit_by: dict[int, Indexes] = field(default_factory=dict[int, Indexes])
    record_defects: dict[int, list[RecordDefect]] = field(default_factory=dict[int, list[RecordDefect]])
    readiness: Reals | None = None
    """When the order is ready to collect, where that is what keeps a promise; None: `finish` does."""
    departures: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """By visit: arrival at the next step, or the end. Empty unless `SimulationSetup.keeps_departures`."""

    @property
    def fulfilled_at(self) -> Reals:
        """(G, K) when a promise is kept at the latest: ready to collect, else at the end."""
        if self.readiness is None:
            return self.finish
        return np.where(np.isnan(self.readiness), self.finish, self.readiness)

    @staticmethod
    def blank(cohorts: int) -> "SimulationResult":
        shape = (cohorts, SCENARIOS)
        return SimulationResult(
            finish=np.full(shape, np.nan),
            hit_by=np.full(shape, NOBODY),
            hit_step=np.full(shape, NOBODY),
            hit_at=np.full(shape, np.nan),
            is_waiting=np.zeros(shape, bool),
            hit_matters=np.zeros(shape, bool),
            has_content_effect=np.zeros(shape, bool),
            wrong_decision=np.zeros(shape, bool),
        )


@dataclass(frozen=True)
class PendingDecision:
    """A wrong decision before the simulation begins: the step that made it, and the step where it
    surfaces.
    """

    step: int
    surfacing_step: int


@dataclass(frozen=True)
class StaleRead:
    """A decision that was made while this barrier made its data stale."""

    decision: PendingDecision
    barrier: Barrier


@dataclass(frozen=True)
class SimulationStart:
    """Cohorts in one step: their rows, and when they complete that step (rows, K)."""

    rows: slice
    completion: Reals
    is_given_up: Flags | None = None
    """(rows,) whether it is not handed over by itself; None: all are."""
    overstay: Reals | None = None
    """(rows, K) how much longer than that it has stayed until now."""
    is_overheld: Flags | None = None
    """(rows, K) where a failure holds it for so long."""

    @staticmethod
    def join(parts: Sequence["SimulationStart"]) -> "SimulationStart":
        """Of cohorts whose rows follow each other."""

        def joined(name: str, blank: NDArray[Any]) -> NDArray[Any] | None:
            values = [getattr(part, name) for part in parts]
            if all(value is None for value in values):
                return None
            sizes = [len(part.completion) for part in parts]
            return np.concatenate(
                [np.repeat(blank, n, 0) if v is None else v for v, n in zip(values, sizes, strict=True)]
            )

        return SimulationStart(
            rows=slice(parts[0].rows.start, parts[-1].rows.stop),
            completion=np.concatenate([part.completion for part in parts]),
            is_given_up=joined("is_given_up", np.zeros(1, bool)),
            overstay=joined("overstay", np.zeros((1, SCENARIOS))),
            is_overheld=joined("is_overheld", np.zeros((1, SCENARIOS), bool)),
        )

    def equals(self, other: "SimulationStart") -> bool:
        """Whether cohorts without failures go on alike from both."""
        if not np.array_equal(self.completion, other.completion):
            return False
        if self.overstay is None or other.overstay is None:
            return self.overstay is other.overstay
        return np.array_equal(self.overstay, other.overstay)


@dataclass(frozen=True)
class SimulationSetup:
    """What the simulations of some cohorts have in common."""

    plan: Plan
    as_of: float
    tolerance: float
    """A wait of no more does not matter by itself."""
    slowdown: Reals
    """(G,) how much longer than usual the steps on site take."""
    keeps_departures: bool = False

    @property
    def blank_result(self) -> SimulationResult:
        return SimulationResult.blank(len(self.slowdown))
