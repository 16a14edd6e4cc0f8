"""What was seen and what was to be expected in every span of the last hours, by place, and the same within each scope that is tried."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import Scope
from graph_models.time import Millis
from impactgraph.columns import CANCELLED, Codes, Columns, Ints
from impactgraph.diagnosis.suspects.pace import BIN, BINS, LEARNED, SPAN, ObservedTransits
from impactgraph.forecast.scenarios import Reals

Flags = NDArray[np.bool_]

_COARSE, _OVER = 2, 9
"""In bins: the grid of spans that are over, and for how long they may be."""
WINDOWS: tuple[tuple[int, int], ...] = tuple(
    (first, last)
    for first in range(BINS)
    for last in range(first, BINS)
    if last == BINS - 1 or (last >= BINS - _OVER and first % _COARSE == 0 and last % _COARSE == _COARSE - 1)
)
"""First and last bin of a span: those that last until now, and on a coarser grid those that ended not long ago."""
_FIRST, _LAST = np.array(WINDOWS).T
_AT_LEAST = 0.5
"""Errors that are taken to have happened before, where none did."""


@dataclass(frozen=True)
class Flow:
    """By (place, window): ends seen and expected of all that was under way, and of what began within the window."""

    ends: Reals
    expected_ends: Reals
    new_ends: Reals
    expected_new_ends: Reals


@dataclass(frozen=True)
class RareEvents:
    """Events that should be rare, by (kind, window)."""

    kinds: tuple[str, ...]
    counts: Reals
    expected_counts: Reals


@dataclass(frozen=True)
class Evidence:
    """Within one scope."""

    scope: Scope
    flow: Flow
    errors: RareEvents
    """Kinds are the elements that they name; of those that name none, the step."""
    detours: RareEvents
    """Reroutes and cancellations, where they were looked at."""


@dataclass(frozen=True)
class Errors:
    """Those of the fulfillments that are watched. `bin` is negative before the span."""

    kinds: tuple[str, ...]
    row: Codes
    kind: NDArray[np.intp]
    bin: Ints

    def take(self, chosen: Flags) -> "Errors":
        return Errors(self.kinds, self.row[chosen], self.kind[chosen], self.bin[chosen])


def flow_of(watched: ObservedTransits, chosen: NDArray[np.intp]) -> Flow:
    """Of the transits in these positions. Costs a count of (transits, bins)."""
    places, starts = len(watched.transits.places), BINS + 1
    cell = watched.transits.place[chosen].astype(np.int64) * starts + watched.began_bin[chosen] + 1
    every = (cell[:, None] * BINS + np.arange(BINS)[None, :]).ravel()
    size = places * starts * BINS
    expected = np.bincount(every, weights=watched.expected_ends[chosen].ravel(), minlength=size).astype(
        np.float64
    )
    done = watched.ended_bin[chosen] >= 0
    seen = np.bincount(cell[done] * BINS + watched.ended_bin[chosen][done], minlength=size).astype(np.float64)
    (seen_all, seen_new), (expected_all, expected_new) = (
        _windows(each.reshape(places, starts, BINS)) for each in (seen, expected)
    )
    return Flow(seen_all, expected_all, seen_new, expected_new)


def _windows(table: Reals) -> tuple[Reals, Reals]:
    """Of (place, bin of beginning, bin): sums over each window, of all, and of what began in it."""
    new = np.zeros((len(table), len(WINDOWS)))
    for first in range(BINS):
        mine = first == _FIRST
        within = np.cumsum(table[:, first + 1 :, first:].sum(axis=1), axis=1)
        new[:, mine] = within[:, _LAST[mine] - first]
    return _sums(table.sum(axis=1)), new


def errors_of(columns: Columns, rows: Codes, at: Millis) -> Errors:
    """Of these fulfillments, as far back as is learned from. Costs a look at all errors."""
    errors, f, v = columns.errors, columns.fulfillments, columns.dictionaries
    wanted = np.zeros(len(f), bool)
    wanted[rows] = True
    kept = np.flatnonzero(wanted[errors.fulfillment] & (errors.at <= at) & (errors.at > at - LEARNED))
    steps = [f"step:{w.key}/{step}" for w in v.workflows for step in w.steps]
    starts = np.cumsum([0, *(len(w.steps) for w in v.workflows)])
    where = starts[np.maximum(f.workflow[errors.fulfillment[kept]], 0)] + np.maximum(errors.step[kept], 0)
    code = np.where(errors.element[kept] > 0, errors.element[kept], len(v.elements) + where)
    present, kind = np.unique(code, return_inverse=True)
    words: tuple[str, ...] = tuple(
        v.elements.values[c] if c < len(v.elements) else steps[c - len(v.elements)] for c in map(int, present)
    )
    bins = np.minimum((errors.at[kept] - (at - SPAN)) // BIN, BINS - 1)
    return Errors(words, errors.fulfillment[kept], kind, bins)


def rare_errors(errors: Errors, chosen: Flags) -> RareEvents:
    kind, bins = errors.kind[chosen], errors.bin[chosen]
    recent, size = bins >= 0, len(errors.kinds)
    seen = (
        np.bincount(kind[recent] * BINS + bins[recent], minlength=size * BINS)
        .reshape(size, BINS)
        .astype(np.float64)
    )
    before = np.bincount(kind[~recent], minlength=size) + _AT_LEAST
    return RareEvents(
        errors.kinds, _sums(seen), _sums(np.repeat((before * BIN / (LEARNED - SPAN))[:, None], BINS, axis=1))
    )


def detours_of(columns: Columns, rows: Codes, began: Ints, at: Millis) -> RareEvents:
    """Of these fulfillments: as many are expected as before, for as much as began (moments)."""
    f = columns.fulfillments
    moments = np.where(
        f.status[rows] == CANCELLED, np.maximum(f.ended_at[rows], f.rerouted_at[rows]), f.rerouted_at[rows]
    )
    seen, before = _binned(moments, at)
    begun, begun_before = _binned(began, at)
    usual = (before + _AT_LEAST) / max(begun_before, 1.0)
    return RareEvents(("detours",), _sums(seen[None, :]), _sums(usual * begun[None, :]))


def no_detours() -> RareEvents:
    nothing = np.zeros((1, len(WINDOWS)))
    return RareEvents(("detours",), nothing, nothing)


def _binned(moments: Ints, at: Millis) -> tuple[Reals, float]:
    """How many are in each bin, and before the span as far as is learned from."""
    kept = moments[(moments > at - LEARNED) & (moments <= at)]
    bins = np.minimum((kept - (at - SPAN)) // BIN, BINS - 1)
    return np.bincount(bins[bins >= 0], minlength=BINS).astype(np.float64), float((bins < 0).sum())


def _sums(table: Reals) -> Reals:
    """Of (kind, bin): over each window."""
    whole = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    return whole[:, _LAST + 1] - whole[:, _FIRST]


def span_of(window: tuple[int, int], at: Millis) -> tuple[Millis, Millis | None]:
    """Beginning and end of a window; the end is None where it lasts until now."""
    first, last = window
    return at - SPAN + first * BIN, None if last == BINS - 1 else at - SPAN + (last + 1) * BIN
