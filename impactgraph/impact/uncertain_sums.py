"""Sums over rows that are affected with a likelihood, by group, and the ranges that follow.

A sum varies for three reasons, whose variances add up: what all rows share (when failures end), what is each
row's own, and the error of the forecast itself, which is assumed to be the same for all rows on the scale of
log-odds. For this, no row is more certain than K scenarios can tell. A range is one of a logit-normal
distribution between nothing and the possible sum: it never leaves them, and is skewed towards the middle near
either of them (Aitchison and Shen, "Logistic-normal distributions: some properties and uses", Biometrika 67,
1980).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Ints
from impactgraph.forecast.scenario_likelihoods import Deviations
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.shared_causes import shared_variance
from impactgraph.impact.exact_sums import exact_sums, expected_by_group
from impactgraph.impact.matches import Positions

_QUANTILE = 1.2816
"""Of the normal distribution: four of five cases lie within so many standard deviations."""
_LOGIT_ERROR = 0.33
"""Standard deviation of the forecast's own error, in log-odds, chosen by the days of docs/accuracy.md."""
_MOST_CERTAIN = 1.0 - 1.0 / SCENARIOS
_LEAST_REST = 0.01
_FAR = 500.0
"""Log-odds beyond which nothing changes."""
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class UncertainSums:
    """Sums of n groups, in the unit of the weights."""

    expected: Reals
    """Exact: from likelihoods to a millionth, whatever the order of the rows."""
    limited: Reals
    """The same from likelihoods that are not quite certain."""
    possible: Reals
    count: Ints
    """Rows."""
    own_variance: Reals
    sensitivity: Reals
    """By how much the expected sum grows with the log-odds of all rows."""
    by_scenario: Reals
    """(n, K) deviations of the expected sum in each scenario from its mean."""

    def __add__(self, other: "UncertainSums") -> "UncertainSums":
        return UncertainSums(
            *(getattr(self, name) + getattr(other, name) for name in UncertainSums.__dataclass_fields__)
        )

    def __sub__(self, other: "UncertainSums") -> "UncertainSums":
        """The sums of a wider answer less those of a narrower one of the same scenarios."""
        difference = self.expected - other.expected
        return UncertainSums(
            expected=difference,
            limited=np.maximum(self.limited - other.limited, 0.0),
            possible=np.maximum(self.possible - other.possible, difference),
            count=np.maximum(self.count - other.count, np.ceil(difference)).astype(np.int64),
            own_variance=np.abs(self.own_variance - other.own_variance),
            sensitivity=np.abs(self.sensitivity - other.sensitivity),
            by_scenario=self.by_scenario - other.by_scenario,
        )

    @staticmethod
    def none(groups: int) -> "UncertainSums":
        zero = np.zeros(groups)
        no_rows = np.zeros(groups, np.int64)
        return UncertainSums(zero, zero, zero, no_rows, zero, zero, np.zeros((groups, SCENARIOS)))

    def pooled(self, width: int) -> "UncertainSums":
        """Of every `width` consecutive groups, as one."""
        return UncertainSums(
            *(
                getattr(self, name).reshape(-1, width, *getattr(self, name).shape[1:]).sum(axis=1)
                for name in UncertainSums.__dataclass_fields__
            )
        )

    def scaled(self, by: Reals) -> "UncertainSums":
        """The same sums in another unit: (n,), what the unit of each group is worth in it."""
        return UncertainSums(
            expected=self.expected * by,
            limited=self.limited * by,
            possible=self.possible * by,
            count=self.count,
            own_variance=self.own_variance * by**2,
            sensitivity=self.sensitivity * by,
            by_scenario=self.by_scenario * by[:, None],
        )

    def every(self, width: int, place: int) -> "UncertainSums":
        """Of every `width` consecutive groups the one at a place."""
        return UncertainSums(
            *(getattr(self, name)[place::width] for name in UncertainSums.__dataclass_fields__)
        )

    def range(self, basis: Reals) -> tuple[Reals, Reals]:
        """(n,) each: low and high. `basis`: of the shared causes."""
        deviation = np.sqrt(
            shared_variance(self.by_scenario, basis)
            + self.own_variance
            + (_LOGIT_ERROR * self.sensitivity) ** 2
        )
        low, high = _logit_normal_range(self.limited, self.possible, deviation)
        return np.minimum(low, self.expected), np.maximum(high, self.expected)


@dataclass(frozen=True)
class UncertainRows:
    """Rows, each with its group, weight, likelihood and cohort; `cohort_likelihood`: that of its cohort."""

    group: NDArray[Any]
    weight: Ints | None
    """None: 1 each."""
    likelihood: Reals
    cohort: Positions
    cohort_likelihood: Reals

    def sums(self, groups: int, deviations: Deviations) -> UncertainSums:
        """By group in [0, groups); `deviations` (cohorts, K): of each cohort. Costs O(rows)."""
        weight = np.ones(len(self.group)) if self.weight is None else self.weight.astype(np.float64)
        bounded_share = np.minimum(self.likelihood, _MOST_CERTAIN)
        doubt = bounded_share * (1.0 - bounded_share)
        scale = weight * self.likelihood / np.maximum(self.cohort_likelihood, 1e-12)

        def total(values: Reals) -> Reals:
            return np.bincount(self.group, values, minlength=groups).astype(np.float64)

        return UncertainSums(
            expected=self._expected(groups),
            limited=total(weight * bounded_share),
            possible=total(weight),
            count=np.bincount(self.group, minlength=groups).astype(np.int64),
            own_variance=total(weight**2 * doubt),
            sensitivity=total(weight * doubt),
            by_scenario=sum_deviations(self.group, groups, self.cohort, scale, deviations),
        )

    def _expected(self, groups: int) -> Reals:
        if self.weight is None:
            return np.array(expected_by_group(self.group, self.likelihood, groups))
        return np.array(
            exact_sums(self.group, np.rint(self.weight * self.likelihood).astype(np.int64), groups),
            np.float64,
        )


def sum_deviations(
    group: NDArray[Any], groups: int, cohort: Positions, scale: Reals, deviations: Deviations
) -> Reals:
    """(groups, K): of each group the sum of its rows' deviations, those of their cohorts by `scale`.

    Rows of cohorts that are as likely affected in every scenario cost nothing more than a look.
    """
    varies = np.flatnonzero(deviations.any(axis=1))
    number = np.full(len(deviations), -1, np.intp)
    number[varies] = np.arange(len(varies))
    cohort_number = number.take(cohort)
    at = np.flatnonzero(cohort_number >= 0)
    sums = np.zeros((groups, SCENARIOS))
    if not len(at):
        return sums
    cells = group.take(at).astype(np.int64) * len(varies) + cohort_number.take(at)
    if groups * len(varies) <= _MOST_CELLS:
        weights = np.bincount(cells, scale.take(at), minlength=groups * len(varies))
        return weights.reshape(groups, len(varies)) @ deviations[varies].astype(np.float64)
    present, place = np.unique(cells, return_inverse=True)
    weights = np.bincount(place, scale.take(at))
    np.add.at(sums, present // len(varies), weights[:, None] * deviations[varies[present % len(varies)]])
    return sums


def _logit_normal_range(mean: Reals, possible: Reals, deviation: Reals) -> tuple[Reals, Reals]:
    """Quantiles of the logit-normal distribution between 0 and `possible` that has this mean and deviation.

    Its parameters are those of the log-normal distributions that it has near either bound; between them they
    grow without limit as the variance nears that of all or nothing.
    """
    span = np.maximum(possible, 1e-12)
    share = np.clip(mean / span, 1e-9, 1.0 - 1e-9)
    most = share * (1.0 - share)
    relative = (deviation / span) ** 2 / most
    width = np.sqrt(np.log1p(relative / most) / np.maximum(1.0 - relative, _LEAST_REST))
    centre = np.log(share / (1.0 - share)) - 0.5 * width**2 * (1.0 - 2.0 * share)
    edges = (np.clip(centre + sign * _QUANTILE * width, -_FAR, _FAR) for sign in (-1.0, 1.0))
    low, high = (possible / (1.0 + np.exp(-edge)) for edge in edges)
    return low, high
