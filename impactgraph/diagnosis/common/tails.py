"""Tail probabilities of the chi-square distribution and of sums of hypergeometric counts, with numpy and
math alone.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.scenarios import Reals

Table = tuple[int, int, int]
"""Size of the sample, number of marked ones, size of the population."""
_ROUNDS = 1_000
_TINY = 1e-300


def log_chi_square_tail(value: float, freedom: int) -> float:
    """Natural logarithm of P(X >= value) for a chi-square with `freedom` degrees of freedom.

    Also where the probability itself is too small for a float. Press et al., Numerical Recipes, 6.2: the
    series below the mean, Lentz's continued fraction above it. Costs tens of iterations.
    """
    if value <= 0:
        return 0.0
    a = freedom / 2
    x = value / 2
    front = a * log(x) - x - lgamma(a)
    if x >= a + 1:
        return front + log(_fraction(a, x))
    return log1p(-min(exp(front) * _series(a, x), 1 - 1e-16))


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    for n in range(1, _ROUNDS):
        term *= x / (a + n)
        total += term
        if term < total * 1e-16:
            break
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c = 1 / _TINY
    d = 1 / b
    fraction = d
    for n in range(1, _ROUNDS):
        step = -n * (n - a)
        b += 2
        d = 1 / (step * d + b or _TINY)
        c = b + step / c or _TINY
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return fraction


def hypergeometric(table: Table) -> Reals:
    """Probabilities of 0, 1, ... min(sample size, marked) marked ones in the sample."""
    sample_size, marked_count, total = table
    logs = _log_factorials(1 << total.bit_length())
    k = np.arange(min(sample_size, marked_count) + 1)
    inside = sample_size - k <= total - marked_count
    rest = np.where(inside, sample_size - k, 0)
    ways = (
        logs[marked_count]
        - logs[k]
        - logs[marked_count - k]
        + logs[total - marked_count]
        - logs[rest]
        - logs[total - marked_count - rest]
    )
    return np.where(inside, np.exp(ways - (logs[total] - logs[sample_size] - logs[total - sample_size])), 0.0)


def sum_tail(tables: Sequence[Table], least: int) -> float:
    """P(the sum of independent hypergeometric counts is at least `least`): Fisher's exact test over strata.

    Costs the square of the range of the sum.
    """
    probabilities = np.ones(1)
    for table in tables:
        probabilities = np.convolve(probabilities, hypergeometric(table))
    return float(min(probabilities[least:].sum(), 1.0))


@lru_cache(maxsize=4)
def _log_factorials(most: int) -> Reals:
    """Logarithms of the factorials of 0, 1, ... most."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))


def g_statistic(
    count: Reals, size: Reals, expected_count: Reals, all_count: Reals, *, all_size: Reals
) -> Reals:
    """Likelihood-ratio statistic G of tables with `count` of `size` against the others; elementwise.

    2 * sum of observed * log(observed / expected) over the four cells. G is 0 where nothing, or everything,
    was expected.
    """
    cells = (
        (count, expected_count),
        (size - count, size - expected_count),
        (all_count - count, all_count - expected_count),
        (all_size - size - all_count + count, all_size - size - all_count + expected_count),
    )
    terms = (_g_term(np.asarray(o, np.float64), np.asarray(e, np.float64)) for o, e in cells)
    return np.maximum(2 * sum(terms), 0.0)


def _g_term(observation: Reals, expectation: Reals) -> NDArray[np.float64]:
    some = (observation > 0) & (expectation > 0)
    ratio = np.where(some, observation, 1.0) / np.where(some, expectation, 1.0)
    return np.where(some, observation * np.log(ratio), 0.0)
