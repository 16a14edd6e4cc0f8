"""How unlikely a table of counts is by chance: tails of the chi-square and of sums of hypergeometric counts, by numpy and math alone."""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from impactgraph.forecast.scenarios import Reals

Table = tuple[int, int, int]
"""How many were drawn, how many are marked, of how many in all."""
_ROUNDS = 1_000
_TINY = 1e-300


def log_chi_square_tail(value: float, freedom: int) -> float:
    """Natural logarithm of P(X >= value) for a chi-square with `freedom` degrees, also where the probability itself is too small for a float.

    Press et al., Numerical Recipes, 6.2: the series below the mean, Lentz's continued fraction above it. Costs tens of rounds.
    """
    if value <= 0:
        return 0.0
    a, x = freedom / 2, value / 2
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
    c, d = 1 / _TINY, 1 / b
    found = d
    for n in range(1, _ROUNDS):
        step = -n * (n - a)
        b += 2
        d = 1 / (step * d + b or _TINY)
        c = b + step / c or _TINY
        found *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return found


def hypergeometric(table: Table) -> Reals:
    """Probabilities of 0, 1, ... min(drawn, marked) marked ones among those drawn."""
    drawn, marked, total = table
    logs = _log_factorials(1 << total.bit_length())
    k = np.arange(min(drawn, marked) + 1)
    inside = drawn - k <= total - marked
    rest = np.where(inside, drawn - k, 0)
    ways = (
        logs[marked]
        - logs[k]
        - logs[marked - k]
        + logs[total - marked]
        - logs[rest]
        - logs[total - marked - rest]
    )
    return np.where(inside, np.exp(ways - (logs[total] - logs[drawn] - logs[total - drawn])), 0.0)


def sum_tail(tables: Sequence[Table], seen: int) -> float:
    """P(the sum of independent hypergeometric counts is at least `seen`): Fisher's exact test over strata. Costs the square of the sum's range."""
    found = np.ones(1)
    for table in tables:
        found = np.convolve(found, hypergeometric(table))
    return float(min(found[seen:].sum(), 1.0))


@lru_cache(maxsize=4)
def _log_factorials(most: int) -> Reals:
    """Of 0, 1, ... most."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))


def g_statistic(hit: Reals, size: Reals, expected: Reals, all_hit: Reals, all_size: Reals) -> Reals:
    """Likelihood-ratio statistic (G) of tables with `hit` of `size` against the others, given how many hits were expected; elementwise.

    2 * sum of observed * log(observed / expected) over the four cells. G is 0 where nothing, or everything, was expected.
    """
    cells = (
        (hit, expected),
        (size - hit, size - expected),
        (all_hit - hit, all_hit - expected),
        (all_size - size - all_hit + hit, all_size - size - all_hit + expected),
    )
    return np.maximum(
        2
        * sum(
            _surprise(np.asarray(seen, np.float64), np.asarray(usual, np.float64)) for seen, usual in cells
        ),
        0.0,
    )


def _surprise(seen: Reals, usual: Reals) -> NDArray[np.float64]:
    some = (seen > 0) & (usual > 0)
    return np.where(some, seen * np.log(np.where(some, seen, 1.0) / np.where(some, usual, 1.0)), 0.0)
