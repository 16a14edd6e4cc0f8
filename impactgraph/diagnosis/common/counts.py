"""Counts of a comparison by step and value, and the probability that chance alone produces them."""

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.diagnosis.common.comparison import Comparison
from impactgraph.diagnosis.common.tails import g_statistic, log_chi_square_tail, sum_tail
from impactgraph.forecast.scenarios import Reals

Flags = NDArray[np.bool_]
_FEW = 10.0
"""With fewer overdue visits expected, the exact test is used."""
_LEAST = 1e-250


@dataclass(frozen=True)
class Counts:
    """Totals of a comparison with contrast: every hour has visits that are overdue and visits that
    are not.
    """

    comparison: Comparison
    overdue: Reals
    """By step."""
    all: Reals
    """By step."""
    rate: Reals
    """By visit: the share of overdue visits among those that began in the same hour."""

    @staticmethod
    def of(comparison: Comparison) -> "Counts":
        steps = int(comparison.step_stratum.max(initial=0)) + 1
        hour_size = np.bincount(comparison.hour_stratum)
        hour_overdue = sums(comparison.hour_stratum, comparison.is_overdue, 0)
        size = sums(comparison.step_stratum, np.ones(len(comparison)), steps)
        return Counts(
            comparison,
            sums(comparison.step_stratum, comparison.is_overdue, steps),
            np.maximum(size, 1.0),
            (hour_overdue / np.maximum(hour_size, 1))[comparison.hour_stratum],
        )

    def table(self, visits: NDArray[np.intp], value: NDArray[np.intp], values: int) -> "Table":
        """Counts of these visits, whose `value` is a number from 0 to `values` - 1."""
        steps = len(self.all)
        cell = value * steps + self.comparison.step_stratum[visits]
        weights = self.comparison.is_overdue[visits], np.ones(len(visits)), self.rate[visits]
        return Table(*(sums(cell, each, values * steps).reshape(values, steps) for each in weights))

    def odds(self, table: "Table") -> Reals:
        """By value: Mantel and Haenszel's odds ratio over the steps, which does not depend on the number of
        controls.
        """
        others_in_time = self.all - table.size - self.overdue + table.overdue
        with_value = (table.overdue * others_in_time / self.all).sum(axis=1)
        without = ((table.size - table.overdue) * (self.overdue - table.overdue) / self.all).sum(axis=1)
        return with_value / np.maximum(without, 1e-9)

    def gain(self, table: "Table") -> tuple[Reals, NDArray[np.intp]]:
        """By value: G summed over the steps in which it stands out, and the number of steps in which it
        could.
        """
        g = g_statistic(
            table.overdue, table.size, table.expected_overdue_count, self.overdue, all_size=self.all
        )
        gain = np.where(table.overdue > table.expected_overdue_count, g, 0.0).sum(axis=1)
        return gain, ((table.size > 0) & (table.size < self.all)).sum(axis=1)

    def log_p(self, gain: float, freedom: int, expected_count: float, visits: NDArray[np.intp]) -> float:
        """Natural logarithm of the probability that chance makes a value stand out so much.

        `visits` are those that have the value.
        """
        tail = log_chi_square_tail(gain, freedom)
        return max(tail, self._exact(visits, tail)) if expected_count < _FEW else tail

    def _exact(self, visits: NDArray[np.intp], otherwise: float) -> float:
        """Natural logarithm of the probability of as many overdue ones among the visits, given those of each
        hour.

        `otherwise` where the probability is too small for a float.
        """
        hour = self.comparison.hour_stratum
        is_overdue = self.comparison.is_overdue
        sample_size = np.bincount(hour[visits], minlength=int(hour.max()) + 1)
        total = np.bincount(hour, minlength=len(sample_size))
        overdue_total = sums(hour, is_overdue, len(sample_size)).astype(np.int64)
        tail = sum_tail(
            [
                (int(sample_size[h]), int(overdue_total[h]), int(total[h]))
                for h in np.flatnonzero(sample_size)
            ],
            int(is_overdue[visits].sum()),
        )
        return log(tail) if tail > _LEAST else otherwise


@dataclass(frozen=True)
class Table:
    """By (value, step): how many visits are overdue, how many there are, and how many overdue ones are
    expected.

    The expectation is for a value that does not matter.
    """

    overdue: Reals
    size: Reals
    expected_overdue_count: Reals

    def merge(self, values: NDArray[np.intp]) -> "Table":
        """One row for all of these values."""
        return Table(
            *(
                each[values].sum(axis=0, keepdims=True)
                for each in (self.overdue, self.size, self.expected_overdue_count)
            )
        )


def contrasting(comparison: Comparison) -> Flags:
    """By visit: whether its hour has visits that are overdue and visits that are not; others carry no
    information.
    """
    size = np.bincount(comparison.hour_stratum)
    overdue = sums(comparison.hour_stratum, comparison.is_overdue, 0)
    return ((overdue > 0) & (overdue < size))[comparison.hour_stratum]


def sums(codes: Codes | NDArray[np.intp], weights: NDArray[Any], least: int) -> Reals:
    """By code, with at least `least` entries: the sum of the weights."""
    return np.bincount(codes, weights=weights, minlength=least).astype(np.float64)
