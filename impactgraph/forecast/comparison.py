"""Factual against counterfactual simulations, and figures over the scenarios that affect cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.barriers import Flags
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulation import Indexes, RecordDefect, SimulationResult

Positions = NDArray[np.intp]
_WORD = np.dtype(f"u{SCENARIOS // 8}")


@dataclass(frozen=True)
class Comparison:
    """A simulation with the failures and one of the same scenarios without them.

    Arrays are (G, N): the K scenarios of one stratum after the other. `weight` (G, N): how likely each
    scenario is; None: all are equally likely.
    """

    factual: SimulationResult
    counterfactual: SimulationResult
    weight: Reals | None = None


def join_strata(strata: Sequence[Comparison]) -> Comparison:
    """One comparison of the same cohorts over several strata, whose weights it scales to one."""
    if len(strata) == 1 and strata[0].weight is None:
        return strata[0]
    weight = np.concatenate([_weight(stratum) for stratum in strata], axis=1)
    return Comparison(
        _join_results([stratum.factual for stratum in strata]),
        _join_results([stratum.counterfactual for stratum in strata]),
        weight / weight.sum(axis=1, keepdims=True),
    )


def _weight(stratum: Comparison) -> Reals:
    return np.ones(stratum.factual.finish.shape) if stratum.weight is None else stratum.weight


def _join_results(results: Sequence[SimulationResult]) -> SimulationResult:
    if len(results) == 1:
        return results[0]

    def wide(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(result, name) for result in results], axis=1)

    def wide_each(name: str, blank: Any) -> dict[int, NDArray[Any]]:
        each: list[dict[int, NDArray[Any]]] = [getattr(result, name) for result in results]
        keys = dict.fromkeys(key for values in each for key in values)
        missing = np.full(results[0].finish.shape, blank)
        return {key: np.concatenate([values.get(key, missing) for values in each], axis=1) for key in keys}

    return SimulationResult(
        finish=wide("finish"),
        hit_by=wide("hit_by"),
        hit_step=wide("hit_step"),
        hit_at=wide("hit_at"),
        is_waiting=wide("is_waiting"),
        hit_matters=wide("hit_matters"),
        has_content_effect=wide("has_content_effect"),
        wrong_decision=wide("wrong_decision"),
        record_arrivals=wide_each("record_arrivals", np.nan),
        record_emissions=wide_each("record_emissions", np.nan),
        record_hit_by=wide_each("record_hit_by", np.int16(-1)),
        record_defects=_join_defects(results),
        readiness=_join_readiness(results),
        departures=wide_each("departures", np.nan),
    )


def _join_readiness(results: Sequence[SimulationResult]) -> Reals | None:
    if all(result.readiness is None for result in results):
        return None
    return np.concatenate([result.fulfilled_at for result in results], axis=1)


def _join_defects(results: Sequence[SimulationResult]) -> dict[int, list[RecordDefect]]:
    barriers = {
        (bit, defect.barrier.index): defect.barrier
        for result in results
        for bit, defects in result.record_defects.items()
        for defect in defects
    }
    by_record: dict[int, list[RecordDefect]] = {}
    for (bit, index), barrier in barriers.items():
        flags = [
            next(
                (d.occurs for d in result.record_defects.get(bit, ()) if d.barrier.index == index),
                np.zeros(result.finish.shape, bool),
            )
            for result in results
        ]
        by_record.setdefault(bit, []).append(RecordDefect(np.concatenate(flags, axis=1), barrier))
    return by_record


@dataclass(frozen=True)
class AffectedScenarios:
    """For each cohort the scenarios (G, N) in which it is affected, and how likely they are together.

    `weight` (G, N): of each scenario; None: all are equally likely.
    """

    likelihood: Reals
    mask: Flags
    weight: Reals | None = None

    @staticmethod
    def every(cohorts: int) -> "AffectedScenarios":
        """All scenarios of one stratum."""
        return AffectedScenarios(np.ones(cohorts), np.ones((cohorts, SCENARIOS), bool))

    @staticmethod
    def of(weight: Reals | None, mask: Flags) -> "AffectedScenarios":
        if weight is None:
            return AffectedScenarios(count_flags(mask) / mask.shape[1], mask)
        likelihood = np.clip((weight * mask).sum(axis=1), 0.0, 1.0)
        return AffectedScenarios(likelihood, mask & (weight > 0), weight)

    def weight_of(self, cohort: int) -> Reals:
        """(N,) of the scenarios of one cohort; 0 where it is not affected."""
        mask = self.mask[cohort]
        return mask.astype(np.float64) if self.weight is None else np.where(mask, self.weight[cohort], 0.0)

    def take(self, at: Positions) -> "AffectedScenarios":
        """Those of some of the cohorts."""
        weight = None if self.weight is None else self.weight[at]
        return AffectedScenarios(self.likelihood[at], self.mask[at], weight)

    def share(self, flags: Flags) -> Reals:
        """(G,) the share of the affected scenarios where the flags are set."""
        if self.weight is None:
            return count_flags(flags & self.mask) / np.maximum(count_flags(self.mask), 1)
        total = (self.weight * self.mask).sum(axis=1)
        return (self.weight * (flags & self.mask)).sum(axis=1) / np.maximum(total, 1e-300)

    def median(self, values: Reals) -> Reals:
        return masked_median(values, self.mask, self.weight)

    def mode(self, values: Indexes) -> Indexes:
        return masked_mode(values, self.mask, self.weight)


def count_flags(flags: Flags) -> Positions:
    """(G,) how many of (G, N) are set: the K flags of a stratum fill one word."""
    counts = np.bitwise_count(np.packbits(flags, axis=1).view(_WORD))
    return counts[:, 0].astype(np.intp) if counts.shape[1] == 1 else counts.sum(axis=1, dtype=np.intp)


def masked_median(values: Reals, mask: Flags, weight: Reals | None = None) -> Reals:
    """Lower median over axis 1 of the values where `mask`; NaN in rows without any."""
    mask = mask & ~np.isnan(values)
    count = count_flags(mask)
    rows = np.flatnonzero(count)
    if len(rows) < len(values):
        median = np.full(len(values), np.nan)
        if len(rows):
            own_weight = None if weight is None else weight[rows]
            median[rows] = masked_median(values[rows], mask[rows], own_weight)
        return median
    if weight is not None:
        return weighted_quantile(values, np.where(mask, weight, 0.0))
    ascending = np.sort(np.where(mask, values, np.inf), axis=1)
    return ascending[np.arange(len(ascending)), (count - 1) // 2]


def weighted_quantile(values: Reals, weight: Reals, level: float = 0.5) -> Reals:
    """The least value of each row with this share of its weight at it or below; NaN in rows without weight.
    By default the lower median.
    """
    order = np.argsort(np.where(weight > 0, values, np.inf), axis=1)
    cumulative = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    total = cumulative[:, -1:]
    place = np.argmax(cumulative >= total * (level - 1e-9), axis=1)
    rows = np.arange(len(values))
    return np.where(total[:, 0] > 0, values[rows, order[rows, place]], np.nan)


def masked_mode(values: Indexes, mask: Flags, weight: Reals | None = None) -> Indexes:
    """The commonest of the values where `mask` that is not -1, the least of several; -1 without any."""
    span = int(values.max(initial=-1)) + 1
    at = np.flatnonzero(mask & (values >= 0))
    if not span or not len(at):
        return np.full(len(values), -1, np.int16)
    codes = at // values.shape[1] * span + values.ravel()[at]
    weights = None if weight is None else weight.ravel()[at]
    counts = np.bincount(codes, weights, minlength=len(values) * span).reshape(len(values), span)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1).astype(np.int16)
