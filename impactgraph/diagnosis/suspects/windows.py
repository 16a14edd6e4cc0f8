"""Windows of the observed span, and counts of rare events in them."""

from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.diagnosis.suspects.pace import BIN, BINS, SPAN
from impactgraph.forecast.scenarios import Reals

_COARSE = 2
"""Grid, in bins, of windows that are over."""
_RECENT = 9
"""In bins: how long ago a window may have ended."""
WINDOWS: tuple[tuple[int, int], ...] = tuple(
    (first, last)
    for first in range(BINS)
    for last in range(first, BINS)
    if last == BINS - 1 or (last >= BINS - _RECENT and first % _COARSE == 0 and last % _COARSE == _COARSE - 1)
)
"""First and last bin: windows that last until now, and on a coarser grid those that ended not long ago."""
FIRST, LAST = np.array(WINDOWS).T


@dataclass(frozen=True)
class RareEvents:
    """Counts of events that should be rare, by (kind, window)."""

    kinds: tuple[str, ...]
    counts: Reals
    expected_counts: Reals
    deviation: Reals
    """Relative standard deviation of the expected counts, by kind."""


def no_events() -> RareEvents:
    empty = np.zeros((0, len(WINDOWS)))
    return RareEvents((), empty, empty, np.zeros(0))


def window_sums(table: Reals) -> Reals:
    """Of (kind, bin): sums over each window."""
    cumulative = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    return cumulative[:, LAST + 1] - cumulative[:, FIRST]


def span_of(window: tuple[int, int], at: Millis) -> tuple[Millis, Millis | None]:
    """Beginning and end of a window; the end is None where it lasts until now."""
    first, last = window
    return at - SPAN + first * BIN, None if last == BINS - 1 else at - SPAN + (last + 1) * BIN
