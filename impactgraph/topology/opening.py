"""Opening hours and pick-ups as functions of time.

Moments are milliseconds since 1970 UTC, as floats; results are exact. Both are timetables: what arrives
departs at the first moment at which they let it, so that later arrivals never depart earlier. Work is done
while the location is open: what is not finished when it closes goes on when it opens.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph_models.hours import OpeningHours, PickupRule, Pickups, Site
from graph_models.time import DAY
from graph_models.zones import UTC
from impactgraph.topology.local_time import LocalTime

Reals = NDArray[np.float64]

_WEEK = 7
_MONDAY = 4
"""1970-01-05."""
_USUAL_WEEK = float(_MONDAY * DAY)
"""A week without holidays."""
_BLOCK = 64
"""Days of a listing are rounded to whole blocks, so that there are few of them."""


class Timetable(Protocol):
    """When what arrives departs, over arrays of moments; infinity stays infinity."""

    def run_from(self, at: Reals) -> Reals:
        """The departure of an arrival at each moment."""
        ...

    def run_before(self, at: Reals) -> Reals:
        """The last arrival that has departed by each moment."""
        ...

    @property
    def typical_wait(self) -> float:
        """The mean wait of an arrival at any moment."""
        ...

    def edges(self, low: float, high: float) -> Reals:
        """Arrivals between two moments at which the departure changes abruptly."""
        ...


class OpenTimes:
    """Departs at once while the location is open, else when it opens."""

    def __init__(
        self, hours: OpeningHours, holidays: tuple[int, ...] = (), timezone: str | None = None
    ) -> None:
        self._days = _Days(holidays, timezone, len(hours.dates))
        self._hours = hours
        self._dates = dict(hours.dates)
        self._listings: dict[tuple[int, int], tuple[Reals, Reals]] = {}

    def run_from(self, at: Reals) -> Reals:
        t = _finite(at)
        opens, closes = self._around(t)
        place = np.searchsorted(closes, t, side="right")
        return np.where(np.isfinite(at), np.maximum(t, opens[place]), at)

    def run_before(self, at: Reals) -> Reals:
        t = _finite(at)
        opens, closes = self._around(t)
        place = np.searchsorted(opens, t, side="right") - 1
        is_open = t < closes[place]
        return np.where(np.isfinite(at), np.where(is_open, t, closes[place] - 1.0), at)

    @property
    def typical_wait(self) -> float:
        opens, closes = self._around(np.array([_USUAL_WEEK, _USUAL_WEEK + 7.0 * DAY]))
        return _mean_wait(closes, opens[1:])

    def edges(self, low: float, high: float) -> Reals:
        opens, closes = self._around(np.array([low, high]))
        every = np.concatenate((opens, closes))
        return every[(every >= low) & (every <= high)]

    def open_at(self, at: Reals) -> NDArray[np.bool_]:
        """Whether the location is open at each moment."""
        return self.run_from(at) == at

    def open_within(self, since: Reals, until: Reals) -> Reals:
        """How long the location is open from each moment to another; infinite where one of them is."""
        since, until = np.broadcast_arrays(since, until)
        ends = _finite(np.stack((since, until)))
        opens, closes = self._around(ends)
        first, last = _open_time(opens, closes, ends)
        return np.where(np.isfinite(since) & np.isfinite(until), last - first, until - since)

    def after_open(self, since: Reals, span: Reals) -> Reals:
        """When the location has been open for a span since each moment."""
        since, span = np.broadcast_arrays(since, span)
        is_finite = np.isfinite(since)
        t = _finite(since)
        longest = float(span.max(initial=0.0, where=is_finite))
        latest = float(t.max(initial=0.0)) + longest
        while True:
            opens, closes = self._around(np.append(t, latest))
            total = np.cumsum(closes - opens)
            target = np.where(is_finite, _open_time(opens, closes, t) + span, 0.0)
            if float(target.max(initial=0.0)) <= total[-1]:
                break
            latest += 4.0 * longest + _WEEK * DAY
        place = np.searchsorted(total, target)
        return np.where(is_finite, closes[place] - (total[place] - target), since)

    def _around(self, at: Reals) -> tuple[Reals, Reals]:
        """Openings and closings around moments."""
        return self._listed(*self._days.around(at))

    def _listed(self, first: int, last: int) -> tuple[Reals, Reals]:
        if (first, last) not in self._listings:
            self._listings[first, last] = self._list(first, last)
        return self._listings[first, last]

    def _list(self, first: int, last: int) -> tuple[Reals, Reals]:
        """Openings and closings of these days; where one span ends when the next begins, they are one."""
        spans = np.array(
            [(d * float(DAY) + since, d * float(DAY) + until) for d, since, until in self._spans(first, last)]
        )
        since, until = self._days.zone.moment(spans[:, 0]), self._days.zone.moment(spans[:, 1])
        until = np.maximum.accumulate(until)
        is_new = np.append(True, since[1:] > until[:-1])
        opens, closes = since[is_new], until[np.append(np.flatnonzero(is_new)[1:] - 1, len(until) - 1)]
        lasts = closes > opens
        return opens[lasts], closes[lasts]

    def _spans(self, first: int, last: int) -> Iterator[tuple[int, float, float]]:
        for day in range(first, last):
            usual = () if day in self._days.holidays else self._hours.week[(day - _MONDAY) % _WEEK]
            for since, until in self._dates.get(day, usual):
                yield day, float(since), float(until)


class PickupTimes:
    """Departs with the first pick-up that is not earlier than the cut-off time."""

    def __init__(self, pickups: Pickups, holidays: tuple[int, ...] = (), timezone: str | None = None) -> None:
        self._days = _Days(holidays, timezone, 0)
        self._week = pickups.week
        self.cutoff = float(pickups.cutoff or 0)
        self._listings: dict[tuple[int, int], Reals] = {}

    def run_from(self, at: Reals) -> Reals:
        t = _finite(at) + self.cutoff
        runs = self._runs(*self._days.around(t))
        return np.where(np.isfinite(at), runs[np.searchsorted(runs, t)], at)

    def run_before(self, at: Reals) -> Reals:
        t = _finite(at)
        runs = self._runs(*self._days.around(t))
        return np.where(np.isfinite(at), runs[np.searchsorted(runs, t, side="right") - 1] - self.cutoff, at)

    @property
    def typical_wait(self) -> float:
        runs = self._runs(*self._days.around(np.array([_USUAL_WEEK, _USUAL_WEEK + 7.0 * DAY])))
        return _mean_wait(runs, runs[1:])

    def edges(self, low: float, high: float) -> Reals:
        runs = self._runs(*self._days.around(np.array([low, high]) + self.cutoff)) - self.cutoff
        return runs[(runs >= low) & (runs <= high)] + 1.0

    def _runs(self, first: int, last: int) -> Reals:
        if (first, last) not in self._listings:
            self._listings[first, last] = self._list(first, last)
        return self._listings[first, last]

    def _list(self, first: int, last: int) -> Reals:
        local = [
            day * float(DAY) + time
            for day in range(first, last)
            if day not in self._days.holidays
            for time in self._week[(day - _MONDAY) % _WEEK]
        ]
        return self._days.zone.moment(np.array(local))


@dataclass(frozen=True)
class InTurn:
    """Departs by the first, then by the second."""

    first: Timetable
    second: Timetable

    def run_from(self, at: Reals) -> Reals:
        return self.second.run_from(self.first.run_from(at))

    def run_before(self, at: Reals) -> Reals:
        return self.first.run_before(self.second.run_before(at))

    @property
    def typical_wait(self) -> float:
        return self.first.typical_wait + self.second.typical_wait

    def edges(self, low: float, high: float) -> Reals:
        return np.concatenate((self.first.edges(low, high), self.second.edges(low, high)))


def _finite(at: Reals) -> Reals:
    """The moments, with one of them in place of each that is not finite: what is listed covers them all."""
    is_finite = np.isfinite(at)
    if is_finite.all():
        return at
    return np.where(is_finite, at, at[is_finite][0] if is_finite.any() else 0.0)


def _open_time(opens: Reals, closes: Reals, at: Reals) -> Reals:
    """How long a location is open from the first opening to each moment."""
    before = np.append(0.0, np.cumsum(closes - opens))
    place = np.searchsorted(opens, at, side="right") - 1
    return before[place] + np.minimum(at, closes[place]) - opens[place]


def _mean_wait(since: Reals, until: Reals) -> float:
    """Of an arrival at any moment of a usual week, where one waits in these spans."""
    within = (since[: len(until)] >= _USUAL_WEEK) & (since[: len(until)] < _USUAL_WEEK + 7 * DAY)
    return float(((until - since[: len(until)])[within] ** 2).sum()) / (2.0 * 7 * DAY)


class _Days:
    """Days to list so that there is an opening on both sides of a moment."""

    def __init__(self, holidays: tuple[int, ...], timezone: str | None, exceptions: int) -> None:
        self.holidays = frozenset(holidays)
        self.zone = LocalTime(timezone or UTC)
        # Every day without an opening puts it off by at most one week.
        self._margin = _WEEK * (2 + len(holidays) + exceptions)

    def around(self, at: Reals) -> tuple[int, int]:
        low, high = float(at.min(initial=np.inf)), float(at.max(initial=-np.inf))
        if low > high:
            low = high = 0.0
        first, last = int(low // DAY) - self._margin, int(high // DAY) + self._margin + 1
        return first // _BLOCK * _BLOCK, -(-last // _BLOCK) * _BLOCK


@lru_cache(maxsize=1024)
def open_times(site: Site) -> OpenTimes | None:
    """None where the location is always open."""
    return OpenTimes(site.hours, site.holidays, site.timezone) if site.hours is not None else None


@lru_cache(maxsize=1024)
def pickup_times(site: Site, rule: PickupRule) -> PickupTimes | None:
    """The pick-ups by which orders leave there; None: they leave at once."""
    pickups = dict(site.pickups).get(rule.carrier) or rule.usual
    if pickups is None:
        return None
    cutoff = rule.cutoff if pickups.cutoff is None else pickups.cutoff
    return PickupTimes(replace(pickups, cutoff=cutoff), site.holidays, site.timezone)
