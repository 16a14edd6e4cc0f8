"""Detection of the format in which a column has moments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impactgraph.discovery.names import words_of
from impactgraph.ingest.moments import MomentReader, instant

_ENOUGH = 0.97
_MOST = 400
"""Values that are tried."""
_PATTERNS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%d-%b-%Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
)
_RANGES = (("epoch_ms", 1e11, 1e13), ("epoch", 1e8, 1e10), ("excel", 2e4, 8e4))
_DATE = re.compile(r"(19|20|21)[0-9]{2}-?[01][0-9]-?[0-3][0-9](?![0-9])")
"""How ISO 8601 begins: a number of seconds is none."""
_HINTS = ("time", "date", "stamp", " at", "when", "zeit", "datum", "created", "epoch")


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """`format` as mappings have it; None: ISO 8601."""

    format: str | None
    rival: str | None
    """Another format that fits all values as well: day and month cannot be distinguished."""
    has_zone: bool
    """Whether values say their zone, or are counted from a moment in UTC."""
    seconds: tuple[float, ...]
    """The values that were tried, as seconds since 1970; infinity where one is no moment."""


def time_format_of(name: str, values: Sequence[str]) -> TimeFormat | None:
    """The format of nearly all values; None where they are no moments."""
    samples = values[:: max(1, len(values) // _MOST)][:_MOST]
    if not samples:
        return None
    iso = _read(samples, None)
    if _fits(iso) and sum(bool(_DATE.match(value)) for value in samples) >= _ENOUGH * len(samples):
        has_zone = sum(_has_zone(value) for value in samples) > len(samples) // 2
        return TimeFormat(None, None, has_zone, iso)
    numbers = _numeric(name, samples)
    if numbers is not None:
        return TimeFormat(numbers, None, numbers != "excel", _read(samples, numbers))
    fitting = [(pattern, read) for pattern in _PATTERNS if _fits(read := _read(samples, pattern))]
    if not fitting:
        return None
    pattern, read = fitting[0]
    other_pattern = pattern.replace("%d", "#").replace("%m", "%d").replace("#", "%m")
    rival = next((other for other, _ in fitting[1:] if other == other_pattern), None)
    return TimeFormat(pattern, rival, "%z" in pattern, read)


def usual_gap(orders: Sequence[str], times: Sequence[str], format_: str) -> float:
    """Median time between a row and the row of the same order before it, in seconds, in either direction."""
    reader = MomentReader(format_)
    last: dict[str, float] = {}
    gaps: list[float] = []
    for order, text in zip(orders, times, strict=True):
        at = instant(reader.rfc3339(text))
        if order in last and at != float("inf"):
            gaps.append(abs(at - last[order]))
        if at != float("inf"):
            last[order] = at
    return float(np.median(gaps)) if gaps else 0.0


def _read(values: Sequence[str], format_: str | None) -> tuple[float, ...]:
    reader = MomentReader(format_)
    return tuple(instant(text) if (text := reader.rfc3339(value)) else float("inf") for value in values)


def _fits(seconds: Sequence[float]) -> bool:
    good = sum(1e8 < each < 1e10 for each in seconds)
    return good >= _ENOUGH * len(seconds)


def _numeric(name: str, values: Sequence[str]) -> str | None:
    numbers: list[float] = []
    for value in values:
        try:
            numbers.append(float(value))
        except ValueError:
            continue
    if len(numbers) < _ENOUGH * len(values):
        return None
    if not any(hint in f" {words_of(name)}" for hint in _HINTS):
        return None
    for word, low, high in _RANGES:
        if sum(low <= number < high for number in numbers) >= _ENOUGH * len(numbers):
            return word
    return None


def _has_zone(value: str) -> bool:
    tail = value[10:]
    return value.endswith(("Z", "z", "UTC", "GMT", "]")) or "+" in tail or "-" in tail
