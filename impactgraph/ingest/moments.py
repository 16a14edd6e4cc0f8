"""Moments as logs write them, to RFC 3339."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

TIME_WORDS = ("epoch", "epoch_ms", "excel")
"""Moments as numbers: seconds or milliseconds since 1970, or days as spreadsheets count them."""
_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - in the zone of the log
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[Tt ]\s*(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?:\[([\w/+-]+)\])?",
    re.ASCII,
)
_NUMBER = re.compile(r"[0-9]{1,16}([.][0-9]+)?", re.ASCII)
_FIRST_COUNTED, _LAST_COUNTED = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A number that stands for an earlier moment is counted in another unit: no log of numbers is so old."""
_UNITS = {
    "epoch": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
    "excel": "days as spreadsheets count them",
}
_MIDNIGHT = re.compile(r"(?<=[Tt ])24(:?00(?::?00)?(?:[.,]0+)?)(?![0-9:.,])", re.ASCII)
"""The end of a day, as ISO 8601 writes it."""
_LEAP_SECOND = re.compile(r"(?:(?<=[0-9]:[0-5][0-9]:)|(?<=[Tt ][0-2][0-9][0-5][0-9]))60(?![0-9])", re.ASCII)
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "j": 3}
"""Digits of the numbers of a pattern."""
_RUN = re.compile(f"(?:%[{''.join(_WIDTHS)}]){{2,}}")
_TOKEN = re.compile(rf"({_RUN.pattern}|%.|\s+)")


class _Timed(msgspec.Struct):
    time: str = ""


_TIME = msgspec.json.Decoder(_Timed)


class MomentReader:
    """Reads moments in one format; those without a zone are in `zone`."""

    def __init__(self, time_format: str | None = None, zone: str | None = None) -> None:
        self._format = time_format
        self._zone = ZoneInfo(zone) if zone else UTC
        self._is_plain = time_format is None and zone is None
        self._shape = _shape_of(time_format) if time_format and _RUN.search(time_format) else None
        """What texts look like whose pattern has numbers without anything between them: 90000 is no `%H%M%S`,
        since it may be 9:00:00, or 09:00:00 or 19:00:00 that lost its first digit.
        """

    def rfc3339(self, text: str) -> str:
        """The moment as events have it; the text itself where it is no moment of the format."""
        if self._is_plain and _is_rfc3339(text):
            return text
        try:
            at = self._read(text)
        except (ValueError, OverflowError):
            return text
        if at is None:
            return text
        try:
            aware = at if at.tzinfo else at.replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return text
        return aware.isoformat()

    def _read(self, text: str) -> datetime | None:
        if self._format is None:
            return _iso(text)
        if self._format in TIME_WORDS:
            at = _counted(text, self._format)
            return at if at is not None and at.replace(tzinfo=UTC) >= _FIRST_COUNTED else None
        return _with_ends(text, self._of_pattern)

    def _of_pattern(self, text: str) -> datetime | None:
        if self._shape is not None and not self._shape.fullmatch(text):
            return None
        try:
            return datetime.strptime(text, self._format or "")  # noqa: DTZ007 - in the zone of the log
        except ValueError:
            return None


def _shape_of(time_format: str) -> re.Pattern[str]:
    """Texts in which numbers that follow each other have all of their digits."""
    parts: list[str] = []
    for token in _TOKEN.split(time_format):
        if _RUN.fullmatch(token):
            parts.append(rf"(?<![0-9])[0-9]{{{sum(_WIDTHS[letter] for letter in token[1::2])}}}")
        elif token.isspace():
            parts.append(r"\s+")
        else:
            parts.append(".+?" if token.startswith("%") and token != "%%" else re.escape(token))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def unit_of(text: str) -> tuple[str, str] | None:
    """The word for the time format in which a number is a moment of this century, and what it then counts."""
    for word, unit in _UNITS.items():
        try:
            at = _counted(text, word)
        except OverflowError:
            continue
        if at is not None and _FIRST_COUNTED <= at.replace(tzinfo=UTC) < _LAST_COUNTED:
            return word, unit
    return None


def _counted(text: str, word: str) -> datetime | None:
    """The moment that a number stands for; None where it is no number. Raises OverflowError."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if word == "excel":
        return _EXCEL_DAY_0 + timedelta(milliseconds=round(number * 86_400_000))
    millis = number if word == "epoch_ms" else number * 1000
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=round(millis))


def _with_ends(text: str, read: Callable[[str], datetime | None]) -> datetime | None:
    """What is read of the text, also where it has what `datetime` does not: 24:00, which is the begin of the
    next day, and a leap second, which is the begin of the next minute.
    """
    at = read(text)
    if at is not None:
        return at
    for pattern, begin, time in (
        (_MIDNIGHT, r"00\1", timedelta(days=1)),
        (_LEAP_SECOND, "59", timedelta(seconds=1)),
    ):
        earlier, count = pattern.subn(begin, text)
        if count == 1:
            at = read(earlier)
            return at + time if at is not None and at.year < MAXYEAR else None
    return None


def instant(text: str) -> float:
    """A moment in RFC 3339 as seconds since 1970, to compare with others; infinity where it is none."""
    try:
        at = msgspec.convert(text, datetime, strict=False)
    except (msgspec.ValidationError, ValueError):
        at = _iso(text)
        if at is None:
            return float("inf")
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def instant_millis(event: bytes) -> float:
    """Time of an event as milliseconds since 1970; infinity where it is none."""
    return instant(_TIME.decode(event).time) * 1000


def _is_rfc3339(text: str) -> bool:
    if len(text) < 19 or text[10] not in "Tt ":
        return False
    try:
        at = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return False
    return at.tzinfo is not None


def _iso(text: str) -> datetime | None:
    return _with_ends(text, _plain_iso)


def _plain_iso(text: str) -> datetime | None:
    """ISO 8601 and what databases make of it: a space for the T, hours alone as zone, a comma, no seconds; a
    zone by name in brackets, which counts where there is no offset.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone, name = match.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    offset = _offset(zone)
    try:
        at = datetime.fromisoformat(
            f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}.{micros}{offset}"
        )
        return at.replace(tzinfo=ZoneInfo(name)) if name and not offset else at
    except (ValueError, OSError, LookupError):
        return None


def _offset(zone: str | None) -> str:
    if not zone:
        return ""
    if zone[0] not in "+-":
        return "+00:00"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"
