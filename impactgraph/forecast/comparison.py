"""Factual against counterfactual simulations, and figures over the scenarios that affect cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.gates import Flags
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulate import Indexes, RecordDefect, SimulationResult

Positions = NDArray[np.intp]
_RESAMPLED = 256
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


@dataclass(frozen=True)
class StratumPart:
    """The comparison of some cohorts (positions) in one stratum, and the weight (cohorts, K) of its
    scenarios.
    """

    cohorts: Positions
    factual: SimulationResult
    counterfactual: SimulationResult
    weight: Reals | None
    """None: there is no other stratum, and all scenarios are equally likely."""


def join_strata(parts: Sequence[StratumPart], cohorts: int) -> Comparison:
    """One comparison of all cohorts over all strata; what a stratum does not have has no weight."""
    if len(parts) == 1 and parts[0].weight is None:
        return Comparison(parts[0].factual, parts[0].counterfactual)
    weight = np.concatenate([_spread(_weight(part), part.cohorts, cohorts, 0.0) for part in parts], axis=1)
    return Comparison(
        _join_results([part.factual for part in parts], parts, cohorts),
        _join_results([part.counterfactual for part in parts], parts, cohorts),
        weight / sum_scenarios(weight)[:, None],
    )


def _weight(part: StratumPart) -> Reals:
    return np.ones(part.factual.finish.shape) if part.weight is None else part.weight


def _join_results(
    results: Sequence[SimulationResult], parts: Sequence[StratumPart], cohorts: int
) -> SimulationResult:
    at = [part.cohorts for part in parts]

    def wide(arrays: Sequence[NDArray[Any]], blank: Any) -> NDArray[Any]:
        blocks = [_spread(array, places, cohorts, blank) for array, places in zip(arrays, at, strict=True)]
        return np.concatenate(blocks, axis=1)

    def wide_each(arrays: Sequence[dict[int, NDArray[Any]]], blank: Any) -> dict[int, NDArray[Any]]:
        keys = dict.fromkeys(key for each in arrays for key in each)
        missing = [np.full(result.finish.shape, blank) for result in results]
        return {
            key: wide([each.get(key, none) for each, none in zip(arrays, missing, strict=True)], blank)
            for key in keys
        }

    return SimulationResult(
        finish=wide([r.finish for r in results], np.nan),
        hit_by=wide([r.hit_by for r in results], np.int16(-1)),
        hit_step=wide([r.hit_step for r in results], np.int16(-1)),
        hit_at=wide([r.hit_at for r in results], np.nan),
        is_waiting=wide([r.is_waiting for r in results], False),
        hit_matters=wide([r.hit_matters for r in results], False),
        has_content_effect=wide([r.has_content_effect for r in results], False),
        wrong_decision=wide([r.wrong_decision for r in results], False),
        record_arrivals=wide_each([r.record_arrivals for r in results], np.nan),
        record_emissions=wide_each([r.record_emissions for r in results], np.nan),
        record_hit_by=wide_each([r.record_hit_by for r in results], np.int16(-1)),
        record_defects=_join_defects(results, wide),
        departures=wide_each([r.departures for r in results], np.nan),
    )


def _join_defects(results: Sequence[SimulationResult], wide: Any) -> dict[int, list[RecordDefect]]:
    barriers = {
        (bit, defect.barrier.index): defect.barrier
        for result in results
        for bit, defects in result.record_defects.items()
        for defect in defects
    }
    joined: dict[int, list[RecordDefect]] = {}
    for (bit, index), barrier in barriers.items():
        flags = [
            next(
                (d.occurs for d in result.record_defects.get(bit, ()) if d.barrier.index == index),
                np.zeros(result.finish.shape, bool),
            )
            for result in results
        ]
        joined.setdefault(bit, []).append(RecordDefect(wide(flags, False), barrier))
    return joined


def _spread(values: NDArray[Any], at: Positions, rows: int, blank: Any) -> NDArray[Any]:
    """(rows, K) of values of some of the rows."""
    if len(at) == rows:
        return values
    spread = np.full((rows, values.shape[1]), blank, values.dtype)
    spread[at] = values
    return spread


@dataclass(frozen=True)
class AffectedScenarios:
    """For each cohort the scenarios (G, N) in which it is affected, and how likely they are together.

    `weight` (G, N): of each scenario; None: all are equally likely.
    """

    likelihood: Reals
    mask: Flags
    weight: Reals | None = None

    @staticmethod
    def of(weight: Reals | None, mask: Flags) -> "AffectedScenarios":
        if weight is None:
            return AffectedScenarios(count_flags(mask) / mask.shape[1], mask)
        likelihood = np.clip(sum_scenarios(weight * mask), 0.0, 1.0)
        return AffectedScenarios(likelihood, mask & (weight > 0), weight)

    def equally_likely(self, cohort: int) -> Positions:
        """Positions of equally likely scenarios of one cohort: each as often as its weight says."""
        every: Positions = np.arange(self.mask.shape[1], dtype=np.intp)
        if self.weight is None:
            return every
        cumulative = np.cumsum(np.where(self.mask[cohort], self.weight[cohort], 0.0))
        if not cumulative[-1] > 0:
            return every
        points = (np.arange(_RESAMPLED) + 0.5) / _RESAMPLED
        return np.searchsorted(cumulative / cumulative[-1], points)

    def take(self, at: Positions) -> "AffectedScenarios":
        """Those of some of the cohorts."""
        weight = None if self.weight is None else self.weight[at]
        return AffectedScenarios(self.likelihood[at], self.mask[at], weight)

    def share(self, flags: Flags) -> Reals:
        """(G,) the share of the affected scenarios where the flags are set."""
        if self.weight is None:
            return count_flags(flags & self.mask) / np.maximum(count_flags(self.mask), 1)
        total = sum_scenarios(self.weight * self.mask)
        return sum_scenarios(self.weight * (flags & self.mask)) / np.maximum(total, 1e-300)

    def median(self, values: Reals) -> Reals:
        return masked_median(values, self.mask, self.weight)

    def mode(self, values: Indexes) -> Indexes:
        return masked_mode(values, self.mask, self.weight)


def count_flags(flags: Flags) -> Positions:
    """(G,) how many of (G, N) are set: the K flags of a stratum fill one word."""
    counts = np.bitwise_count(np.packbits(flags, axis=1).view(_WORD))
    return counts[:, 0].astype(np.intp) if counts.shape[1] == 1 else counts.sum(axis=1, dtype=np.intp)


def sum_scenarios(values: Reals) -> Reals:
    """(G,) sums of (G, N), stratum by stratum: a stratum that a cohort has no part in changes no digit.

    A sum over the whole row adds in an order that depends on its length, thus on who else is in the batch.
    """
    by_stratum = values.reshape(len(values), -1, SCENARIOS).sum(axis=2)
    return np.cumsum(by_stratum, axis=1)[:, -1]


def masked_median(values: Reals, mask: Flags, weight: Reals | None = None) -> Reals:
    """Lower median over axis 1 of the values where `mask`; NaN in rows without any."""
    mask = mask & ~np.isnan(values)
    if weight is not None:
        return _weighted_median(values, np.where(mask, weight, 0.0))
    count = count_flags(mask)
    ascending = np.sort(np.where(mask, values, np.inf), axis=1)
    median = ascending[np.arange(len(ascending)), np.maximum((count - 1) // 2, 0)]
    return np.where(count > 0, median, np.nan)


def _weighted_median(values: Reals, weight: Reals) -> Reals:
    """The least value with half of the weight at it or below; NaN in rows without weight."""
    order = np.argsort(np.where(weight > 0, values, np.inf), axis=1, kind="stable")
    cumulative = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    total = cumulative[:, -1:]
    place = np.argmax(cumulative >= total * (0.5 - 1e-9), axis=1)
    median = values[np.arange(len(values)), order[np.arange(len(values)), place]]
    return np.where(total[:, 0] > 0, median, np.nan)


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
