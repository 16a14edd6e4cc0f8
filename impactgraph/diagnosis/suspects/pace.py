"""Hazards of transits (how likely one ends, given its age), learned from history, and expected ends in the
last hours.

If nothing is wrong, as many transits end in a span as the hazard adds up to over all that were open (a
counting process: Aalen, Borgan and Gjessing, Survival and Event History Analysis, 2008, ch. 1). Transits
that have lasted longer than nearly all others are not counted: they carry no more information.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.columns import Codes, Ints
from impactgraph.diagnosis.suspects.transits import Transits
from impactgraph.forecast.durations import ENOUGH
from impactgraph.forecast.scenarios import Reals

BIN: Millis = 15 * MINUTE
BINS = 24
SPAN: Millis = BIN * BINS
"""The last hours, which are observed; hazards are learned from before."""
LEARNED: Millis = 48 * HOUR
HOURS_BEFORE = 24
"""Hours before the observed span, which show how much counts scatter and what is usual at an hour."""
_LONGEST = 0.95
"""Quantile of the age beyond which transits are not counted."""
_SURGE = 6.0
"""Ratio of beginnings to those before that is more than a change between night and day."""
_LONG: Millis = 1 * HOUR
_SHARE = 0.5
"""Share of the transits that must have ended for a hazard to be learned."""


@dataclass(frozen=True)
class Hazard:
    """Cumulative hazard at ages (milliseconds, ascending), constant beyond the last."""

    age: Reals
    total: Reals

    def until(self, age: Reals) -> Reals:
        return np.interp(age, self.age, self.total)


@dataclass(frozen=True)
class ObservedTransits:
    """Transits that were open in the last hours, with the ends expected of each in each bin, and when it
    ended.
    """

    transits: Transits
    began_bin: Codes
    """-1 before the first."""
    expected_ends: Reals
    """(transits, BINS)."""
    ended_bin: Codes
    """-1 where it has not ended, or too late."""


def hazards(transits: Transits, at: Millis, last: Collection[int] = ()) -> dict[int, Hazard]:
    """By place (index): learned from transits that began before the observed span; places with too few are
    missing.

    `last`: places that a fulfillment ends with. Completed fulfillments may be deleted early: where far more
    transits seem to begin now than before, only the slow ones of those before are left, and nothing is
    learned at these places or where transits take long.
    """
    since = at - SPAN
    old = transits.take((transits.began_at < since) & (transits.began_at >= since - LEARNED))
    order = np.argsort(old.place, kind="stable")
    bounds = np.searchsorted(old.place[order], np.arange(len(transits.places) + 1))
    by_place: dict[int, Hazard] = {}
    for place in range(len(transits.places)):
        rows = order[bounds[place] : bounds[place + 1]]
        is_over = (old.ended_at[rows] > 0) & (old.ended_at[rows] <= since)
        if int(is_over.sum()) < ENOUGH or is_over.mean() < _SHARE:
            continue
        ended_at = np.where(is_over, old.ended_at[rows], np.minimum(old.observed_until[rows], since))
        lengths = ended_at - old.began_at[rows]
        is_slow = place in last or float(np.median(lengths[is_over])) > _LONG
        if not (is_slow and _surges(transits.began_at[transits.place == place], at)):
            by_place[place] = _nelson_aalen(lengths.astype(np.float64), is_over)
    return by_place


def _surges(began_at: Ints, at: Millis) -> bool:
    """Whether far more began in the last hours than before, per hour."""
    recent = int((began_at > at - SPAN).sum())
    before = int(((began_at <= at - SPAN) & (began_at > at - LEARNED)).sum())
    return recent / SPAN > _SURGE * before / (LEARNED - SPAN)


def _nelson_aalen(lengths: Reals, is_over: NDArray[np.bool_]) -> Hazard:
    """Of a right-censored sample, as far as it is reliable; ends at the same age count as one jump."""
    age, index = np.unique(lengths, return_inverse=True)
    at_risk = len(lengths) - np.concatenate(([0], np.cumsum(np.bincount(index))))[:-1]
    total = np.cumsum(np.bincount(index, weights=is_over, minlength=len(age)) / at_risk)
    reliable = np.flatnonzero(total <= -np.log(1 - _LONGEST))
    last = int(reliable[-1]) if len(reliable) else 0
    # Nothing ends before the first age: what nearly all take at least is no reason to expect them earlier.
    ages = np.concatenate(([0.0, age[0] - 1.0], age[: last + 1]))
    return Hazard(ages, np.concatenate(([0.0, 0.0], total[: last + 1])))


def observe(
    transits: Transits, hazard_of: dict[int, Hazard], at: Millis, grid: tuple[Millis, int] = (BIN, BINS)
) -> ObservedTransits:
    """The transits in the last hours with their expected ends. `grid`: length and number of the bins before
    the moment. Costs an interpolation for each transit and bin.
    """
    length, bins = grid
    since = at - length * bins
    has_hazard = np.isin(transits.place, np.array(list(hazard_of), np.int32))
    recent = transits.take(has_hazard & ((transits.ended_at == 0) | (transits.ended_at > since)))
    edges = since + length * np.arange(bins + 1)
    expected_ends = np.zeros((len(recent), bins))
    in_time = np.zeros(len(recent), bool)
    for place, hazard in hazard_of.items():
        rows = np.flatnonzero(recent.place == place)
        if len(rows):
            began_at = recent.began_at[rows]
            until = recent.observed_until[rows]
            ages = np.clip(edges[None, :], began_at[:, None], until[:, None]) - began_at[:, None]
            expected_ends[rows] = np.diff(hazard.until(ages.astype(np.float64)), axis=1)
            in_time[rows] = (recent.ended_at[rows] > 0) & (until - began_at <= hazard.age[-1])
    began_bin = np.clip((recent.began_at - since) // length, -1, bins - 1)
    ended_bin = np.where(in_time, np.clip((recent.ended_at - since) // length, 0, bins - 1), -1)
    return ObservedTransits(recent, began_bin.astype(np.int32), expected_ends, ended_bin.astype(np.int32))


def observe_before(transits: Transits, hazard_of: dict[int, Hazard], at: Millis) -> ObservedTransits:
    """The day before the observed span, hour by hour, as it was seen when that span began."""
    until = at - SPAN
    earlier_transits = transits.take(transits.began_at < until)
    is_open = (earlier_transits.ended_at == 0) | (earlier_transits.ended_at > until)
    ended_at = np.where(is_open, 0, earlier_transits.ended_at)
    observed_until = np.minimum(earlier_transits.observed_until, until)
    earlier = replace(earlier_transits, ended_at=ended_at, observed_until=observed_until)
    return observe(earlier, hazard_of, until, (HOUR, HOURS_BEFORE))
