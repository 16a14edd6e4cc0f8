"""Sums of orders that are expected to be placed, of what may happen to them, with what makes them uncertain.

Beside the ends of the failures and the error of the forecast, as in all totals, these are chance (a Poisson
number of orders) and the error of the rates at which orders come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.estimates import Estimate
from impactgraph.columns import Ints
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.impact.estimates import estimates_of
from impactgraph.impact.matches import Positions
from impactgraph.impact.uncertain_sums import UncertainSums

_UNLIMITED = 1e6
"""No number of orders to come is impossible: so many times the expected number stands for that."""
_MOST_CERTAIN = 1.0 - 1.0 / SCENARIOS


@dataclass(frozen=True)
class ExpectedAmounts:
    """Of each kind in each interval, (kinds, I) each; in orders or in an amount of money."""

    expected: Reals
    chance: Reals
    """Variance of the amount by chance."""
    error: Reals
    """Standard deviation of the expected amount."""

    def part(self, kinds: slice) -> "ExpectedAmounts":
        return ExpectedAmounts(self.expected[kinds], self.chance[kinds], self.error[kinds])


@dataclass(frozen=True)
class ExpectedOrders:
    """Examples by position (rows,), and (rows, I) how many orders each stands for in each interval."""

    orders: Positions
    number: Reals
    error: Reals
    """(rows,) standard deviation of the number, as a part of it, the same error for all rows."""
    chance: Reals
    """(rows,) variance of the number by chance, as a part of it."""

    def taken(self, rows: Positions) -> "ExpectedOrders":
        """Those of some rows."""
        return ExpectedOrders(self.orders[rows], self.number[rows], self.error[rows], self.chance[rows])

    def grouped(self, group: NDArray[Any], groups: int, value: Ints | None = None) -> ExpectedAmounts:
        """Sums by group in [0, groups); `value`: of each order, None: one."""
        worth = np.ones(len(self.orders)) if value is None else value.astype(np.float64)
        return ExpectedAmounts(
            expected=summed(group, groups, self.number * worth[:, None]),
            chance=summed(group, groups, self.number * (worth**2 * self.chance)[:, None]),
            error=summed(group, groups, self.number * (worth * self.error)[:, None]),
        )


@dataclass(frozen=True)
class Outcome:
    """What may happen to kinds of orders: `likelihood` (kinds, I, K) of those that are placed in an interval,
    `share` (I, K) of which counts.
    """

    likelihood: Reals
    share: Reals

    def sums(self, amounts: ExpectedAmounts) -> UncertainSums:
        """The sum of all kinds and intervals, as one group."""
        by_scenario: Reals = np.tensordot(amounts.expected, self._counted, axes=2)
        mean = float(by_scenario.mean())
        by_chance = float((amounts.chance * self._mean).sum())
        of_rates = float((amounts.error * self._mean).sum())
        return UncertainSums(
            expected=np.array([mean]),
            limited=np.array([mean]),
            possible=np.array([mean * _UNLIMITED]),
            count=np.array([int(mean > 0)]),
            own_variance=np.array([by_chance + of_rates**2]),
            sensitivity=np.array([float((amounts.expected * self._doubt).sum())]),
            by_scenario=(by_scenario - mean)[None, :],
        )

    def estimate(self, amounts: ExpectedAmounts, basis: Reals) -> Estimate:
        """Of a number of orders; `basis`: of the shared causes."""
        estimate = estimates_of(self.sums(amounts), basis)[0]
        possible = int(np.ceil(float((amounts.expected * self._counted.max(axis=2)).sum())))
        return replace(estimate, possible=max(possible, int(estimate.high)))

    @cached_property
    def _counted(self) -> Reals:
        """(kinds, I, K)"""
        return self.likelihood * self.share

    @cached_property
    def _mean(self) -> Reals:
        """(kinds, I)"""
        return self._counted.mean(axis=2)

    @cached_property
    def _doubt(self) -> Reals:
        """(kinds, I) by how much the mean grows with the log-odds: nothing where the outcome is certain."""
        if (self.likelihood == 1.0).all():
            return np.zeros(self._mean.shape)
        share = self.share.mean(axis=1)
        bounded_share = np.minimum(self._mean / np.maximum(share, 1e-12), _MOST_CERTAIN)
        return share * bounded_share * (1.0 - bounded_share)


def summed(group: NDArray[Any], groups: int, values: Reals) -> Reals:
    """(groups, I) sums of values (rows, I)."""
    sums = np.zeros((groups, values.shape[1]))
    np.add.at(sums, group, values)
    return sums


def joined_sums(sums: Sequence[UncertainSums]) -> UncertainSums:
    """The groups of all of them."""
    names = UncertainSums.__dataclass_fields__
    return UncertainSums(*(np.concatenate([getattr(each, name) for each in sums]) for name in names))
