"""Moments as customers read them: in their language and time zone, and never earlier than they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, cast

from babel import Locale
from babel.core import get_global
from babel.dates import DateTimePattern, format_date, format_time, get_timezone_name

from graph_models.time import MINUTE, Millis
from graph_models.zones import UTC, days_between, local, zone_info

_QUARTER = 15 * MINUTE
_AFTERNOON, _EVENING = 12, 17
"""Hours at which they begin."""


class MomentKind(StrEnum):
    """How a moment is said; each has a text in the catalogues."""

    TODAY = "today"
    """By a time of day, today: {time}, {hour}, {zone}."""
    TONIGHT = "tonight"
    """By midnight."""
    TOMORROW_MORNING = "tomorrow_morning"
    TOMORROW_AFTERNOON = "tomorrow_afternoon"
    TOMORROW_EVENING = "tomorrow_evening"
    DAY = "day"
    """By a day: {date}."""
    AT_TODAY = "at_today"
    """At a time of day that has passed: {time}, {hour}, {zone}; likewise `since_today`."""
    AT_YESTERDAY = "at_yesterday"
    AT_DAY = "at_day"
    """On a day that has passed: {date}."""
    SINCE_TODAY = "since_today"
    SINCE_YESTERDAY = "since_yesterday"
    SINCE_DAY = "since_day"


PhraseValues: TypeAlias = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class CustomerClock:
    """The customer's time zone, the CLDR locale of dates, and the moment of the message."""

    timezone: str
    locale: Locale
    now: Millis
    is_short: bool = False
    """Whether names of days and months are abbreviated."""
    is_zone_offset: bool = False
    """Whether the time zone is called by its offset, such as `UTC+9`, which is shorter than its name."""

    def upcoming(self, at: Millis) -> tuple[MomentKind, PhraseValues]:
        """How a moment that is still to come is said, never as an earlier one, with the values of its text.

        A moment that has passed counts as now.
        """
        at = max(at, self.now)
        days = days_between(self.now, at, self.timezone)
        if days > 0 and _is_midnight(local(at, self.timezone)):
            return self._end_of_day(at, days - 1)
        if days > 1:
            return MomentKind.DAY, {"date": self.date(at)}
        if days == 1:
            return _part_of_tomorrow(local(at, self.timezone).hour), {}
        quarter = self._quarter_hour(at)
        if days_between(self.now, quarter, self.timezone) > 0:
            return MomentKind.TONIGHT, {}
        return MomentKind.TODAY, self._clock_values(quarter)

    def _end_of_day(self, midnight: Millis, days: int) -> tuple[MomentKind, PhraseValues]:
        """How the midnight at the end of a day is said, `days` from today: as that day, which it ends."""
        if days > 1:
            return MomentKind.DAY, {"date": self.date(midnight - 1)}
        return (MomentKind.TOMORROW_EVENING if days == 1 else MomentKind.TONIGHT), {}

    def past(self, at: Millis) -> tuple[MomentKind, PhraseValues]:
        """How a moment that has passed is said, with the values of its text."""
        days = days_between(at, self.now, self.timezone)
        if days > 1:
            return MomentKind.AT_DAY, {"date": self.date(at)}
        if days == 1:
            return MomentKind.AT_YESTERDAY, {}
        return MomentKind.AT_TODAY, self._clock_values(min(at, self.now))

    def since(self, at: Millis) -> tuple[MomentKind, PhraseValues]:
        """As `past`, for what has lasted from then on."""
        kind, values = self.past(at)
        return MomentKind(kind.value.replace("at_", "since_", 1)), values

    def _clock_values(self, at: Millis) -> PhraseValues:
        return {"time": self.time(at), "hour": local(at, self.timezone).hour, "zone": self.zone}

    def time(self, at: Millis) -> str:
        return _with_spaces(format_time(local(at, self.timezone).time(), "short", locale=self.locale))

    def date(self, at: Millis) -> str:
        """With weekday, and with the year unless it is the present one."""
        day = local(at, self.timezone)
        has_year = day.year != local(self.now, self.timezone).year
        if self.is_short:
            return _with_spaces(self._by_skeleton(day, "yMMMEd" if has_year else "MMMEd"))
        if has_year:
            return _with_spaces(format_date(day.date(), "full", locale=self.locale))
        return _with_spaces(self._full_date_of_this_year(day))

    def _full_date_of_this_year(self, day: datetime) -> str:
        pattern = self._pattern("MMMMEEEEd") or _FULL_WEEKDAY.sub("EEEE", self._pattern("MMMMEd"))
        return format_date(day.date(), pattern or "full", locale=self.locale)

    def _by_skeleton(self, day: datetime, skeleton: str) -> str:
        return format_date(day.date(), self._pattern(skeleton) or "full", locale=self.locale)

    def _pattern(self, skeleton: str) -> str:
        """CLDR's pattern for these parts of a date; empty where the locale has none."""
        skeletons = cast("Mapping[str, DateTimePattern]", self.locale.datetime_skeletons)
        return skeletons[skeleton].pattern if skeleton in skeletons else ""

    @property
    def zone(self) -> str:
        """The name of the time zone, such as `Japan Time`; `UTC+9` where CLDR has none."""
        territory = get_global("zone_territories").get(self.timezone, _WORLD)
        if self.is_zone_offset or territory in (_WORLD, _UNKNOWN):
            return _offset(local(self.now, self.timezone))
        # Babel takes the pattern of summer time for languages with a region that have none of their own
        language = Locale(self.locale.language)
        return _with_spaces(get_timezone_name(zone_info(self.timezone), "long", locale=language))

    def _quarter_hour(self, at: Millis) -> Millis:
        """The next full quarter of an hour; after the hour that the clock repeats in autumn, since its
        times would be read as the earlier ones.
        """
        quarter = -(-at // _QUARTER) * _QUARTER
        while local(quarter, self.timezone).fold:
            quarter += _QUARTER
        return quarter


_WORLD, _UNKNOWN = "001", "ZZ"
"""Territories of time zones such as `UTC` and `Etc/GMT+5`."""
_FULL_WEEKDAY = re.compile("E+|c+")


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _part_of_tomorrow(hour: int) -> MomentKind:
    if hour < _AFTERNOON:
        return MomentKind.TOMORROW_MORNING
    return MomentKind.TOMORROW_AFTERNOON if hour < _EVENING else MomentKind.TOMORROW_EVENING


def _offset(moment: datetime) -> str:
    shift = moment.strftime("%z")
    hours, minutes = shift[1:3].lstrip("0"), shift[3:5]
    if not hours and minutes == "00":
        return UTC
    return f"{UTC}{shift[0]}{hours or 0}{'' if minutes == '00' else ':' + minutes}"


def _with_spaces(text: str) -> str:
    """With plain spaces: CLDR has narrow ones that many phones and mail programs show as boxes."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
