"""Counts of a cohort by step and value, and how unlikely they are by chance."""

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.diagnosis.common.cohort import Cohort
from impactgraph.diagnosis.common.tails import g_statistic, log_chi_square_tail, sum_tail
from impactgraph.forecast.scenarios import Reals

Flags = NDArray[np.bool_]
_FEW = 10.0
"""With fewer expected, the exact test."""
_LEAST = 1e-250


@dataclass(frozen=True)
class Counts:
    """Of a cohort with contrast: in every hour some are overdue and some are not."""

    cohort: Cohort
    overdue: Reals
    """By step; `all` too."""
    all: Reals
    rate: Reals
    """By unit: the share of those that came with it that are overdue."""

    @staticmethod
    def of(cohort: Cohort) -> "Counts":
        steps = int(cohort.step.max(initial=0)) + 1
        size, hit = np.bincount(cohort.hour), sums(cohort.hour, cohort.overdue, 0)
        every = sums(cohort.step, np.ones(len(cohort)), steps)
        return Counts(
            cohort,
            sums(cohort.step, cohort.overdue, steps),
            np.maximum(every, 1.0),
            (hit / np.maximum(size, 1))[cohort.hour],
        )

    def table(self, units: NDArray[np.intp], value: NDArray[np.intp], values: int) -> "Table":
        """Of the units, whose values are numbered from 0 to `values`."""
        steps = len(self.all)
        cell = value * steps + self.cohort.step[units]
        weights = self.cohort.overdue[units], np.ones(len(units)), self.rate[units]
        return Table(*(sums(cell, each, values * steps).reshape(values, steps) for each in weights))

    def odds(self, table: "Table") -> Reals:
        """By value: Mantel and Haenszel's odds ratio over the steps, which does not depend on how many of those in time were looked at."""
        rest = self.all - table.size - self.overdue + table.hit
        with_ = (table.hit * rest / self.all).sum(axis=1)
        without = ((table.size - table.hit) * (self.overdue - table.hit) / self.all).sum(axis=1)
        return with_ / np.maximum(without, 1e-9)

    def gain(self, table: "Table") -> tuple[Reals, NDArray[np.intp]]:
        """By value: G summed over the steps in which it stands out, and the number of steps in which it could."""
        g = g_statistic(table.hit, table.size, table.expected, self.overdue, self.all)
        return np.where(table.hit > table.expected, g, 0.0).sum(axis=1), (
            (table.size > 0) & (table.size < self.all)
        ).sum(axis=1)

    def log_p(self, gain: float, freedom: int, expected: float, units: NDArray[np.intp]) -> float:
        """Natural logarithm of the probability that chance makes a value stand out so much; `units` are those that have it."""
        found = log_chi_square_tail(gain, freedom)
        return max(found, self._exact(units, found)) if expected < _FEW else found

    def _exact(self, units: NDArray[np.intp], otherwise: float) -> float:
        """Of as many overdue among the units, given those of each hour; `otherwise` where it is too small for a float."""
        hour, overdue = self.cohort.hour, self.cohort.overdue
        drawn = np.bincount(hour[units], minlength=int(hour.max()) + 1)
        total, marked = (
            np.bincount(hour, minlength=len(drawn)),
            sums(hour, overdue, len(drawn)).astype(np.int64),
        )
        tail = sum_tail(
            [(int(drawn[h]), int(marked[h]), int(total[h])) for h in np.flatnonzero(drawn)],
            int(overdue[units].sum()),
        )
        return log(tail) if tail > _LEAST else otherwise


@dataclass(frozen=True)
class Table:
    """By (value, step): how many are overdue, how many there are, and how many would be overdue if the value did not matter."""

    hit: Reals
    size: Reals
    expected: Reals

    def together(self, values: NDArray[np.intp]) -> "Table":
        """One row for all of these values."""
        return Table(
            *(each[values].sum(axis=0, keepdims=True) for each in (self.hit, self.size, self.expected))
        )


def contrasting(cohort: Cohort) -> Flags:
    """Units of hours in which some are overdue and some are not: nothing can be learned from the others."""
    size, hit = np.bincount(cohort.hour), sums(cohort.hour, cohort.overdue, 0)
    return ((hit > 0) & (hit < size))[cohort.hour]


def sums(codes: Codes | NDArray[np.intp], weights: NDArray[Any], least: int) -> Reals:
    """By code: the sum of the weights."""
    return np.bincount(codes, weights=weights, minlength=least).astype(np.float64)
