"""How likely transits are to end in a moment, given how long they have lasted: learned from before, watched in the last hours.

If nothing is wrong, as many end in a span as the hazard adds up to over all that were under way (a counting process: Aalen, Borgan and Gjessing, Survival
and Event History Analysis, 2008, ch. 1). What has lasted longer than nearly all others did is not counted on: it says nothing more.
"""

from collections.abc import Collection
from dataclasses import dataclass

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
"""The last hours, which are watched; everything is learned from before."""
LEARNED: Millis = 48 * HOUR
_LONGEST = 0.95
"""Quantile beyond which nothing is counted on."""
_SURGE = 6.0
"""Times as many as before are no usual change between night and day."""
_LONG: Millis = 1 * HOUR
_SHARE = 0.5
"""Of what began has to have ended, for a place to be learned."""


@dataclass(frozen=True)
class Hazard:
    """Cumulative hazard at ages (milliseconds, ascending), flat beyond the last."""

    age: Reals
    total: Reals

    def until(self, age: Reals) -> Reals:
        return np.interp(age, self.age, self.total)


@dataclass(frozen=True)
class ObservedTransits:
    """Transits that were under way in the last hours, with how many ends were expected of each in each bin, and when it ended."""

    transits: Transits
    began_bin: Codes
    """Bin in which it began, -1 before the first."""
    expected_ends: Reals
    """(transits, BINS)."""
    ended_bin: Codes
    """Bin; -1 where it has not ended, or too late."""


def hazards(transits: Transits, at: Millis, last: Collection[int] = ()) -> dict[int, Hazard]:
    """By place (index): learned from what began before the span that is watched; places of which too little is known are missing.

    `last`: places that a fulfillment ends with. Those that have ended may be kept no longer than they are needed. Where far more seem to begin now than
    before, only the slow ones are left of those before, and nothing is learned from them, there and where things take long.
    """
    since = at - SPAN
    old = transits.take((transits.began_at < since) & (transits.began_at >= since - LEARNED))
    order = np.argsort(old.place, kind="stable")
    bounds = np.searchsorted(old.place[order], np.arange(len(transits.places) + 1))
    found: dict[int, Hazard] = {}
    for place in range(len(transits.places)):
        rows = order[bounds[place] : bounds[place + 1]]
        ended = (old.ended_at[rows] > 0) & (old.ended_at[rows] <= since)
        if int(ended.sum()) < ENOUGH or ended.mean() < _SHARE:
            continue
        lasted = (
            np.where(ended, old.ended_at[rows], np.minimum(old.observed_until[rows], since))
            - old.began_at[rows]
        )
        slow = place in last or float(np.median(lasted[ended])) > _LONG
        if not (slow and _surges(transits.began_at[transits.place == place], at)):
            found[place] = _nelson_aalen(lasted.astype(np.float64), ended)
    return found


def _surges(began: Ints, at: Millis) -> bool:
    """Whether far more began in the last hours than before, hour by hour."""
    recent, before = (
        int((began > at - SPAN).sum()),
        int(((began <= at - SPAN) & (began > at - LEARNED)).sum()),
    )
    return recent / SPAN > _SURGE * before / (LEARNED - SPAN)


def _nelson_aalen(lasted: Reals, ended: NDArray[np.bool_]) -> Hazard:
    """Of a right-censored sample, as far as it is sure; what ends at the same age counts as one jump."""
    age, which = np.unique(lasted, return_inverse=True)
    at_risk = len(lasted) - np.concatenate(([0], np.cumsum(np.bincount(which))))[:-1]
    total = np.cumsum(np.bincount(which, weights=ended, minlength=len(age)) / at_risk)
    sure = np.flatnonzero(total <= -np.log(1 - _LONGEST))
    last = int(sure[-1]) if len(sure) else 0
    return Hazard(np.concatenate(([0.0], age[: last + 1])), np.concatenate(([0.0], total[: last + 1])))


def observe(transits: Transits, learned: dict[int, Hazard], at: Millis) -> ObservedTransits:
    """Costs an interpolation for each transit and bin."""
    since = at - SPAN
    known = np.isin(transits.place, np.array(list(learned), np.int32))
    recent = transits.take(known & ((transits.ended_at == 0) | (transits.ended_at > since)))
    edges = since + BIN * np.arange(BINS + 1)
    expected, in_time = np.zeros((len(recent), BINS)), np.zeros(len(recent), bool)
    for place, hazard in learned.items():
        rows = np.flatnonzero(recent.place == place)
        if len(rows):
            began, until = recent.began_at[rows], recent.observed_until[rows]
            ages = np.clip(edges[None, :], began[:, None], until[:, None]) - began[:, None]
            expected[rows] = np.diff(hazard.until(ages.astype(np.float64)), axis=1)
            in_time[rows] = (recent.ended_at[rows] > 0) & (until - began <= hazard.age[-1])
    began = np.clip((recent.began_at - since) // BIN, -1, BINS - 1)
    ended = np.where(in_time, np.clip((recent.ended_at - since) // BIN, 0, BINS - 1), -1)
    return ObservedTransits(recent, began.astype(np.int32), expected, ended.astype(np.int32))
