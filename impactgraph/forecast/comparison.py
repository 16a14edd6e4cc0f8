"""Factual against counterfactual simulations, and figures over the scenarios in which cohorts are
affected.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.gates import Flags
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulate import Indexes, SimulationResult

_WORD = np.dtype(f"u{SCENARIOS // 8}")


@dataclass
class Comparison:
    """A simulation with the failures and one of the same scenarios without them.

    `weight` (G, K): how likely this comparison is among those of the same cohorts.
    """

    factual: SimulationResult
    counterfactual: SimulationResult
    weight: Reals


@dataclass
class AffectedScenarios:
    """For each cohort the dominant comparison, and the scenarios (G, K) in which it is affected there."""

    likelihood: Reals
    first_is_dominant: Flags
    """(G,) whether the first comparison contributes most."""
    mask: Flags

    @staticmethod
    def of(weights: list[Reals], masks: list[Flags]) -> "AffectedScenarios":
        """`weights`: how likely each comparison is; `masks`: where (G, K) cohorts are affected in each."""
        parts = [(weight * mask).mean(axis=1) for weight, mask in zip(weights, masks, strict=True)]
        first: Flags = parts[0] >= parts[1] if len(parts) > 1 else np.ones(len(parts[0]), bool)
        scenarios = AffectedScenarios(np.clip(sum(parts), 0.0, 1.0), first, masks[0])
        scenarios.mask = scenarios.select(
            [mask & (weight > 0) for weight, mask in zip(weights, masks, strict=True)]
        )
        return scenarios

    def take(self, at: NDArray[np.intp]) -> "AffectedScenarios":
        """Those of some of the cohorts."""
        return AffectedScenarios(self.likelihood[at], self.first_is_dominant[at], self.mask[at])

    def select(self, arrays: list[NDArray[Any]]) -> NDArray[Any]:
        """(G, K) of the dominant comparison, from an array for each comparison."""
        if self.first_is_dominant.all():
            return arrays[0]
        return np.where(self.first_is_dominant[:, None], arrays[0], arrays[1])

    def share(self, flags: Flags) -> Reals:
        """(G,) the share of the affected scenarios where the flags are set."""
        return count_flags(flags & self.mask) / np.maximum(count_flags(self.mask), 1)

    def median(self, arrays: list[Reals]) -> Reals:
        return masked_median(self.select(arrays), self.mask)

    def mode(self, arrays: list[Indexes]) -> Indexes:
        return masked_mode(self.select(arrays), self.mask)


def count_flags(flags: Flags) -> NDArray[np.uint8]:
    """(G,) how many of (G, K) are set: the K flags of a row fill one word."""
    return np.bitwise_count(np.packbits(flags, axis=1).view(_WORD)).reshape(len(flags))


def masked_median(values: Reals, mask: Flags) -> Reals:
    """Lower median over axis 1 of the values where `mask`; NaN in rows without any."""
    mask = mask & ~np.isnan(values)
    count = count_flags(mask).astype(np.intp)
    ascending = np.sort(np.where(mask, values, np.inf), axis=1)
    median = ascending[np.arange(len(ascending)), np.maximum((count - 1) // 2, 0)]
    return np.where(count > 0, median, np.nan)


def masked_mode(values: Indexes, mask: Flags) -> Indexes:
    """The commonest of the values where `mask` that is not -1, the least of several; -1 without any."""
    span = int(values.max(initial=-1)) + 1
    at = np.flatnonzero(mask & (values >= 0))
    if not span or not len(at):
        return np.full(len(values), -1, np.int16)
    codes = at // values.shape[1] * span + values.ravel()[at]
    counts = np.bincount(codes, minlength=len(values) * span).reshape(len(values), span)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1).astype(np.int16)
