"""Time of day in a time zone, as functions over arrays of moments.

Moments are milliseconds since 1970 UTC, local times are milliseconds since 1970 on the clock of the zone,
both as floats; results are exact. Where the clock goes forward, the local times that it leaves out (the gap)
stand for the moment of the change. Where it goes back, those that it shows twice stand for the first moment.
Offsets before 1970 are those of 1970.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis, millis
from graph_models.zones import zone_info

Reals = NDArray[np.float64]

_FIRST_YEAR = 1970
_USUAL_END = 2101
_LAST_END = 3002
"""No input has a moment after the year 2999."""
_PROBE = timedelta(days=7)
"""No zone changes its offset and back within a week."""
_SECOND = timedelta(seconds=1)


class LocalTime:
    """The clock of a time zone."""

    def __init__(self, zone: str) -> None:
        self._zone = zone_info(zone)

    @cached_property
    def _usual(self) -> "_Offsets":
        return _offsets(self._zone, _USUAL_END)

    def _offsets(self, at: Reals) -> "_Offsets":
        is_usual = float(np.max(at, initial=0.0)) < self._usual.end
        return self._usual if is_usual else _offsets(self._zone, _LAST_END)

    def has_only_offsets_of(self, every: Millis) -> bool:
        """Whether every offset is a whole multiple, so that runs at whole multiples are those of UTC."""
        return not np.mod(self._usual.after, float(every)).any()

    def offset(self, at: Reals) -> Reals:
        """By how much local time is ahead of UTC at each moment."""
        offsets = self._offsets(at)
        return offsets.after[np.searchsorted(offsets.changes, at, side="right")]

    def shown(self, at: Reals) -> Reals:
        """The local time that the clock shows at each moment."""
        return at + self.offset(at)

    def moment(self, local: Reals) -> Reals:
        """The moment that each local time stands for; it never decreases with the local time."""
        offsets = self._offsets(local)
        period = np.searchsorted(offsets.local_changes, local, side="right")
        return np.maximum(local - offsets.after[period], offsets.starts[period])

    def first_for(self, at: Reals) -> Reals:
        """The least local time whose moment is at or after each moment."""
        offsets = self._offsets(at)
        period = np.searchsorted(offsets.changes, at)
        return np.maximum(at + offsets.after[period], offsets.first_local[period])

    def last_for(self, at: Reals) -> Reals:
        """The greatest local time, in whole milliseconds, whose moment is at or before each moment."""
        offsets = self._offsets(at)
        period = np.searchsorted(offsets.changes, at, side="right")
        local = at + offsets.after[period]
        # What the clock shows a second time stands for moments before the change.
        return np.where(local < offsets.first_local[period], offsets.first_local[period] - 1.0, local)

    def period_end(self, at: Reals) -> Reals:
        """The next change of the offset after each moment; infinity where there is none."""
        offsets = self._offsets(at)
        return np.append(offsets.changes, np.inf)[np.searchsorted(offsets.changes, at, side="right")]

    def period_start(self, at: Reals) -> Reals:
        """The last change of the offset at or before each moment; minus infinity where there is none."""
        offsets = self._offsets(at)
        return offsets.starts[np.searchsorted(offsets.changes, at, side="right")]


class _Offsets:
    """Periods with the same offset, one more than there are changes."""

    def __init__(self, changes: list[Millis], offsets: list[Millis], end: Millis) -> None:
        self.end = float(end)
        self.changes = np.array(changes, np.float64)
        self.after = np.array(offsets, np.float64)
        """By period: its offset."""
        self.starts = np.append(-np.inf, self.changes)
        self.local_changes = self.changes + self.after[:-1]
        """What the clock would show at each change by the offset before it."""
        self.first_local = np.append(-np.inf, self.local_changes)
        """By period: the least local time that stands for a moment in it."""


@lru_cache(maxsize=64)
def _offsets(zone: ZoneInfo, end: int) -> _Offsets:
    """Changes up to a year are found by probing once a week."""
    at = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    last = datetime(end, 1, 1, tzinfo=UTC)
    changes: list[Millis] = []
    offsets = [_offset(zone, at)]
    while at < last:
        following = at + _PROBE
        if (offset := _offset(zone, following)) != offsets[-1]:
            changes.append(millis(_change(zone, at, following)))
            offsets.append(offset)
        at = following
    return _Offsets(changes, offsets, millis(last))


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second after `low` that has another offset."""
    before = _offset(zone, low)
    while high - low > _SECOND:
        middle = low + (high - low) // (2 * _SECOND) * _SECOND
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, at: datetime) -> Millis:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() * 1000)
