"""Groups rows with equal codes, so that the cost of a forecast does not grow with the rows.

Rows come in the order in which they entered their step, so rows of one age follow each other. Where nothing
but age tells rows apart, a group is a run of rows, and no array of all rows is needed.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints

Flags: TypeAlias = NDArray[np.bool_]
Positions: TypeAlias = NDArray[np.intp]
_DENSE_FACTOR = 8
_DENSE_MINIMUM = 100_000
"""Keys are counted in a table of all possible keys up to so many, and so many per row; else they are
sorted.
"""
_MOST_KEYS = 2**62


@dataclass(frozen=True)
class SparseCodes:
    """Codes of some of the rows; the code of all others is 0."""

    at: slice | Positions
    codes: Codes


@dataclass(frozen=True)
class RunLengthCodes:
    """Codes of rows in runs: the code of each run, and how many rows it has (at least one)."""

    codes: Codes
    lengths: Ints

    @property
    def row_codes(self) -> Codes:
        """(rows,) code of each row."""
        return np.repeat(self.codes, self.lengths)


RowCodes: TypeAlias = Codes | SparseCodes | RunLengthCodes
NO_CODES = SparseCodes(np.zeros(0, np.intp), np.zeros(0, np.int32))
"""All rows have code 0."""


class Groups:
    """Rows grouped by their codes.

    `sizes` (G,): rows of each group; `codes`: for each of the codings, (G,) the code that the rows of a group
    share. `group_of` is None where each group is a run of rows: then no array of all rows is needed.
    """

    def __init__(self, sizes: Ints, codes: tuple[Codes, ...], group_of: Positions | None = None) -> None:
        self.sizes = sizes
        self.codes = codes
        self._group_of = group_of

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def group_of(self) -> Positions:
        """(rows,) group of each row."""
        if self._group_of is None:
            return np.repeat(np.arange(len(self)), self.sizes)
        return self._group_of

    def members(self, mask: Flags) -> tuple[Positions, Positions]:
        """Positions of the rows of the groups in the mask (G,), and the group of each."""
        if self._group_of is None:
            groups = np.repeat(np.flatnonzero(mask), self.sizes[mask])
            return np.flatnonzero(np.repeat(mask, self.sizes)), groups
        at = np.flatnonzero(mask.take(self._group_of))
        return at, self._group_of.take(at)


def group_rows(rows: int, *codings: RowCodes) -> Groups:
    """Groups of rows with equal codes in all codings, ascending by codes.

    Codes are not negative; only the last coding may be run-length encoded. Costs O(rows), with a sort only
    where codes are sparse, and O(runs) where nothing but runs tells rows apart.
    """
    spans = [int(_codes(coding).max(initial=0)) + 1 for coding in codings]
    last = codings[-1]
    if isinstance(last, RunLengthCodes) and math.prod(spans[:-1]) == 1:
        zeros = (np.zeros(len(last.codes), np.int32) for _ in spans[:-1])
        return Groups(last.lengths, (*zeros, last.codes))
    if math.prod(spans) >= _MOST_KEYS:
        return _sorted_groups(rows, codings)
    present, counts, group_of = _distinct_keys(rows, codings, spans)
    return Groups(counts, _decode(present, spans), group_of)


def _distinct_keys(
    rows: int, codings: tuple[RowCodes, ...], spans: list[int]
) -> tuple[Ints, Ints, Positions]:
    """The keys of all codings that rows have, ascending, the number of their rows, and the key of each row by
    its place among them.

    Codings are joined as long as a table of all their keys is small. Then each joint key is replaced by its
    place among those that rows have, which are few, and the next codings are joined to that.
    """
    limit = _DENSE_FACTOR * rows + _DENSE_MINIMUM
    present, place = np.zeros(1, np.int64), np.zeros(rows, np.intp)
    counts = np.array([rows])
    start = 0
    while start < len(codings):
        end, size = start + 1, spans[start]
        while end < len(codings) and len(present) * size * spans[end] <= limit:
            size *= spans[end]
            end += 1
        is_small = len(present) * size < 2**31
        keys = _keys(rows, codings[start:end], spans[start:end], np.int32 if is_small else np.int64)
        if start:
            keys += (place * size).astype(keys.dtype)
        keys_present, counts, place = _distinct(keys, len(present) * size, limit)
        present = present[keys_present // size] * size + keys_present % size
        start = end
    return present, counts, place


def _distinct(keys: Ints, size: int, limit: int) -> tuple[Ints, Ints, Positions]:
    """The different keys in [0, size), ascending, how often each occurs, and the place of each key there."""
    if size > limit:
        present, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
        return present.astype(np.int64), counts.astype(np.int64), place.astype(np.intp)
    counts = np.bincount(keys, minlength=size)
    present = np.flatnonzero(counts)
    place_of = np.zeros(size, np.intp)
    place_of[present] = np.arange(len(present))
    return present, counts[present].astype(np.int64), place_of.take(keys)


def _sorted_groups(rows: int, codings: tuple[RowCodes, ...]) -> Groups:
    """Groups of rows whose codes do not fit into one number."""
    columns = np.stack(
        [_keys(rows, (coding,), [int(_codes(coding).max()) + 1], np.int64) for coding in codings]
    )
    present, group_of, counts = np.unique(columns, axis=1, return_inverse=True, return_counts=True)
    codes = tuple(column.astype(np.int32) for column in present)
    return Groups(counts.astype(np.int64), codes, group_of.astype(np.intp))


def _codes(coding: RowCodes) -> Codes:
    return coding if isinstance(coding, np.ndarray) else coding.codes


def _keys(rows: int, codings: tuple[RowCodes, ...], spans: list[int], dtype: type[Any]) -> NDArray[Any]:
    """(rows,) all codes of a row as the digits of one number, the first coding the most significant."""
    last = codings[-1]
    has_runs = isinstance(last, RunLengthCodes)
    keys = last.row_codes.astype(dtype, copy=False) if has_runs else np.zeros(rows, dtype)
    for n, coding in enumerate(codings):
        weight = math.prod(spans[n + 1 :])
        if spans[n] == 1 or isinstance(coding, RunLengthCodes):
            continue
        if isinstance(coding, SparseCodes):
            keys[coding.at] += coding.codes.astype(dtype) * dtype(weight)
        else:
            keys += coding.astype(dtype, copy=False) * dtype(weight)
    return keys


def _decode(keys: Ints, spans: list[int]) -> tuple[Codes, ...]:
    """The codes of each key, by coding."""
    columns: list[Codes] = []
    for span in reversed(spans):
        columns.append((keys % span if span > 1 else np.zeros(len(keys))).astype(np.int32))
        keys = keys // span
    return tuple(reversed(columns))
