"""Rows that a forecast need not tell apart are put into one class, so that its cost does not grow with the rows.

Where rows come in the order in which they entered their step, those of one age follow each other. So rows that differ by age alone are not
looked at one by one: a class of them is a run.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, MINUTE
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.scenarios import Reals

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
class Some:
    """Codes of some of the rows; the code of all others is 0."""

    at: slice | NDArray[np.intp]
    codes: Codes


@dataclass(frozen=True)
class Runs:
    """Codes of rows in runs, one after the other: the code of each run, and how many rows it has (at least one)."""

    codes: Codes
    count: Ints

    @property
    def each(self) -> Codes:
        """(rows,)"""
        return np.repeat(self.codes, self.count)


Coding: TypeAlias = Codes | Some | Runs


class Classes:
    """`count` (G,): how many rows each has; `codes`: of each class the codes that its rows share; `of`: the class of each row.

    Where `of` is None each class is a run of rows, one after the other, so that nothing but sums takes a look at the rows.
    """

    def __init__(self, count: Ints, codes: tuple[Codes, ...], of: NDArray[np.intp] | None = None) -> None:
        self.count, self.codes, self._of = count, codes, of

    def __len__(self) -> int:
        return len(self.count)

    @property
    def of(self) -> NDArray[np.intp]:
        """(rows,)"""
        return self._of if self._of is not None else np.repeat(np.arange(len(self)), self.count)

    def members(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places of the rows of the chosen classes (G,), and the class of each."""
        if self._of is None:
            return np.flatnonzero(np.repeat(chosen, self.count)), np.repeat(
                np.flatnonzero(chosen), self.count[chosen]
            )
        at = np.flatnonzero(chosen[self._of])
        return at, self._of[at]

    def mean(self, values: Ints, origin: int) -> Reals:
        """(G,) mean of moments, exact in any order of the rows: whole milliseconds from `origin` are summed."""
        if self._of is None:
            sums = np.add.reduceat(
                values, np.cumsum(self.count) - self.count
            )  # may wrap around, and so does what is taken off
            return origin + (sums - self.count * origin) / self.count
        return origin + np.bincount(self._of, weights=values - origin, minlength=len(self)) / self.count


_TICK = 13
"""Ages are looked up by steps of 2 ** 13 milliseconds: a shift and a look-up are quicker than a division and a search."""
_CODE_AT = np.searchsorted(
    _AGES, np.arange(-1, (int(_AGES[-1]) >> _TICK) + 2) * float(1 << _TICK), side="right"
).astype(np.int32)


def age_codes(at: Ints, as_of: int) -> Codes:
    """Classes of the ages at `as_of` of moments; one of their own for those that lie in the future."""
    return _CODE_AT.take(((as_of + (1 << _TICK)) - at) >> _TICK, mode="clip")


_FIRST_TICK = np.searchsorted(_CODE_AT, np.arange(int(_CODE_AT[0]), int(_CODE_AT[-1]) + 1))
_FIRST_TICK[0] = -(2**40)


def age_runs(at: Ints, as_of: int) -> Runs:
    """`age_codes` of moments that ascend."""
    starts = np.searchsorted(at, as_of + (1 << _TICK) - (_FIRST_TICK << _TICK), side="right")[
        ::-1
    ]  # of the codes from the highest on, where the rows end that have it
    count = np.diff(starts, prepend=0)
    found = np.flatnonzero(count)
    return Runs((int(_CODE_AT[-1]) - found).astype(np.int32), count[found])


def shift_codes(shift: Reals) -> Codes:
    """0 for none, else by steps of 4 %."""
    if not shift.any():
        return np.zeros(len(shift), np.int32)
    steps: Reals = np.log(np.maximum(shift, 15_000.0) / 15_000.0) / _SHIFT_STEP
    return np.where(shift < 1_000.0, 0, 1 + np.rint(steps)).astype(np.int32)


def shift_of(code: Codes) -> Reals:
    return np.where(code == 0, 0.0, 15_000.0 * np.exp((code - 1) * _SHIFT_STEP))


def classify(rows: int, *codings: Coding) -> Classes:
    """Rows with the same codes are of one class. Codes are not negative; in runs at most the last are.

    Costs O(rows), with a sort only where the codes are sparse, and O(runs) where runs alone tell the rows apart.
    """
    codes = [coding if isinstance(coding, np.ndarray) else coding.codes for coding in codings]
    spans = [int(code.max(initial=0)) + 1 for code in codes]
    last = codings[-1]
    if isinstance(last, Runs) and math.prod(spans[:-1]) == 1:
        return Classes(last.count, (*(np.zeros(len(last.codes), np.int32) for _ in spans[:-1]), last.codes))
    size = math.prod(spans)
    key = _key(rows, codings, spans, np.int32 if size < 2**31 else np.int64)
    if size > 8 * len(key) + 100_000:
        present, of, count = np.unique(key, return_inverse=True, return_counts=True)
        return Classes(count.astype(np.int64), _decoded(present.astype(np.int64), spans), of.astype(np.intp))
    counts = np.bincount(key, minlength=size)
    present = np.flatnonzero(counts)
    number = np.zeros(size, np.intp)
    number[present] = np.arange(len(present))
    return Classes(counts[present].astype(np.int64), _decoded(present, spans), number[key])


def _key(rows: int, codings: tuple[Coding, ...], spans: list[int], dtype: type[Any]) -> NDArray[Any]:
    """One number for all codes of a row, those of the first coding counting most."""
    last = codings[-1]
    key = last.each.astype(dtype, copy=False) if isinstance(last, Runs) else np.zeros(rows, dtype)
    for n, coding in enumerate(codings):
        worth = math.prod(spans[n + 1 :])
        if spans[n] == 1 or isinstance(coding, Runs):
            continue
        if isinstance(coding, Some):
            key[coding.at] += coding.codes.astype(dtype) * dtype(worth)
        else:
            key += coding.astype(dtype, copy=False) * dtype(worth)
    return key


def _decoded(key: Ints, spans: list[int]) -> tuple[Codes, ...]:
    found: list[Codes] = []
    for span in reversed(spans):
        found.append((key % span if span > 1 else np.zeros(len(key))).astype(np.int32))
        key = key // span
    return tuple(reversed(found))
