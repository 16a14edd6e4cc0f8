"""Rows in ascending order of (key, name), sorted once for many pages."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.impact.keyset import KeysetPage, checked_first, decode, encode, finite

Names: TypeAlias = Callable[[NDArray[np.intp]], Sequence[str]]


class SortedKeys:
    """The order of a list that does not change.

    Keys are sorted at once; rows with the same key are ordered by name when a page first reaches them, since
    names of all rows would cost most of the time. Thread-safe.
    """

    def __init__(self, keys: NDArray[np.float64], names: Names) -> None:
        """`names(rows)` gives the identity of rows."""
        keys = finite(keys)
        self._rows = np.argsort(keys, kind="stable")
        self._keys = keys[self._rows]
        self._names = names
        self._is_named = np.zeros(len(keys), np.bool_)
        """By position: whether it is in its place among the rows with the same key."""
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        return self._rows.nbytes + self._keys.nbytes + self._is_named.nbytes

    def page(self, first: int, after: str | None, sort: str) -> KeysetPage:
        """The page that `keyset.page` gives, at the cost of the page. Raises: BadInputError."""
        first = checked_first(first)
        with self._lock:
            start = 0 if after is None else self._place(*decode(after, sort))
            rows = self._slice(start, min(start + first, len(self)))
        labels = self._names(rows)
        keys = self._keys[start : start + len(rows)].tolist()
        return KeysetPage(
            rows=rows,
            cursors=[encode(sort, key, label) for key, label in zip(keys, labels, strict=True)],
            has_next=start + len(rows) < len(self),
            has_previous=start > 0,
        )

    def _place(self, key: float, name: str) -> int:
        """Number of rows up to (key, name)."""
        low, high = self._bounds(key, key)
        ties = self._slice(low, high)
        return low + bisect_right(range(len(ties)), name, key=lambda at: self._names(ties[at : at + 1])[0])

    def _slice(self, start: int, stop: int) -> NDArray[np.intp]:
        """Rows at the positions from `start` to `stop`."""
        if start >= stop:
            return self._rows[:0]
        if not self._is_named[start:stop].all():
            self._order_by_name(*self._bounds(self._keys[start], self._keys[stop - 1]))
        return self._rows[start:stop]

    def _bounds(self, least: float, greatest: float) -> tuple[int, int]:
        """Positions of the rows with keys from `least` to `greatest`."""
        low = self._keys.searchsorted(least, side="left")
        high = self._keys.searchsorted(greatest, side="right")
        return int(low), int(high)

    def _order_by_name(self, low: int, high: int) -> None:
        rows = self._rows[low:high].copy()
        keys = self._keys[low:high].tolist()
        labels = self._names(rows)
        order = sorted(range(len(rows)), key=lambda at: (keys[at], labels[at]))
        self._rows[low:high] = rows[order]
        self._is_named[low:high] = True
