"""Retention: the share of ended orders that the history still has.

A record may hold every order in flight and only a sample of those that have ended. Of an order that left one
of the last steps it then rarely knows, of one that has waited there for long it always does, so that the last
steps seem to stand still on any day.
"""

from collections.abc import Collection

import numpy as np

from graph_models.time import DAY, HOUR, Millis
from impactgraph.columns import Ints
from impactgraph.diagnosis.suspects.pace import SPAN
from impactgraph.diagnosis.suspects.transits import Transits

COMPLETE = 0.5
"""Retention from which on the history counts as complete."""
_LEAST_OVERLAP: Millis = 4 * HOUR
_CLEAR = 3.0
"""Standard deviations by which yesterday has to have fewer orders in flight than today."""
_LEAST = 0.01
_MOST_HIDDEN = 0.25
"""Share of the ends at a place that may be missing."""
_AT_LEAST = 0.5
"""Ends of ended fulfillments that are taken to be on record, where none is."""


def retention(placed_at: Ints, ended_at: Ints, at: Millis) -> float:
    """Estimated share of the ended fulfillments that are on record, from 0 to 1; 1 where nothing shows that
    some are missing. `ended_at`: 0 where it is in flight.

    A day brings as many as the day before, at the same hours. By how many fewer of those placed yesterday are
    in flight than of those placed today, so many more have ended: the share of these that are on record is
    the retention.
    """
    age = at - placed_at[placed_at > 0]
    is_over = (ended_at[placed_at > 0] > 0) & (ended_at[placed_at > 0] <= at)
    overlap = min(DAY, int(age.max(initial=0)) - DAY)
    if overlap < _LEAST_OVERLAP:
        return 1.0
    is_today = (age >= 0) & (age < overlap)
    is_yesterday = (age >= DAY) & (age < DAY + overlap)
    in_flight_today = int((is_today & ~is_over).sum())
    in_flight_yesterday = int((is_yesterday & ~is_over).sum())
    decrease = in_flight_today - in_flight_yesterday
    if decrease <= _CLEAR * np.sqrt(in_flight_today + in_flight_yesterday):
        return 1.0
    end_difference = int((is_yesterday & is_over).sum()) - int((is_today & is_over).sum())
    return float(np.clip(end_difference / decrease, 0.0, 1.0))


def hidden_places(
    transits: Transits, fulfillment_ended_at: Ints, share: float, last: Collection[int], at: Millis
) -> frozenset[int]:
    """Places (by index) where too many of the ends in the observed span are missing, because their
    fulfillments have ended since.

    `fulfillment_ended_at`: by transit, 0 where it is in flight; `share`: the retention; `last`: places that a
    fulfillment ends with.
    """
    if share >= COMPLETE:
        return frozenset()
    size = len(transits.places)
    is_recent = transits.ended_at > at - SPAN
    is_over = is_recent & (fulfillment_ended_at > 0) & (fulfillment_ended_at <= at)
    in_flight = np.bincount(transits.place[is_recent & ~is_over], minlength=size)
    over = (np.bincount(transits.place[is_over], minlength=size) + _AT_LEAST) / max(share, _LEAST)
    is_hidden = over > _MOST_HIDDEN * (over + in_flight)
    return frozenset(np.flatnonzero(is_hidden).tolist()) | frozenset(last)
