"""Weeks and months in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from graph_models.time import Millis, millis, moment


class PeriodUnit(StrEnum):
    WEEK = "week"
    """From Monday on, as ISO 8601 counts them."""
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open interval [start, end)."""

    key: str
    """`2026-W48`, `2026-11`."""
    start: Millis
    end: Millis

    def has(self, at: Millis) -> bool:
        return self.start <= at < self.end


def periods_between(since: Millis, until: Millis, unit: PeriodUnit) -> tuple[Period, ...]:
    """The periods that have a part of [since, until], the oldest first."""
    return tuple(_periods(since, until, unit))


def _periods(since: Millis, until: Millis, unit: PeriodUnit) -> Iterator[Period]:
    start = _start_of(moment(since), unit)
    while millis(start) <= until:
        end = start + timedelta(days=7) if unit is PeriodUnit.WEEK else _next_month(start)
        yield Period(_key(start, unit), millis(start), millis(end))
        start = end


def _start_of(at: datetime, unit: PeriodUnit) -> datetime:
    day = datetime(at.year, at.month, at.day, tzinfo=UTC)
    return day - timedelta(days=day.weekday()) if unit is PeriodUnit.WEEK else day.replace(day=1)


def _next_month(start: datetime) -> datetime:
    return (start + timedelta(days=31)).replace(day=1)


def _key(start: datetime, unit: PeriodUnit) -> str:
    if unit is PeriodUnit.MONTH:
        return f"{start:%Y-%m}"
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02d}"
