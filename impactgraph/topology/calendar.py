"""Calendars: runs of the schedules of batches and files as functions of time.

Moments are milliseconds since 1970 UTC, as floats; results are exact. The cost of a moment does not depend on
how far it is away.

In a time zone, runs are times on its clock. Where the clock goes forward, a run at a time that it leaves out
is at the moment of the change; where it goes back, a run at a time that it shows twice is at the first.
What runs at every such minute or hour (an interval that divides an hour, a cron expression whose minutes or
hours begin with `*`) goes on as the clock shows: nothing is caught up on, and nothing is left out. These are
the rules of Debian's cron.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Schedule
from graph_models.zones import UTC
from impactgraph.topology.cron_days import CYCLE_DAYS, CronTimes, cron_times
from impactgraph.topology.local_time import LocalTime

Reals = NDArray[np.float64]

MONDAY: Millis = 4 * DAY
"""Monday 1970-01-05: what intervals are counted from that have nothing else to be counted from."""


_FEW = 256
_LISTED = 60.0 * DAY
"""Runs are listed for many moments within this time: finding a moment in a list costs a tenth."""


class Calendar:
    """Runs of a schedule, as functions over arrays of moments; infinity stays infinity."""

    def __init__(self, schedule: Schedule) -> None:
        self._runs = _runs(schedule)

    @property
    def typical_wait(self) -> float:
        """The mean wait for the next run from any moment; half of the interval where runs are regular."""
        return self._runs.typical_wait

    def run_from(self, at: Reals) -> Reals:
        """The first run at or after each moment."""
        is_finite = np.isfinite(at)
        return np.where(is_finite, self._runs.run_from(np.where(is_finite, at, 0.0)), at)

    def run_before(self, at: Reals) -> Reals:
        """The last run at or before each moment."""
        is_finite = np.isfinite(at)
        return np.where(is_finite, self._runs.run_before(np.where(is_finite, at, 0.0)), at)

    def edges(self, low: float, high: float) -> Reals:
        """The first arrivals that are too late for the runs between two moments, and for the first after
        them.
        """
        return self.run_from(np.arange(low, high + MINUTE, float(MINUTE))) + 1.0

    def next_run(self, at: Millis) -> Millis:
        """The first run at or after a moment."""
        return round(float(self.run_from(np.array(float(at)))))


class _Runs(Protocol):
    @property
    def typical_wait(self) -> float: ...

    def run_from(self, at: Reals) -> Reals: ...

    def run_before(self, at: Reals) -> Reals: ...


def _runs(schedule: Schedule) -> _Runs:
    zone = LocalTime(schedule.timezone) if schedule.timezone not in (None, UTC) else None
    if schedule.cron:
        runs = _CronRuns(schedule.cron)
        repeats = any(part.startswith("*") for part in schedule.cron.split()[:2])
    else:
        assert schedule.every, "a schedule has an interval or a cron expression"
        runs = _RegularRuns(schedule.every, _anchor(schedule, zone))
        repeats = HOUR % schedule.every == 0
        if not keeps_time_of_day(schedule.every) or (zone and zone.has_only_offsets_of(schedule.every)):
            return runs
    if zone is None:
        return runs
    return _RepeatedLocalRuns(runs, zone) if repeats else _LocalRuns(runs, zone)


def keeps_time_of_day(every: Millis) -> bool:
    """Whether an interval is one on the clock: it divides a day, or is a number of days."""
    return DAY % every == 0 or every % DAY == 0


def _anchor(schedule: Schedule, zone: LocalTime | None) -> Millis:
    """One of the runs of an interval: in local time, or a moment where the interval is none on the clock."""
    assert schedule.every
    on_clock = keeps_time_of_day(schedule.every)
    at = schedule.at or 0
    if not 0 <= at < DAY:
        return _whole(zone.shown, at) if zone and on_clock else at
    if DAY % schedule.every == 0:
        return at
    first = MONDAY if schedule.counted_from is None else schedule.counted_from
    if zone and schedule.counted_from is not None:
        first = _whole(zone.shown, first)
    local = first // DAY * DAY + at
    return local if zone is None or on_clock else _whole(zone.moment, local)


def _whole(function: Callable[[Reals], Reals], at: Millis) -> Millis:
    return round(float(function(np.array([float(at)]))[0]))


class _RegularRuns:
    def __init__(self, every: Millis, anchor: Millis) -> None:
        self._every = float(every)
        self._anchor = float(anchor)

    @property
    def typical_wait(self) -> float:
        return self._every / 2

    def run_from(self, at: Reals) -> Reals:
        since_run = self._since_run(at)
        return np.where(since_run > 0, at - since_run + self._every, at)

    def run_before(self, at: Reals) -> Reals:
        return at - self._since_run(at)

    def _since_run(self, at: Reals) -> Reals:
        """As `np.mod(at - anchor, every)`, to the last bit, at a quarter of the cost.

        Runs are whole milliseconds, so all but the quotient is exact; that may be rounded up.
        """
        since_anchor = at - self._anchor
        rest = since_anchor - np.floor(since_anchor / self._every) * self._every
        return np.where(rest < 0, rest + self._every, rest)


class _CronRuns:
    def __init__(self, cron: str) -> None:
        self._times: CronTimes = cron_times(cron)
        self._times_of_day = self._times.minutes * float(MINUTE)

    @property
    def typical_wait(self) -> float:
        """Half of the mean interval that a moment falls into."""
        days, times = self._times.days, self._times_of_day
        within = np.diff(times)
        nights = (np.diff(days, append=days[0] + CYCLE_DAYS) * DAY) + times[0] - times[-1]
        squares = len(days) * float((within**2).sum()) + float((nights.astype(np.float64) ** 2).sum())
        return squares / (2.0 * CYCLE_DAYS * DAY)

    def run_from(self, at: Reals) -> Reals:
        if at.size < _FEW:
            return self._run_from(at)
        low, high = float(at.min()), float(at.max())
        if high - low > _LISTED:
            return self._run_from(at)
        runs = self._runs(int(low // DAY), int(high // DAY))
        return runs[np.searchsorted(runs, at)]

    def _runs(self, first: int, last: int) -> Reals:
        """All runs of these days, and the first one after them."""
        days = np.arange(first, last + 1)
        days = days[self._day_from(days) == days]
        runs = (days[:, None] * float(DAY) + self._times_of_day).ravel()
        return np.append(runs, self._run_from(np.array([(last + 1) * float(DAY)])))

    def _run_from(self, at: Reals) -> Reals:
        since_midnight = np.mod(at, float(DAY))
        day = ((at - since_midnight) / DAY).astype(np.int64)
        place = np.searchsorted(self._times_of_day, since_midnight)
        is_over = place == len(self._times_of_day)
        run_day = self._day_from(day + is_over)
        place = np.where(is_over | (run_day != day), 0, place)
        return run_day * float(DAY) + self._times_of_day[place]

    def run_before(self, at: Reals) -> Reals:
        since_midnight = np.mod(at, float(DAY))
        day = ((at - since_midnight) / DAY).astype(np.int64)
        place = np.searchsorted(self._times_of_day, since_midnight, side="right") - 1
        is_early = place < 0
        run_day = self._day_before(day - is_early)
        place = np.where(is_early | (run_day != day), -1, place)
        return run_day * float(DAY) + self._times_of_day[place]

    def _day_from(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        days = self._times.days
        cycle, rest = np.divmod(day, CYCLE_DAYS)
        place = np.searchsorted(days, rest)
        is_over = place == len(days)
        return (cycle + is_over) * CYCLE_DAYS + days[np.where(is_over, 0, place)]

    def _day_before(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        days = self._times.days
        cycle, rest = np.divmod(day, CYCLE_DAYS)
        place = np.searchsorted(days, rest, side="right") - 1
        return (cycle - (place < 0)) * CYCLE_DAYS + days[place]


class _LocalRuns:
    """Runs at times on the clock of a zone."""

    def __init__(self, runs: _Runs, zone: LocalTime) -> None:
        self._local_runs = runs
        self._zone = zone

    @property
    def typical_wait(self) -> float:
        return self._local_runs.typical_wait

    def run_from(self, at: Reals) -> Reals:
        return self._zone.moment(self._local_runs.run_from(self._zone.first_for(at)))

    def run_before(self, at: Reals) -> Reals:
        return self._zone.moment(self._local_runs.run_before(self._zone.last_for(at)))


class _RepeatedLocalRuns(_LocalRuns):
    """Runs whenever the clock of a zone shows one of the times, again where it shows it a second time."""

    def run_from(self, at: Reals) -> Reals:
        while True:
            offset = self._zone.offset(at)
            run = self._local_runs.run_from(at + offset) - offset
            end = self._zone.period_end(at)
            is_over = run >= end
            if not is_over.any():
                return run
            # What is found in a period stays: the moment moves to its run.
            at = np.where(is_over, end, run)

    def run_before(self, at: Reals) -> Reals:
        while True:
            offset = self._zone.offset(at)
            run = self._local_runs.run_before(at + offset) - offset
            start = self._zone.period_start(at)
            is_over = run < start
            if not is_over.any():
                return run
            at = np.where(is_over, start - 1.0, run)
