"""Days on which a cron expression runs, computed once for all years.

The Gregorian calendar repeats after 400 years, which are a whole number of weeks: the days of one such cycle
are enough.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from cronsim import CronSim
from numpy.typing import NDArray

CYCLE_DAYS = 146_097
"""Days of 400 years."""

Days = NDArray[np.int64]
Flags = NDArray[np.bool_]


class CronTimes(NamedTuple):
    """Runs of a cron expression on a clock that never changes."""

    minutes: Days
    """Minutes of the day at which it runs, ascending."""
    days: Days
    """Days since 1970-01-01 on which it runs, ascending, of one cycle."""


def cron_times(cron: str) -> CronTimes:
    """Raises: CronSimError."""
    schedule = _parse(cron)
    minutes = [60 * hour + minute for hour in sorted(schedule.hours) for minute in sorted(schedule.minutes)]
    return CronTimes(np.array(minutes, np.int64), _days(*cron.split()[2:]))


def _parse(cron: str) -> CronSim:
    return CronSim(cron, datetime(1970, 1, 1, tzinfo=UTC))


@lru_cache(maxsize=256)
def _days(day_of_month: str, month: str, day_of_week: str) -> Days:
    schedule = _parse(f"0 0 {day_of_month} {month} {day_of_week}")
    dates = _dates()
    by_day, by_weekday = _matches_day(schedule, dates), _matches_weekday(schedule, dates)
    matches = by_day & by_weekday if schedule.day_and else by_day | by_weekday
    return np.flatnonzero(matches & np.isin(dates.month, sorted(schedule.months)))


class _Dates(NamedTuple):
    """Of each day of a cycle."""

    month: Days
    day: Days
    last_day: Days
    """Of its month."""
    weekday: Days
    """0 Sunday to 6 Saturday."""


@lru_cache(maxsize=1)
def _dates() -> _Dates:
    number = np.arange(CYCLE_DAYS)
    date = number.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    last = (month + 1).astype("datetime64[D]") - first
    return _Dates(
        month=month.astype(np.int64) % 12 + 1,
        day=(date - first).astype(np.int64) + 1,
        last_day=last.astype(np.int64),
        weekday=(number + 4) % 7,
    )


def _matches_day(schedule: CronSim, dates: _Dates) -> Flags:
    matches = np.isin(dates.day, sorted(schedule.days))
    if CronSim.LAST in schedule.days:
        matches |= dates.day == dates.last_day
    if CronSim.LAST_WEEKDAY in schedule.days:
        weekday_of_last = (dates.weekday + dates.last_day - dates.day) % 7
        back = np.where(weekday_of_last == 0, 2, np.where(weekday_of_last == 6, 1, 0))
        matches |= dates.day == dates.last_day - back
    return matches


def _matches_weekday(schedule: CronSim, dates: _Dates) -> Flags:
    """Items are weekdays (0 or 7: Sunday), or pairs (weekday, its number in the month or LAST)."""
    matches = np.zeros(CYCLE_DAYS, bool)
    for item in schedule.weekdays:
        weekday, place = item if isinstance(item, tuple) else (item, None)
        is_weekday = dates.weekday == weekday % 7
        if place == CronSim.LAST:
            is_weekday &= dates.day + 7 > dates.last_day
        elif place is not None:
            is_weekday &= (dates.day + 6) // 7 == place
        matches |= is_weekday
    return matches
