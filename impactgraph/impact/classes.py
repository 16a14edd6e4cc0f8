"""Rows that a forecast need not tell apart are put into one class, so that its cost does not grow with the rows."""

import math
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
    """`of` (rows,): the class of each row; `count` (G,): how many rows each has; `codes`: of each class the codes that its rows share."""

    of: NDArray[np.intp]
    count: Ints
    codes: tuple[Codes, ...]

    def __len__(self) -> int:
        return len(self.count)

    def mean(self, values: Ints, origin: int) -> Reals:
        """(G,) mean of moments, exact in any order of the rows: whole milliseconds from `origin` are summed."""
        return origin + np.bincount(self.of, weights=values - origin, minlength=len(self.count)) / self.count


_TICK = 13
"""Ages are looked up by steps of 2 ** 13 milliseconds: a shift and a look-up are quicker than a division and a search."""
_CODE_AT = np.searchsorted(_AGES, np.arange(-1, (int(_AGES[-1]) >> _TICK) + 2) * float(1 << _TICK), side="right").astype(np.int32)


def age_codes(at: Ints, as_of: int) -> Codes:
    """Classes of the ages at `as_of` of moments; one of their own for those that lie in the future."""
    return _CODE_AT.take(((as_of + (1 << _TICK)) - at) >> _TICK, mode="clip")


def shift_codes(shift: Reals) -> Codes:
    """0 for none, else by steps of 4 %."""
    if not shift.any():
        return np.zeros(len(shift), np.int32)
    steps: Reals = np.log(np.maximum(shift, 15_000.0) / 15_000.0) / _SHIFT_STEP
    return np.where(shift < 1_000.0, 0, 1 + np.rint(steps)).astype(np.int32)


def shift_of(code: Codes) -> Reals:
    return np.where(code == 0, 0.0, 15_000.0 * np.exp((code - 1) * _SHIFT_STEP))


def classify(*codes: Codes) -> Classes:
    """Rows with the same codes are of one class. Codes are not negative. Costs O(rows), with a sort only where the codes are sparse."""
    spans = [int(code.max(initial=0)) + 1 for code in codes]
    size = math.prod(spans)
    key = np.zeros(len(codes[0]), np.int32 if size < 2**31 else np.int64)
    for code, span in zip(codes, spans, strict=True):
        if span > 1:
            key *= span
            key += code
    if size > 8 * len(key) + 100_000:
        present, of, count = np.unique(key, return_inverse=True, return_counts=True)
        return Classes(of.astype(np.intp), count.astype(np.int64), _decoded(present.astype(np.int64), spans))
    counts = np.bincount(key, minlength=size)
    present = np.flatnonzero(counts)
    number = np.zeros(size, np.intp)
    number[present] = np.arange(len(present))
    return Classes(number[key], counts[present].astype(np.int64), _decoded(present, spans))


def _decoded(key: Ints, spans: list[int]) -> tuple[Codes, ...]:
    found: list[Codes] = []
    for span in reversed(spans):
        found.append((key % span if span > 1 else np.zeros(len(key))).astype(np.int32))
        key = key // span
    return tuple(reversed(found))
