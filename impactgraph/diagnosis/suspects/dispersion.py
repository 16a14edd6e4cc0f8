"""Counts that scatter more than Poisson: their relative variance, learned from history, and the likelihood of
a count, as that of a negative binomial distribution.

A count with mean m and relative variance v of its rate has the variance m + v m² (Cameron and Trivedi,
Regression Analysis of Count Data, 2013, 3.3). Runs that move many orders at once, people who come and go and
rates that are known from a few events all make counts scatter so.
"""

import numpy as np

from impactgraph.forecast.scenarios import Reals

_LEAST = 1e-6
"""A relative variance that is as good as Poisson."""
_USUAL_VARIANCE = 0.01
"""Relative variance of a rate of which nothing is known yet."""
_WEIGHT = 400.0
"""Squared expected counts that this is worth."""
_BUSY = 5.0
"""Expected count of a span in which it shows whether there is a pause."""
_PAUSE = 0.2
"""Fraction of the expected count that is left at most in a pause."""
_GRID = np.geomspace(0.01, 100.0, 60)


def relative_variance(counts: Reals, expected_counts: Reals) -> Reals:
    """Of the rate of each row, from its counts in equal spans of the past, (rows, spans)."""
    excess = (counts - expected_counts) ** 2 - expected_counts
    weight = (expected_counts**2).sum(axis=1)
    total = np.maximum(excess.sum(axis=1), 0.0) + _USUAL_VARIANCE * _WEIGHT
    return total / (weight + _WEIGHT)


def pause_variance(counts: Reals, expected_counts: Reals) -> Reals:
    """Relative variance of the rate of each row with which pauses are as frequent as in (rows, spans).

    A pause is a span in which nearly nothing happened; 0 where there were none.

    A gamma distribution with the variance of the counts alone makes too little of pauses: P(0) for the mean m
    is (1 + v m)^(-1/v), and v is the least that makes it as large as the share of the pauses.
    """
    is_busy = expected_counts >= _BUSY
    is_pause = is_busy & (counts <= _PAUSE * expected_counts)
    busy = is_busy.sum(axis=1)
    share = is_pause.sum(axis=1) / np.maximum(busy, 1)
    mean = np.where(is_busy, expected_counts, 0.0).sum(axis=1) / np.maximum(busy, 1)
    log_of_none = -np.log1p(_GRID[None, :] * mean[:, None]) / _GRID[None, :]
    is_enough = log_of_none >= np.log(np.maximum(share, 1e-9))[:, None]
    least = np.where(is_enough.any(axis=1), is_enough.argmax(axis=1), len(_GRID) - 1)
    return np.where(share > 0, _GRID[least], 0.0)


def log_likelihood(counts: Reals, mean: Reals, variance: Reals) -> Reals:
    """Of counts with this mean and relative variance, up to a term that does not depend on the mean."""
    v = np.maximum(variance, _LEAST)
    m = np.maximum(mean, 1e-9)
    return counts * np.log(m) - (counts + 1 / v) * np.log1p(v * m)
