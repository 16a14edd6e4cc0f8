"""Bins of visits that have ended: visits in one bin have the same edges between entry and exit, at about the
same distances.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from graph_models.time import DAY
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import whole_moments
from impactgraph.forecast.scenarios import Reals

_FINENESS = 5
"""Distances are rounded to the 2 ** n-th part of the length of the visit, or less."""
_FINEST = 15
"""But to no less than 2 ** n milliseconds, 33 s: a model of a visit errs by a minute."""
_LONGEST = 10_000 * DAY


@dataclass(frozen=True)
class VisitCodes:
    """Codes of visits, each (rows,): together they give a visit but for the rounding."""

    entry_span: Codes
    """Number of edges up to the entry."""
    edges: Codes
    """Number of edges after the entry up to the exit."""
    level: Codes
    """Rounding, as the exponent of a power of two."""
    before: Codes
    """Distance from the entry to the first of these edges; without any: the length of the visit."""
    after: Codes
    """The distance from the last edge to the exit."""

    @property
    def every(self) -> tuple[Codes, ...]:
        return self.entry_span, self.edges, self.level, self.before, self.after


class VisitBins:
    """Bins of visits up to `as_of`.

    A visit without an edge in it is known by its length, since all moments between two edges are alike.
    """

    def __init__(self, edges: Iterable[Reals], as_of: int) -> None:
        low = as_of - _LONGEST
        self._edges = whole_moments(edges, float(low), float(as_of))
        self._starts = np.concatenate([np.array([low], np.int64), self._edges])
        self._ends = np.concatenate([self._edges - 1, np.array([as_of], np.int64)])

    def spans(self, at: Ints) -> Ints:
        """(rows,) number of edges up to each moment."""
        return np.searchsorted(self._edges, at, side="right")

    def codes(self, entered_at: Ints, left_at: Ints) -> VisitCodes:
        entry_span, exit_span = self.spans(entered_at), self.spans(left_at)
        length = np.maximum(left_at - entered_at, 1)
        level = np.maximum(np.frexp(length.astype(np.float64))[1] - 1 - _FINENESS, _FINEST)
        has_edge = exit_span > entry_span
        before = np.where(has_edge, self._ends[entry_span] - entered_at, length) >> level
        after = np.where(has_edge, left_at - self._starts[exit_span], 0) >> level
        columns = (entry_span, exit_span - entry_span, level, np.maximum(before, 0), np.maximum(after, 0))
        return VisitCodes(*(column.astype(np.int32) for column in columns))

    def visits(self, codes: VisitCodes) -> tuple[Reals, Reals]:
        """(rows,) entry and exit that stand for each bin."""
        before, after = self.lengths(codes.before + 1, codes), self.lengths(codes.after + 1, codes)
        has_edge = codes.edges > 0
        exit_span = codes.entry_span + codes.edges
        start = np.where(codes.entry_span > 0, self._starts[codes.entry_span], self._ends[0] - 4 * before)
        middle = (start + self._ends[codes.entry_span]) / 2
        entry = np.where(has_edge, self._ends[codes.entry_span] - before, middle - before / 2)
        exit_ = np.where(has_edge, self._starts[exit_span] + after, middle + before / 2)
        return self.clip(entry, codes.entry_span), self.clip(exit_, exit_span)

    def distances(self, lengths: Ints, codes: VisitCodes) -> Codes:
        """(rows,) codes of further lengths within the visits, from 1 on; 0 where a length is 0."""
        return np.where(lengths > 0, 1 + (lengths >> codes.level), 0).astype(np.int32)

    def lengths(self, distances: Codes, codes: VisitCodes) -> Reals:
        """(rows,) the lengths that stand for codes of `distances`."""
        return np.ldexp(distances - 0.5, codes.level)

    def clip(self, moments: Reals, spans: Codes) -> Reals:
        """Moments moved between the edges of their spans."""
        return np.clip(moments, self._starts[spans], self._ends[spans])
