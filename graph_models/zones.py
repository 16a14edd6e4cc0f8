"""Time zones by their IANA names, and moments as the date and time of day in one of them."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from graph_models.time import DAY, LAST_SHOWN, Millis, moment, say_duration

UTC = "UTC"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_OTHER_FILES = ("posix", "right", "posixrules", "localtime", "Factory")
"""What folders of time zones have besides zones."""


def is_zone(name: str) -> bool:
    """Whether it is the name of a time zone, such as `Europe/Berlin` or `UTC`."""
    return _zone(name) is not None


def zone_names() -> frozenset[str]:
    """Names of all time zones, for near names."""
    return frozenset(available_timezones())


def zone_info(name: str) -> ZoneInfo:
    """Raises ValueError where there is no time zone of this name."""
    zone = _zone(name)
    if zone is None:
        raise ValueError(f"there is no time zone {name!r}")
    return zone


def local(at: Millis, zone: str) -> datetime:
    """The moment in the zone; at the ends of the calendar the nearest that every zone can show."""
    return moment(min(max(at, _FIRST), LAST_SHOWN - DAY)).astimezone(zone_info(zone))


def days_between(at: Millis, other: Millis, zone: str) -> int:
    """Days of the calendar from `at` to `other` in the zone: 0 on the same day, 1 on the next."""
    return (local(other, zone).date() - local(at, zone).date()).days


@dataclass(frozen=True, slots=True)
class TextClock:
    """Moments as texts for the desk name them: in one zone, exact to the minute, with its name."""

    now: Millis
    timezone: str = UTC

    def time(self, at: Millis) -> str:
        """`13:56 UTC`, with the date where it is another day in the zone."""
        return self.dated(at) if days_between(at, self.now, self.timezone) else self._text(at, "%H:%M")

    def dated(self, at: Millis) -> str:
        """`2026-11-23 13:56 UTC`."""
        return self._text(at, "%Y-%m-%d %H:%M")

    def exact(self, at: Millis) -> str:
        """`2026-11-23 13:56:07 UTC`."""
        return self._text(at, "%Y-%m-%d %H:%M:%S")

    def ago(self, at: Millis) -> str:
        """`13:56 UTC (2 h 10 min ago)`."""
        text = self.time(at)
        return f"{text} ({say_duration(self.now - at)} ago)" if self.now > at else text

    def _text(self, at: Millis, form: str) -> str:
        return f"{local(at, self.timezone):{form}} {self.timezone}"


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    if not _NAME.fullmatch(name) or name.partition("/")[0] in _OTHER_FILES:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


_FIRST: Millis = -62_135_596_800_000 + DAY
