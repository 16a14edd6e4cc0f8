"""Where a series changed: the best single split of it, and how unlikely that is by chance.

Each is exact in that every split between two bins is looked at (binary segmentation's first step: Scott and Knott, Biometrics 30, 1974). The probability
of the best split is that of one split times their number (Bonferroni), so no permutations are needed; series are few hours long, so little is lost.
"""

from dataclasses import dataclass
from math import log

import numpy as np

from impactgraph.columns import Ints
from impactgraph.diagnosis.common.tails import g_statistic, log_chi_square_tail
from impactgraph.forecast.scenarios import Reals


@dataclass(frozen=True, slots=True)
class Change:
    """`at`: first bin of what is new. `before` and `after`: medians, or shares."""

    at: int
    before: float
    after: float
    log_p: float
    """Natural logarithm of the probability that chance alone splits it so well."""


def shifted(values: Reals, bins: Ints, *, least: int, earliest: int = 0) -> Change | None:
    """Of values by bin (in any order): whether those from some bin on are larger or smaller, by their ranks (Mann and Whitney, with the correction for ties).

    None where no split from bin `earliest` on leaves `least` on both sides. Costs a sort.
    """
    order = np.argsort(bins, kind="stable")
    values, bins = values[order], bins[order]
    count = len(values)
    unique, which, times = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(times) - (times - 1) / 2
    ranks = middle[which]
    splits = np.flatnonzero(np.diff(bins) > 0) + 1
    splits = splits[(splits >= least) & (splits <= count - least) & (bins[splits] >= earliest)]
    if not len(splits) or len(unique) < 2:
        return None
    ties = float((times.astype(np.float64) ** 3 - times).sum()) / (count * (count - 1))
    rank_sum = np.cumsum(ranks)[splits - 1]
    spread = np.sqrt(splits * (count - splits) / 12 * ((count + 1) - ties))
    z = np.abs(rank_sum - splits * (count + 1) / 2) / spread
    best = int(np.argmax(z))
    split = int(splits[best])
    log_p = log_chi_square_tail(float(z[best] ** 2), 1) + log(len(splits))
    return Change(
        int(bins[split]), float(np.median(values[:split])), float(np.median(values[split:])), min(log_p, 0.0)
    )


def moved(events: Reals, chances: Reals, *, least: int, earliest: int = 0) -> Change | None:
    """Of counts by bin: whether the share of events among the chances is another from some bin on (G of the two halves).

    None where there are fewer than `least` events, or no chances on one side of every split from bin `earliest` on.
    """
    hit = np.minimum(events, chances)
    total, all_chances = float(hit.sum()), float(chances.sum())
    if total < least:
        return None
    seen, size = np.cumsum(hit)[:-1], np.cumsum(chances)[:-1]
    some = (size > 0) & (size < all_chances) & (np.arange(1, len(events)) >= earliest)
    if not some.any():
        return None
    every = np.full(len(seen), all_chances)
    g = np.where(
        some, g_statistic(seen, size, size * total / all_chances, np.full(len(seen), total), every), -1.0
    )
    best: int = int(np.argmax(g))
    log_p = log_chi_square_tail(float(g[best]), 1) + log(int(some.sum()))
    before, after = float(seen[best] / size[best]), float((total - seen[best]) / (all_chances - size[best]))
    return Change(best + 1, before, after, min(float(log_p), 0.0))
