"""Numbers to consecutive places."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints

_MOST_GAPS = 16


class DensePlaces:
    """The distinct numbers in order, and the place of each among them.

    Where they lie close together, a table gives the place, which is much faster than a search.
    """

    def __init__(self, values: Codes) -> None:
        self._first = int(values.min()) if len(values) else 0
        width = int(values.max()) - self._first + 1 if len(values) else 0
        self._table: Codes | None = None
        if width <= _MOST_GAPS * len(values):
            is_present = np.zeros(width, np.bool_)
            is_present[values - self._first] = True
            self.numbers: Codes = (np.flatnonzero(is_present) + self._first).astype(np.int32)
            self._table = np.cumsum(is_present, dtype=np.int32) - 1
        else:
            self.numbers = np.unique(values)

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, values: NDArray[Any]) -> Ints:
        """Places of numbers, all of which must be among the distinct ones."""
        if self._table is None:
            return np.searchsorted(self.numbers, values).astype(np.int64)
        return self._table[values - self._first].astype(np.int64)
