"""Numbers, money, moments and durations as text for people."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from graph_models.counts import say_count
from graph_models.money import Money, say_amount
from graph_models.percent import percent
from graph_models.time import DAY, LAST_SHOWN, Millis, say_duration
from graph_models.zones import UTC, TextClock, local

NOTHING = "-"
_ZONE: ContextVar[str] = ContextVar("zone", default=UTC)
ENDLESS = "indefinitely"
_LEAST_P_VALUE = 1e-300


count = say_count
"""As the counts of everything else."""


def p_value(value: float) -> str:
    """`0.002`, `4e-08`; below what a floating-point number can express it is no zero."""
    return f"{value:.1g}" if value >= _LEAST_P_VALUE else f"< {_LEAST_P_VALUE:.0e}"


def money(amounts: Sequence[Money]) -> str:
    """One amount for each currency; currencies are never added up."""
    return " + ".join(say_amount(m.amount, m.currency) for m in amounts) or NOTHING


def at(value: Millis | None, now: Millis) -> str:
    """The time of day, with the date where it is more than half a day away from `now`."""
    if value is None or value > LAST_SHOWN:
        return NOTHING
    then = local(value, _ZONE.get())
    return f"{then:%H:%M}" if abs(value - now) < DAY // 2 else f"{then:%Y-%m-%d %H:%M}"


def day_and_time(value: Millis) -> str:
    """The date and the time of day, with its zone."""
    return TextClock(value, _ZONE.get()).dated(value)


def dated(value: Millis) -> str:
    """The date and the time of day, where the zone is named elsewhere."""
    return f"{local(value, _ZONE.get()):%Y-%m-%d %H:%M}"


def zone_note() -> str:
    """Which zone all times of a text are in."""
    return f"Times are {_ZONE.get()}."


@contextmanager
def times_in(zone: str) -> Generator[None]:
    """Formats times in a zone, by IANA name; outside of it they are UTC."""
    token = _ZONE.set(zone)
    try:
        yield
    finally:
        _ZONE.reset(token)


def without_zone(text: str) -> str:
    """A sentence without the name of the zone after its times, where the zone is named once for all."""
    return re.sub(rf"(\d\d:\d\d) {re.escape(_ZONE.get())}(?![\w/])", r"\1", text)


def duration(value: Millis | None) -> str:
    """Such as `3 h 20 min`; `indefinitely` for what never ends."""
    if value is None:
        return NOTHING
    return ENDLESS if value > LAST_SHOWN else say_duration(value)


def share(value: float) -> str:
    """A likelihood as a percentage; only exactly 0 and 1 are printed as 0 % and 100 %."""
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return percent(value)


def words(value: str) -> str:
    """`RECORDS_ONLY` as `records only`."""
    return value.lower().replace("_", " ")
