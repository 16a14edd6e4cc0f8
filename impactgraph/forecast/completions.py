"""Completions of cohorts in all scenarios, and how likely a promise is kept with and without the failures."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph_models.time import MINUTE
from impactgraph.columns import Ints
from impactgraph.forecast.barriers import Flags
from impactgraph.forecast.comparison import Comparison, Positions, weighted_quantile
from impactgraph.forecast.scenario_likelihoods import Deviations, scenario_deviations
from impactgraph.forecast.scenarios import SCENARIOS, Reals

_DENSE_FACTOR = 8
_DENSE_MINIMUM = 100_000
"""Values are counted in a table of all possible values up to so many, and so many per row; else they are
sorted.
"""


@dataclass(frozen=True)
class PromiseChances:
    """Each (rows,): that the promise is missed because of the failures (it would be kept without them), and
    that it is missed in any case.
    """

    missed: Reals
    late_anyway: Reals

    @staticmethod
    def none(rows: int) -> "PromiseChances":
        return PromiseChances(np.zeros(rows), np.zeros(rows))

    def put(self, at: Positions, other: "PromiseChances") -> None:
        """Replaces the rows at some positions."""
        self.missed[at], self.late_anyway[at] = other.missed, other.late_anyway


class CohortCompletions(ABC):
    """Completions of cohorts, as far as promises are concerned."""

    @abstractmethod
    def bounds(self) -> tuple[Reals, Reals]:
        """(G,) before the first every scenario is late without the failures; after the last none is late."""

    @abstractmethod
    def weigh(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        """The chances by the scenarios of each cohort."""

    @abstractmethod
    def missed_deviations(self, cohort: Positions, promised_by: Ints) -> Deviations:
        """(rows, K): by how much a promise is likelier missed because of the failures in each scenario than
        on average.
        """

    @abstractmethod
    def fulfilled_by(self, cohort: Positions, level: float) -> Reals:
        """(rows,) by when what is promised is fulfilled in this share of the scenarios, with the failures:
        infinite where that is never, NaN where it is unknown.
        """

    def chances(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        """Of rows of these cohorts, by their promises; 0 where nothing is promised (0).

        Most promises lie before or after all completions of their cohort, which costs a comparison. The
        others cost a look at its scenarios for each different promise of a cohort.
        """
        first, last = self.bounds()
        has_promise = promised_by > 0
        is_late = has_promise & (promised_by < first.take(cohort))
        chances = PromiseChances(np.zeros(len(cohort)), is_late.astype(np.float64))
        at = np.flatnonzero(has_promise & ~is_late & (promised_by < last.take(cohort)))
        if not len(at):
            return chances
        cohort, promised_by = cohort.take(at), promised_by.take(at)
        pair, example = distinct_promises(cohort, promised_by)
        weights = self.weigh(cohort.take(example), promised_by.take(example))
        chances.put(at, PromiseChances(weights.missed.take(pair), weights.late_anyway.take(pair)))
        return chances


@dataclass(frozen=True)
class Completions(CohortCompletions):
    """Of cohorts in N scenarios, (G, N) each with and without the failures; infinite: never, NaN: unknown.

    What is collected is complete, as far as promises are concerned, when it is ready.

    `weight`: of each scenario, summing to 1; None: all are equally likely.
    """

    factual: Reals
    counterfactual: Reals
    weight: Reals | None

    @staticmethod
    def of(comparison: Comparison) -> "Completions":
        return Completions(
            comparison.factual.fulfilled_at, comparison.counterfactual.fulfilled_at, comparison.weight
        )

    def bounds(self) -> tuple[Reals, Reals]:
        return self._bounds

    @cached_property
    def _bounds(self) -> tuple[Reals, Reals]:
        first = np.where(np.isnan(self.counterfactual), -np.inf, self.counterfactual).min(axis=1)
        last = np.fmax(
            np.fmax.reduce(self.factual, axis=1, initial=-np.inf),
            np.fmax.reduce(self.counterfactual, axis=1, initial=-np.inf),
        )
        return first, last

    def missed_deviations(self, cohort: Positions, promised_by: Ints) -> Deviations:
        is_missed, _ = self._flags(cohort, promised_by)
        return scenario_deviations(is_missed, None if self.weight is None else self.weight[cohort])

    def fulfilled_by(self, cohort: Positions, level: float) -> Reals:
        values = self.factual[cohort]
        weight = np.ones_like(values) if self.weight is None else self.weight[cohort]
        return weighted_quantile(values, np.where(np.isnan(values), 0.0, weight), level)

    def _flags(self, cohort: Positions, promised_by: Ints) -> tuple[Flags, Flags]:
        """(rows, N) each: the promise is missed because of the failures, and it is missed in any case."""
        promise = promised_by[:, None]
        with np.errstate(invalid="ignore"):
            is_late = self.counterfactual[cohort] > promise
            return (self.factual[cohort] > promise) & ~is_late, is_late

    def weigh(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        is_missed, is_late = self._flags(cohort, promised_by)
        if self.weight is None:
            return PromiseChances(is_missed.mean(axis=1), is_late.mean(axis=1))
        weight = self.weight[cohort]
        return PromiseChances((weight * is_missed).sum(axis=1), (weight * is_late).sum(axis=1))


class JoinedCompletions(CohortCompletions):
    """Of all cohorts: the completions of some of them, each with their positions.

    The promises of cohorts that are in no part are kept.
    """

    def __init__(self, parts: Sequence[tuple[Positions, CohortCompletions]], size: int | None = None) -> None:
        """`size`: the number of all cohorts; None: all are in a part."""
        self._size = sum(len(at) for at, _ in parts) if size is None else size
        self._parts = parts

    def bounds(self) -> tuple[Reals, Reals]:
        return self._bounds

    @cached_property
    def _bounds(self) -> tuple[Reals, Reals]:
        first, last = np.full(self._size, -np.inf), np.full(self._size, -np.inf)
        for at, completions in self._parts:
            first[at], last[at] = completions.bounds()
        return first, last

    @cached_property
    def _places(self) -> tuple[Positions, Positions]:
        """(G,) the part of each cohort, and its place there."""
        part, place = np.full(self._size, -1, np.intp), np.zeros(self._size, np.intp)
        for number, (at, _) in enumerate(self._parts):
            part[at] = number
            place[at] = np.arange(len(at))
        return part, place

    def weigh(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        chances = PromiseChances.none(len(cohort))
        part_of, place_of = self._places
        part = part_of[cohort]
        for number, (_, completions) in enumerate(self._parts):
            at = np.flatnonzero(part == number)
            if len(at):
                chances.put(at, completions.weigh(place_of[cohort[at]], promised_by[at]))
        return chances

    def fulfilled_by(self, cohort: Positions, level: float) -> Reals:
        moments = np.full(len(cohort), np.nan)
        part_of, place_of = self._places
        part = part_of[cohort]
        for number, (_, completions) in enumerate(self._parts):
            at = np.flatnonzero(part == number)
            if len(at):
                moments[at] = completions.fulfilled_by(place_of[cohort[at]], level)
        return moments

    def missed_deviations(self, cohort: Positions, promised_by: Ints) -> Deviations:
        deviations = np.zeros((len(cohort), SCENARIOS), np.float32)
        part_of, place_of = self._places
        part = part_of[cohort]
        for number, (_, completions) in enumerate(self._parts):
            at = np.flatnonzero(part == number)
            if len(at):
                deviations[at] = completions.missed_deviations(place_of[cohort[at]], promised_by[at])
        return deviations


def distinct_promises(cohort: Positions, promised_by: Ints) -> tuple[Ints, Positions]:
    """(rows,) the number of the pair of cohort and promise of each row, and a row of each pair."""
    count, promise = _codes_of_equal(promised_by, int(MINUTE))
    pairs, pair = _codes_of_equal(cohort * count + promise)
    example = np.empty(pairs, np.intp)
    example[pair] = np.arange(len(pair))
    return pair, example


def _codes_of_equal(values: Ints, unit: int = 1) -> tuple[int, Ints]:
    """How many values there are, and the code of each: equal values have the same.

    `unit`: a common one of many lists of values, by which they are fewer.
    """
    offset = values - values.min()
    if unit > 1 and not (offset % unit).any():
        offset //= unit
    span = int(offset.max()) + 1
    if span > _DENSE_FACTOR * len(offset) + _DENSE_MINIMUM:
        distinct: tuple[Ints, Positions] = np.unique(offset, return_inverse=True)
        return len(distinct[0]), distinct[1]
    present = np.flatnonzero(np.bincount(offset))
    code_of = np.zeros(span, np.intp)
    code_of[present] = np.arange(len(present))
    return len(present), code_of[offset]
