"""Bins of ages and delays: what a cohort may differ in without being forecast apart."""

import numpy as np

from graph_models.time import HOUR, MINUTE
from impactgraph.columns import Codes, Ints
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.grouping import RunLengthCodes

_AGE_EDGES = np.concatenate(
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
"""Edges of the bins of ages in milliseconds, finer where it is recent."""
_TICK = 13
"""Ages are looked up in steps of 2 ** 13 milliseconds: a shift and a look-up cost less than a division and
a search.
"""
_BIN_OF_TICK = np.searchsorted(
    _AGE_EDGES, np.arange(-1, (int(_AGE_EDGES[-1]) >> _TICK) + 2) * float(1 << _TICK), side="right"
).astype(np.int32)
_FIRST_BIN = int(_BIN_OF_TICK[0])
_LAST_BIN = int(_BIN_OF_TICK[-1])
_FIRST_TICK = np.searchsorted(_BIN_OF_TICK, np.arange(_FIRST_BIN, _LAST_BIN + 1))
_FIRST_TICK[0] = -(2**40)

_SHORTEST_DELAY = 1_000.0
"""A shorter delay counts as none."""
_DELAY_ORIGIN = 15_000.0
_DELAY_STEP = float(np.log(1.04))


def age_bins(at: Ints, as_of: int) -> Codes:
    """(rows,) bins of the ages at `as_of` of moments; the first is for moments in the future."""
    return _BIN_OF_TICK.take(((as_of + (1 << _TICK)) - at) >> _TICK, mode="clip")


def age_bin_runs(at: Ints, as_of: int) -> RunLengthCodes:
    """`age_bins` of ascending moments, run-length encoded."""
    # Of the bins from the last on: the position where the rows of the bin end.
    ends = np.searchsorted(at, as_of + (1 << _TICK) - (_FIRST_TICK << _TICK), side="right")[::-1]
    lengths = np.diff(ends, prepend=0)
    present = np.flatnonzero(lengths)
    return RunLengthCodes((_LAST_BIN - present).astype(np.int32), lengths[present])


def delay_bins(delay: Reals) -> Codes:
    """(rows,) bins of delays in milliseconds: 0 for none, else steps of 4 %."""
    if not delay.any():
        return np.zeros(len(delay), np.int32)
    steps: Reals = np.log(np.maximum(delay, _DELAY_ORIGIN) / _DELAY_ORIGIN) / _DELAY_STEP
    return np.where(delay < _SHORTEST_DELAY, 0, 1 + np.rint(steps)).astype(np.int32)


def delay_of_bin(bins: Codes) -> Reals:
    """(rows,) the delay in milliseconds that stands for each bin."""
    return np.where(bins == 0, 0.0, _DELAY_ORIGIN * np.exp((bins - 1) * _DELAY_STEP))
