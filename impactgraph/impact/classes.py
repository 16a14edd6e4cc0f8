"""Rows that a forecast need not tell apart are put into one class, so that its cost does not grow with the rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, MINUTE
from impactgraph.forecast.lattice import Reals
from impactgraph.impact.columns import Codes, Ints

_AGES = np.concatenate(
    [
        np.array([-1e15, 0.0, 10e3, 30e3]),
        np.arange(1, 90, 2) * float(MINUTE),
        np.arange(90, 240, 4) * float(MINUTE),
        np.arange(240, 720, 15) * float(MINUTE),
        np.arange(720, 2880, 45) * float(MINUTE),
        np.arange(48, 24 * 15, 6) * float(HOUR),
        np.arange(24 * 15, 24 * 120, 48) * float(HOUR),
    ]
)
"""Edges of the classes of ages, finer where it is recent."""
_SHIFT_STEP = float(np.log(1.04))


@dataclass(frozen=True)
class Classes:
    """`of` (rows,): the class of each row; `rows` (G,): how many each has; `first` (G,): one row of each."""

    of: NDArray[np.intp]
    count: Ints
    first: NDArray[np.intp]

    def mean(self, values: Ints, origin: int) -> Reals:
        """(G,) mean of moments, exact in any order of the rows: whole milliseconds from `origin` are summed."""
        return origin + np.bincount(self.of, weights=(values - origin).astype(np.float64), minlength=len(self.count)) / self.count


_TICK = 10_000
_CODE_AT = np.searchsorted(_AGES, np.arange(-1, int(_AGES[-1]) // _TICK + 2) * float(_TICK), side="right").astype(np.int32)
"""Class of an age by its tens of seconds, one further on for those that lie in the future: a look-up is quicker than a search."""


def age_codes(at: Ints, as_of: int) -> Codes:
    return _CODE_AT[np.clip((as_of - at) // _TICK + 1, 0, len(_CODE_AT) - 1)]


def shift_codes(shift: Reals) -> Codes:
    """0 for none, else by steps of 4 %."""
    steps: Reals = np.log(np.maximum(shift, 15_000.0) / 15_000.0) / _SHIFT_STEP
    return np.where(shift < 1_000.0, 0, 1 + np.rint(steps)).astype(np.int32)


def shift_of(code: Codes) -> Reals:
    return np.where(code == 0, 0.0, 15_000.0 * np.exp((code - 1) * _SHIFT_STEP))


def classify(*codes: Codes) -> Classes:
    """Rows with the same codes are of one class. Codes are not negative. Costs O(rows), with a sort only where the codes are sparse."""
    key = np.zeros(len(codes[0]), np.int64)
    size = 1
    for code in codes:
        span = int(code.max()) + 1 if len(code) else 1
        key = key * span + code
        size *= span
    if size > 8 * len(key) + 100_000:
        _, first, of, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        return Classes(of.astype(np.intp), count.astype(np.int64), first)
    counts = np.bincount(key, minlength=size)
    occupied = np.flatnonzero(counts)
    number = np.zeros(size, np.intp)
    number[occupied] = np.arange(len(occupied))
    first = np.zeros(size, np.intp)
    first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    return Classes(number[key], counts[occupied].astype(np.int64), first[occupied])
