"""Moments and durations: integers of milliseconds, since 1970 UTC in the case of moments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Millis: TypeAlias = int

SECOND: Millis = 1_000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR
FOREVER: Millis = 2**61
"""Later than every moment: the end of what has no end. Sums with it stay within 64 bits."""
LAST_MOMENT: Millis = 32_503_679_999_999
"""The end of the year 2999: no input may name a later moment, so that every output can show what is
calculated from it.
"""
LONGEST: Millis = 100 * 366 * DAY
"""A hundred years: no input may name a longer duration."""
TOO_LATE = "later than the year 2999; leave it out where the end is not known"
TOO_LONG = "longer than a hundred years"

LAST_SHOWN: Millis = 253_402_300_799_999
"""The end of the year 9999: a later moment, or a longer duration, is shown as one that never comes."""

_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_SHORT = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+")
_SHORT_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_ISO = re.compile(
    r"P(?=.)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_ISO_UNITS = (7 * DAY, DAY, HOUR, MINUTE, SECOND)


class OutOfRangeError(ValueError):
    """A moment or duration that is too large; the message says how."""


def millis(moment: datetime) -> Millis:
    """Returns the moment in milliseconds. Raises ValueError if it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(value: Millis) -> datetime:
    """Returns the moment in UTC; beyond the years 1 to 9999 the nearest within them."""
    return _EPOCH + timedelta(milliseconds=min(max(value, _FIRST_SHOWN), LAST_SHOWN))


def parse_moment(text: str) -> Millis:
    """Returns the milliseconds of an ISO 8601 moment, in UTC where it has no time zone.

    Raises: ValueError; OutOfRangeError where it is after LAST_MOMENT.
    """
    value = datetime.fromisoformat(text)
    return check_moment(millis(value if value.tzinfo else value.replace(tzinfo=UTC)))


def printed_moment(text: str) -> Millis:
    """Returns the milliseconds of a moment that an answer prints, which may be after LAST_MOMENT.

    Raises: ValueError.
    """
    return millis(datetime.fromisoformat(text))


def check_moment(at: Millis) -> Millis:
    """Returns the moment. Raises OutOfRangeError where it is after LAST_MOMENT."""
    if at > LAST_MOMENT:
        raise OutOfRangeError(TOO_LATE)
    return at


def parse_duration(text: str) -> Millis:
    """Returns the milliseconds of `15m`, `1h30m`, `2d` or ISO 8601 `PT15M`, `P1DT2H`.

    Raises: ValueError; OutOfRangeError where it is longer than LONGEST.
    """
    text = text.strip()
    if _SHORT.fullmatch(text):
        return _span((float(number), _UNITS[unit]) for number, unit in _SHORT_PART.findall(text))
    if iso := _ISO.fullmatch(text.upper()):
        numbers = zip(iso.groups(), _ISO_UNITS, strict=True)
        return _span((float(number), unit) for number, unit in numbers if number)
    raise ValueError(f"{text!r} is not a duration such as 30s, 15m, 4h, 2d or PT15M")


def printed_duration(text: str) -> Millis:
    """Returns the milliseconds of a duration that an answer prints: of any length, and maybe negative.

    Raises: ValueError.
    """
    iso = _ISO.fullmatch(text.removeprefix("-").upper())
    if iso is None:
        raise ValueError(f"{text!r} is not a duration such as PT15M")
    span = sum(float(number) * unit for number, unit in zip(iso.groups(), _ISO_UNITS, strict=True) if number)
    return -round(span) if text.startswith("-") else round(span)


def _span(parts: Iterable[tuple[float, Millis]]) -> Millis:
    span = sum(number * unit for number, unit in parts)
    if span > LONGEST:
        raise OutOfRangeError(TOO_LONG)
    return round(span)


def format_duration(span: Millis) -> str:
    """Returns the duration in ISO 8601, such as `PT1H30M`."""
    sign, rest = ("-", -span) if span < 0 else ("", span)
    days, rest = divmod(rest, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f"{rest / SECOND:.3f}".rstrip("0").rstrip(".")
    clock = "".join(
        [f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", f"{seconds}S" if rest else ""]
    )
    date = f"{days}D" if days else ""
    if not (date or clock):
        return "PT0S"
    return f"{sign}P{date}T{clock}" if clock else f"{sign}P{date}"


def say_duration(span: Millis) -> str:
    """Returns the duration for people: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if span < 0:
        return "-" + say_duration(-span)
    if span < MINUTE:
        return f"{span / SECOND:.0f} s"
    minutes = round(span / MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open interval [since, until)."""

    since: Millis
    until: Millis = FOREVER

    def covers(self, at: Millis) -> bool:
        return self.since <= at < self.until

    def overlap(self, other: "Window") -> "Window | None":
        """Returns the intersection; None where it is empty."""
        since = max(self.since, other.since)
        until = min(self.until, other.until)
        return Window(since, until) if since < until else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SHOWN: Millis = -62_135_596_800_000
