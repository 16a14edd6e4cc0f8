"""Completions of cohorts in all scenarios, and how likely a promise is kept with and without the failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from impactgraph.columns import Ints
from impactgraph.forecast.comparison import Comparison, Positions
from impactgraph.forecast.scenarios import Reals


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


@dataclass(frozen=True)
class Completions:
    """Of cohorts in N scenarios, (G, N) each with and without the failures; infinite: never, NaN: unknown.

    `weight`: of each scenario, summing to 1; None: all are equally likely.
    """

    factual: Reals
    counterfactual: Reals
    weight: Reals | None

    @staticmethod
    def of(comparison: Comparison) -> "Completions":
        return Completions(comparison.factual.finish, comparison.counterfactual.finish, comparison.weight)

    def chances(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        """Of rows of these cohorts, by their promises; 0 where nothing is promised (0).

        Most promises lie before or after all completions of their cohort, which costs a comparison; the
        others cost a look at its scenarios.
        """
        first, last = self._bounds
        has_promise = promised_by > 0
        is_late = has_promise & (promised_by < first[cohort])
        chances = PromiseChances(np.zeros(len(cohort)), is_late.astype(np.float64))
        at = np.flatnonzero(has_promise & ~is_late & (promised_by < last[cohort]))
        if len(at):
            chances.put(at, self._weighed(cohort[at], promised_by[at]))
        return chances

    @cached_property
    def _bounds(self) -> tuple[Reals, Reals]:
        """(G,) before the first every scenario is late without the failures; after the last none is late."""
        first = np.where(np.isnan(self.counterfactual), -np.inf, self.counterfactual).min(axis=1)
        last = np.fmax(
            np.fmax.reduce(self.factual, axis=1, initial=-np.inf),
            np.fmax.reduce(self.counterfactual, axis=1, initial=-np.inf),
        )
        return first, last

    def _weighed(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        promise = promised_by[:, None]
        with np.errstate(invalid="ignore"):
            is_late = self.counterfactual[cohort] > promise
            is_missed = (self.factual[cohort] > promise) & ~is_late
        if self.weight is None:
            return PromiseChances(is_missed.mean(axis=1), is_late.mean(axis=1))
        weight = self.weight[cohort]
        return PromiseChances((weight * is_missed).sum(axis=1), (weight * is_late).sum(axis=1))


class JoinedCompletions:
    """Of all cohorts: the completions of some of them, each with their positions."""

    def __init__(self, parts: Sequence[tuple[Positions, "Completions"]]) -> None:
        size = sum(len(at) for at, _ in parts)
        self._completions = [completions for _, completions in parts]
        self._part = np.zeros(size, np.intp)
        self._place = np.zeros(size, np.intp)
        for number, (at, _) in enumerate(parts):
            self._part[at] = number
            self._place[at] = np.arange(len(at))

    def chances(self, cohort: Positions, promised_by: Ints) -> PromiseChances:
        """As `Completions` gives them."""
        chances = PromiseChances.none(len(cohort))
        part = self._part[cohort]
        for number, completions in enumerate(self._completions):
            at = np.flatnonzero(part == number)
            if len(at):
                chances.put(at, completions.chances(self._place[cohort[at]], promised_by[at]))
        return chances
