"""Bins of moments, delays and chances: what fulfillments may differ in and still share a forecast.

A bin is represented by its centre, so a forecast does not depend on which fulfillments are in the bin.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.barrier_edges import distinct_ascending, whole_moments
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.impact.grouping import RunLengthCodes

_LEVELS = (
    (2 * MINUTE, 14),
    (90 * MINUTE, 17),
    (4 * HOUR, 18),
    (12 * HOUR, 20),
    (24 * HOUR, 21),
    (4 * DAY, 22),
    (15 * DAY, 24),
    (120 * DAY, 27),
)
"""Ages up to which bins are 2 ** n milliseconds wide: from 16 s over 2, 4, 17, 35 and 70 min to 37 h."""

_MINUTE_BITS = 16
_MOST_MINUTES = 2**20

_SHORTEST_DELAY = 1_000.0
"""A shorter delay counts as none."""
_DELAY_ORIGIN = 15_000.0
_DELAY_STEP = float(np.log(1.04))


class MomentBins:
    """Bins of moments up to `as_of`, wider the older, and divided at edges. What came at `as_of` itself is in
    a bin of its own: whether something begins now divides no other.

    The bounds lie on a fixed grid of time, so that a bin keeps its centre while time passes, until it
    becomes a part of a wider one.
    """

    def __init__(self, as_of: int, edges: Iterable[Reals] = ()) -> None:
        grid = _grid(as_of)
        within = whole_moments((*edges, np.array([float(as_of)])), float(grid[0]), float(as_of))
        self._bounds = distinct_ascending(np.concatenate([grid, within]))
        centres = (self._bounds[:-1] + self._bounds[1:] - 1) / 2
        self._centres = np.append(centres, float(as_of))

    def codes(self, at: Ints) -> Codes:
        """(rows,) bins of moments; the last is for moments after `as_of`."""
        return np.maximum(np.searchsorted(self._bounds, at, side="right") - 1, 0).astype(np.int32)

    def runs(self, at: Ints) -> RunLengthCodes:
        """`codes` of ascending moments, run-length encoded."""
        starts = np.searchsorted(at, self._bounds)
        starts[0] = 0
        lengths = np.diff(starts, append=len(at))
        present = np.flatnonzero(lengths)
        return RunLengthCodes(present.astype(np.int32), lengths[present])

    def moments(self, codes: Codes) -> Reals:
        """(rows,) the centre of each bin; `as_of` for the last."""
        return self._centres[codes]


class MinuteBins:
    """Bins of about a minute (2 ** 16 milliseconds), however old, divided at edges."""

    def __init__(self, edges: Iterable[Reals], as_of: int) -> None:
        self._newest = as_of >> _MINUTE_BITS
        self._edges = whole_moments(edges, 0.0, float(as_of))
        self._starts = np.concatenate([np.zeros(1, np.int64), self._edges])
        self._ends = np.append(self._edges - 1, as_of)

    def codes(self, at: Ints) -> tuple[Codes, Codes]:
        """(rows,) number of the edges up to each moment, and how many bins ago it was."""
        spans = np.searchsorted(self._edges, at, side="right")
        ago = np.clip(self._newest - (at >> _MINUTE_BITS), 0, _MOST_MINUTES)
        return spans.astype(np.int32), ago.astype(np.int32)

    def moments(self, spans: Codes, ago: Codes) -> Reals:
        """(rows,) the centre of each bin."""
        start = (self._newest - ago.astype(np.int64)) << _MINUTE_BITS
        end = start + (1 << _MINUTE_BITS) - 1
        return (np.maximum(start, self._starts[spans]) + np.minimum(end, self._ends[spans])) / 2


@lru_cache(maxsize=32)
def _grid(as_of: int) -> Ints:
    """Ascending bounds of the bins; the last is the first moment after `as_of`."""
    parts = [np.array([as_of + 1])]
    high = as_of + 1
    for n, (age, width) in enumerate(_LEVELS):
        wider = _LEVELS[min(n + 1, len(_LEVELS) - 1)][1]
        low = (as_of - age) >> wider << wider
        first = ((high - 1) >> width) << width
        parts.append(np.arange(first, low - 1, -(1 << width)))
        high = low
    bounds = np.unique(np.concatenate(parts)).astype(np.int64)
    bounds.setflags(write=False)
    return bounds


def delay_bins(delay: Reals) -> Codes:
    """(rows,) bins of delays in milliseconds: 0 for none, else steps of 4 %."""
    if not delay.any():
        return np.zeros(len(delay), np.int32)
    steps: Reals = np.log(np.maximum(delay, _DELAY_ORIGIN) / _DELAY_ORIGIN) / _DELAY_STEP
    return np.where(delay < _SHORTEST_DELAY, 0, 1 + np.rint(steps)).astype(np.int32)


def delay_of_bin(bins: Codes) -> Reals:
    """(rows,) the delay in milliseconds that stands for each bin."""
    return np.where(bins == 0, 0.0, _DELAY_ORIGIN * np.exp((bins - 1) * _DELAY_STEP))


def chance_bins(chance: Reals) -> Codes:
    """(rows,) bins of chances: 0 for certain, else the number of scenarios."""
    scenarios = np.maximum(np.rint(chance * SCENARIOS), 1)
    return np.where(scenarios < SCENARIOS, scenarios, 0).astype(np.int32)


def chance_of_bin(bins: Codes) -> Reals:
    return np.where(bins > 0, bins / SCENARIOS, 1.0)
