"""Worlds with the failures beside worlds without them, and figures over the futures in which something strikes."""

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
    """A world with the failures, and the same luck without them; `weight` (G, K) is how likely this pair is of those that are compared."""

    factual: SimulationResult
    counterfactual: SimulationResult
    weight: Reals


@dataclass
class AffectedScenarios:
    """For each class the pair that contributes most, and the futures in which it is affected."""

    likelihood: Reals
    first_is_dominant: Flags
    """(G,) whether the first pair contributes most."""
    mask: Flags

    @staticmethod
    def of(weights: list[Reals], masks: list[Flags]) -> "AffectedScenarios":
        """`weights`: how likely each pair is; `masks`: where (G, K) it is affected in each."""
        parts = [(weight * mask).mean(axis=1) for weight, mask in zip(weights, masks, strict=True)]
        first: Flags = parts[0] >= parts[1] if len(parts) > 1 else np.ones(len(parts[0]), bool)
        chosen = AffectedScenarios(np.clip(sum(parts), 0.0, 1.0), first, masks[0])
        chosen.mask = chosen.select(
            [mask & (weight > 0) for weight, mask in zip(weights, masks, strict=True)]
        )
        return chosen

    def take(self, at: NDArray[np.intp]) -> "AffectedScenarios":
        """Of some of the classes."""
        return AffectedScenarios(self.likelihood[at], self.first_is_dominant[at], self.mask[at])

    def select(self, arrays: list[NDArray[Any]]) -> NDArray[Any]:
        """(G, K) of what is told of each pair."""
        return (
            arrays[0]
            if self.first_is_dominant.all()
            else np.where(self.first_is_dominant[:, None], arrays[0], arrays[1])
        )

    def share(self, flags: Flags) -> Reals:
        """(G,) the part of the futures in which it is affected where the flags are set."""
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
    ordered = np.sort(np.where(mask, values, np.inf), axis=1)
    found = ordered[np.arange(len(ordered)), np.maximum((count - 1) // 2, 0)]
    return np.where(count > 0, found, np.nan)


def masked_mode(values: Indexes, mask: Flags) -> Indexes:
    """The commonest of the values where `mask` that is not -1, the least of several; -1 where there is none."""
    span = int(values.max(initial=-1)) + 1
    at = np.flatnonzero(mask & (values >= 0))
    if not span or not len(at):
        return np.full(len(values), -1, np.int16)
    counts = np.bincount(
        at // values.shape[1] * span + values.ravel()[at], minlength=len(values) * span
    ).reshape(len(values), span)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1).astype(np.int16)
