"""Change-point detection: the best single split of a series, and the probability that chance alone produces
it.

Every split between two bins is tried (the first step of binary segmentation: Scott and Knott, Biometrics 30,
1974). The probability of the best split is that of one split times their number (Bonferroni), so no
permutations are needed; series have few bins, so little power is lost.
"""

from dataclasses import dataclass
from math import log

import numpy as np

from impactgraph.columns import Ints
from impactgraph.diagnosis.common.tails import g_statistic, log_chi_square_tail
from impactgraph.forecast.scenarios import Reals


@dataclass(frozen=True, slots=True)
class Change:
    """`at`: first bin after the change. `before` and `after`: medians, or shares."""

    at: int
    before: float
    after: float
    log_p: float
    """Natural logarithm of the probability that chance alone splits the series so well."""


def level_change(values: Reals, bins: Ints, *, least: int, earliest: int = 0) -> Change | None:
    """The bin from which on values (in any order) are larger or smaller, by their ranks.

    Mann and Whitney's test with the correction for ties. None where no split from bin `earliest` on leaves
    `least` values on both sides. Costs a sort.
    """
    order = np.argsort(bins, kind="stable")
    values = values[order]
    bins = bins[order]
    count = len(values)
    unique, index, times = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(times) - (times - 1) / 2
    ranks = middle[index]
    splits = np.flatnonzero(np.diff(bins) > 0) + 1
    splits = splits[(splits >= least) & (splits <= count - least) & (bins[splits] >= earliest)]
    if not len(splits) or len(unique) < 2:
        return None
    ties = float((times.astype(np.float64) ** 3 - times).sum()) / (count * (count - 1))
    rank_sum = np.cumsum(ranks)[splits - 1]
    deviation = np.sqrt(splits * (count - splits) / 12 * ((count + 1) - ties))
    z = np.abs(rank_sum - splits * (count + 1) / 2) / deviation
    best = int(np.argmax(z))
    split = int(splits[best])
    log_p = log_chi_square_tail(float(z[best] ** 2), 1) + log(len(splits))
    before = float(np.median(values[:split]))
    after = float(np.median(values[split:]))
    return Change(int(bins[split]), before, after, min(log_p, 0.0))


def rate_change(events: Reals, chances: Reals, *, least: int, earliest: int = 0) -> Change | None:
    """The bin from which on the share of events among the chances differs (G of the two halves).

    `events` and `chances` are counts by bin. None where there are fewer than `least` events, or no chances
    on one side of every split from bin `earliest` on.
    """
    counts = np.minimum(events, chances)
    total = float(counts.sum())
    all_chances = float(chances.sum())
    if total < least:
        return None
    count_before = np.cumsum(counts)[:-1]
    chances_before = np.cumsum(chances)[:-1]
    valid = (chances_before > 0) & (chances_before < all_chances)
    valid &= np.arange(1, len(events)) >= earliest
    if not valid.any():
        return None
    g = g_statistic(
        count_before,
        chances_before,
        chances_before * total / all_chances,
        np.full(len(count_before), total),
        all_size=np.full(len(count_before), all_chances),
    )
    best: int = int(np.argmax(np.where(valid, g, -1.0)))
    log_p = log_chi_square_tail(float(g[best]), 1) + log(int(valid.sum()))
    before = float(count_before[best] / chances_before[best])
    after = float((total - count_before[best]) / (all_chances - chances_before[best]))
    return Change(best + 1, before, after, min(float(log_p), 0.0))
