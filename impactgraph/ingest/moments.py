"""Moments as logs write them, to RFC 3339."""

import re
from datetime import UTC, datetime, timedelta
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


class _Timed(msgspec.Struct):
    time: str = ""


_TIME = msgspec.json.Decoder(_Timed)


class MomentReader:
    """Reads moments in one format; those without a zone are in `zone`."""

    def __init__(self, time_format: str | None = None, zone: str | None = None) -> None:
        self._format = time_format
        self._zone = ZoneInfo(zone) if zone else UTC
        self._is_plain = time_format is None and zone is None

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
        if self._format not in TIME_WORDS:
            return datetime.strptime(text, self._format)  # noqa: DTZ007 - in the zone of the log
        if not _NUMBER.fullmatch(text):
            return None
        number = float(text)
        if self._format == "excel":
            return _EXCEL_DAY_0 + timedelta(milliseconds=round(number * 86_400_000))
        millis = number if self._format == "epoch_ms" else number * 1000
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=round(millis))


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
