"""Calendars: runs of the schedules of batches and files as functions of time.

Moments are milliseconds since 1970 UTC, as floats; results are exact. The cost of a moment does not depend on
how far it is away.
"""

import numpy as np
from numpy.typing import NDArray

from graph_models.time import DAY, MINUTE, Millis
from graph_models.topology import Schedule
from impactgraph.topology.cron_days import CYCLE_DAYS, CronTimes, cron_times

Reals = NDArray[np.float64]

MONDAY: Millis = 4 * DAY
"""Monday 1970-01-05: what intervals are counted from that have nothing else to be counted from."""


_FEW = 256
_LISTED = 60.0 * DAY
"""Runs are listed for many moments within this time: finding a moment in a list costs a tenth."""


class Calendar:
    """Runs of a schedule, as functions over arrays of moments; infinity stays infinity."""

    def __init__(self, schedule: Schedule) -> None:
        self._runs = _CronRuns(schedule.cron) if schedule.cron else _RegularRuns(schedule)

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

    def next_run(self, at: Millis) -> Millis:
        """The first run at or after a moment."""
        return round(float(self.run_from(np.array(float(at)))))


def anchor(schedule: Schedule) -> Millis:
    """The moment of one of the runs of an interval."""
    at = schedule.at or 0
    is_moment = not 0 <= at < DAY
    if is_moment or DAY % (schedule.every or DAY) == 0:
        return at
    day = MONDAY if schedule.counted_from is None else schedule.counted_from // DAY * DAY
    return day + at


class _RegularRuns:
    def __init__(self, schedule: Schedule) -> None:
        assert schedule.every, "a schedule has an interval or a cron expression"
        self._every = float(schedule.every)
        self._anchor = float(anchor(schedule))

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
