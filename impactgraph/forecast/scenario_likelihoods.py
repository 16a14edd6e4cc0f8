"""Likelihood of events of cohorts by scenario: from it follows the correlation of orders.

Scenario k is the same for all cohorts: in it a failure ends at one moment, whichever order waits for its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.scenarios import SCENARIOS, Reals

Positions: TypeAlias = NDArray[np.intp]
Flags: TypeAlias = NDArray[np.bool_]
Deviations: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class ScenarioLikelihoods:
    """Of `size` cohorts, in parts: positions, flags (G, N) of the scenarios in which it happens, weights."""

    size: int
    parts: tuple[tuple[Positions, Flags, Reals | None], ...] = ()

    @staticmethod
    def of(flags: Flags, weight: Reals | None) -> "ScenarioLikelihoods":
        return ScenarioLikelihoods(len(flags), ((np.arange(len(flags)), flags, weight),))

    @staticmethod
    def join(
        size: int, outcomes: Sequence[tuple[Positions, "ScenarioLikelihoods | None"]]
    ) -> "ScenarioLikelihoods":
        """Of all cohorts, from those of some of them with their positions."""
        parts = [
            (at.take(within), flags, weight)
            for at, likelihoods in outcomes
            if likelihoods is not None
            for within, flags, weight in likelihoods.parts
        ]
        return ScenarioLikelihoods(size, tuple(parts))

    @cached_property
    def deviations(self) -> Deviations:
        """(G, K): by how much it is likelier in each scenario than on average. 0 of cohorts in no part."""
        whole = np.zeros((self.size, SCENARIOS), np.float32)
        for at, flags, weight in self.parts:
            uncertain = np.flatnonzero(flags.any(axis=1) & ~flags.all(axis=1))
            if len(uncertain):
                part_weight = None if weight is None else weight[uncertain]
                whole[at[uncertain]] = scenario_deviations(flags[uncertain], part_weight)
        return whole


def deviations_of(likelihoods: ScenarioLikelihoods | None, cohorts: int) -> Deviations:
    """(cohorts, K) of an outcome; 0 where it is the same in all scenarios (None)."""
    return (likelihoods or ScenarioLikelihoods(cohorts)).deviations


def scenario_deviations(flags: Flags, weight: Reals | None) -> Deviations:
    """(G, K): the likelihood of the flags (G, N) given each scenario, less their mean over all scenarios.

    N holds the K scenarios of one stratum after the other; without weights all are equally likely.
    """
    strata = flags.shape[1] // SCENARIOS
    by_stratum = flags.reshape(len(flags), strata, SCENARIOS)
    if weight is None:
        likelihood: Reals = by_stratum.sum(axis=1) / strata
    else:
        weights = weight.reshape(by_stratum.shape)
        weighted_scenarios: Reals = weights * by_stratum
        total: Reals = weights.sum(axis=1)
        mean: Reals = weighted_scenarios.sum(axis=(1, 2)) / np.maximum(total.sum(axis=1), 1e-300)
        conditional: Reals = weighted_scenarios.sum(axis=1) / np.maximum(total, 1e-300)
        likelihood = np.where(total > 0, conditional, mean[:, None])
    deviations: Reals = likelihood - likelihood.mean(axis=1, keepdims=True)
    return deviations.astype(np.float32)
