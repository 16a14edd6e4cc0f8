"""Reads documents of senders: structs that ignore unknown fields, moments in many forms, and labels."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import msgspec

from graph_models.time import LAST_MOMENT, Millis, millis
from impactgraph.alerts.message import MalformedAlertError
from impactgraph.ingest.json_text import refuse_repeated_key

T = TypeVar("T")

_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_NUMBER = re.compile(r"\d{9,19}(?:\.\d+)?", re.ASCII)
_MILLIS_FROM = 10**11
"""A greater number is of milliseconds: as seconds it would be after the year 5000."""
_LONGEST_LABEL = 1_000
MOST_LABELS = 200
"""Of one alert; more are dropped."""


class Document(msgspec.Struct):
    """A document of a sender, or a part of it: unknown fields are ignored."""


def read(kind: type[T], text: bytes) -> T:
    """The document. Raises MalformedAlertError with the field that is wrong."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind, strict=False)
    try:
        document = cast("T", decoder.decode(text))
    except msgspec.ValidationError as error:
        raise MalformedAlertError(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedAlertError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise MalformedAlertError("it is nested too deeply") from error
    try:
        refuse_repeated_key(text)
    except ValueError as error:
        raise MalformedAlertError(str(error)) from None
    return document


def moment_of(value: Any, field: str) -> Millis:
    """Of a text (ISO 8601) or a number (seconds or milliseconds since 1970).

    Raises MalformedAlertError with the field and the value.
    """
    at = optional_moment(value, field)
    if at is None:
        raise MalformedAlertError(f"{field} is missing: it says when")
    return at


def optional_moment(value: Any, field: str) -> Millis | None:
    """None of nothing, and of the year 1, which stands for nothing."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        at = _of_number(float(value)) if isinstance(value, int | float) else _of_text(str(value).strip())
    except (ValueError, OverflowError):
        at = -1
    if at == _YEAR_1:
        return None
    if not 0 < at <= LAST_MOMENT:
        raise MalformedAlertError(
            f"{field} is {str(value)[:60]!r}: a moment such as 2026-03-02T12:00:00Z is expected"
        )
    return at


def not_ahead(at: Millis | None, received_at: Millis) -> Millis:
    """The moment, of a sender that states the start of an alert and may state no end: its end is then that of
    the receipt, and is not before a start by a clock that is ahead.
    """
    return received_at if at is None else min(at, received_at)


_YEAR_1 = -(10**18)


def _of_number(number: float) -> Millis:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size."""
    for size, factor in ((10**17, 1e-6), (10**14, 1e-3), (_MILLIS_FROM, 1)):
        if number >= size:
            return round(number * factor)
    return round(number * 1000)


def _of_text(text: str) -> Millis:
    if text.startswith("0001-"):
        return _YEAR_1
    if _NUMBER.fullmatch(text):
        return _of_number(float(text))
    match = _ISO.fullmatch(text)
    if match is None:
        return -1
    *parts, fraction, zone = match.groups()
    at = datetime(*map(int, parts), tzinfo=UTC)  # type: ignore[arg-type] - six numbers
    at += timedelta(milliseconds=int(((fraction or "") + "000")[:3]))
    if zone and zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        at = at - offset if zone[0] == "+" else at + offset
    return millis(at)


def labels_of(*groups: Mapping[str, Any] | None, **more: Any) -> dict[str, str]:
    """Texts by name, of the first group that has one; nested values and empty ones are left out."""
    labels: dict[str, str] = {}
    for group in (*groups, more):
        for name, value in (group or {}).items():
            if name not in labels and len(labels) < MOST_LABELS and (text := text_of(value)):
                labels[name] = text
    return labels


def with_prefix(prefix: str, group: Mapping[str, Any] | None) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in (group or {}).items()}


def text_of(value: Any) -> str:
    """Of a text, a number or a flag; of a list of them, joined by commas; else empty."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        texts = [text_of(each) for each in cast("list[Any]", value) if not isinstance(each, list)]
        return ",".join(text for text in texts if text)[:_LONGEST_LABEL]
    return str(value)[:_LONGEST_LABEL] if isinstance(value, str | int | float) else ""


def tags_of(text: str | list[str] | None) -> dict[str, str]:
    """Of `name:value` or `name=value`, separated by commas; a tag without a value is `true`."""
    parts = text.split(",") if isinstance(text, str) else text or []
    tags: dict[str, str] = {}
    for part in parts:
        name, mark, value = part.strip().partition(":" if ":" in part else "=")
        if name:
            tags.setdefault(name.strip(), value.strip() if mark else "true")
    return tags


def object_of(value: Any) -> dict[str, Any]:
    """Empty where it is none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Empty where it is none."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def require(value: str | int | None, field: str) -> str:
    """Raises MalformedAlertError where it is empty."""
    if value is None or value == "":
        raise MalformedAlertError(f"{field} is missing: it identifies the alert")
    return str(value)


def word(value: Any) -> str:
    """In small letters, without what separates words: `No Data` and `NO_DATA` are `nodata`."""
    return re.sub(r"[^a-z0-9]", "", text_of(value).casefold())
