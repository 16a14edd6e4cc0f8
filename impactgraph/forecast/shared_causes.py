"""Common causes of orders: a failure that ends later than reported ends later for all of them.

The number of affected orders varies over the scenarios for two reasons. The ends of failures are shared; how
long a step takes is each order's own, although all orders draw it from the same scenario. Only the first is a
reason for a wide range. The two are separated by a regression of the number on the ends, less what as many
random regressors would explain (as in the adjusted R squared; Theil, "Economic forecasts and policy", 1961):
their mean and one standard deviation.
"""

from collections.abc import Sequence

import numpy as np

from impactgraph.forecast.failure_ends import FailureEnds
from impactgraph.forecast.scenarios import SCENARIOS, Reals

_MOST_ENDS = 10
"""With more uncertain ends than this, those that scatter least are left out."""
_MOST_CURVED = 3
"""With up to so many, each has a curved part beside the straight one."""
_INDEPENDENT = 1e-6


def shared_basis(ends: FailureEnds) -> Reals:
    """(K, B) orthonormal functions of the scenarios, of mean 0: straight and curved in each uncertain end."""
    spread = sorted(
        (shift for shift in ends.shifts.values() if np.ptp(shift) > 0),
        key=lambda shift: -float(np.ptp(shift)),
    )[:_MOST_ENDS]
    straight = [_standardize(shift) for shift in spread]
    squares = [_standardize(each**2) for each in straight] if len(spread) <= _MOST_CURVED else []
    return _orthonormal([*straight, *squares])


def shared_variance(by_scenario: Reals, basis: Reals) -> Reals:
    """(n,) variance of totals that the shared causes explain.

    `by_scenario` (n, K): deviations of each total from its mean. Costs O(n K B).
    """
    freedom = SCENARIOS - 1 - basis.shape[1]
    variance = ((by_scenario @ basis) ** 2).sum(axis=1)
    noise = np.maximum((by_scenario**2).sum(axis=1) - variance, 0.0) / freedom
    functions = basis.shape[1]
    by_chance = functions + (2.0 * functions) ** 0.5
    return np.maximum(variance - by_chance * noise, 0.0) / SCENARIOS


def _standardize(values: Reals) -> Reals:
    return (values - values.mean()) / max(float(values.std()), 1e-300)


def _orthonormal(functions: Sequence[Reals]) -> Reals:
    """Gram-Schmidt, without functions that the earlier ones already span."""
    basis: list[Reals] = []
    for function in functions:
        length = float(np.linalg.norm(function))
        rest = function - sum((each * float(each @ function) for each in basis), np.zeros(SCENARIOS))
        if float(np.linalg.norm(rest)) > _INDEPENDENT * length:
            basis.append(rest / float(np.linalg.norm(rest)))
    return np.stack(basis, axis=1) if basis else np.zeros((SCENARIOS, 0))
