"""Evidence for suspects: what happened and what was expected in every window of the last hours, within one
scope.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import Scope
from graph_models.time import Millis
from impactgraph.columns import CANCELLED, Codes, Columns, Ints
from impactgraph.diagnosis.suspects.pace import BIN, BINS, LEARNED, SPAN, ObservedTransits
from impactgraph.forecast.scenarios import Reals

Flags = NDArray[np.bool_]

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
_FIRST, _LAST = np.array(WINDOWS).T
_AT_LEAST = 0.5
"""Events that are taken to have happened before, where none did."""


@dataclass(frozen=True)
class Flow:
    """By (place, window): ends and expected ends of all transits, and of those that began within
    the window.
    """

    ends: Reals
    expected_ends: Reals
    new_ends: Reals
    expected_new_ends: Reals


@dataclass(frozen=True)
class RareEvents:
    """Counts of events that should be rare, by (kind, window)."""

    kinds: tuple[str, ...]
    counts: Reals
    expected_counts: Reals


@dataclass(frozen=True)
class Evidence:
    """Within one scope."""

    scope: Scope
    flow: Flow
    errors: RareEvents
    """Kinds are the elements that the errors name; for errors that name none, the step."""
    detours: RareEvents
    """Reroutes and cancellations, where they were counted."""


@dataclass(frozen=True)
class Errors:
    """Errors of the sampled fulfillments."""

    kinds: tuple[str, ...]
    row: Codes
    kind: NDArray[np.intp]
    bin: Ints
    """Negative before the observed span."""

    def take(self, mask: Flags) -> "Errors":
        return Errors(self.kinds, self.row[mask], self.kind[mask], self.bin[mask])


def flow_of(observations: ObservedTransits, which: NDArray[np.intp]) -> Flow:
    """Of the transits at these positions. Costs a count of (transits, bins)."""
    places = len(observations.transits.places)
    starts = BINS + 1
    place = observations.transits.place[which].astype(np.int64)
    cell = place * starts + observations.began_bin[which] + 1
    cell_of_bin = (cell[:, None] * BINS + np.arange(BINS)[None, :]).ravel()
    size = places * starts * BINS
    weights = observations.expected_ends[which].ravel()
    expected_counts = np.bincount(cell_of_bin, weights=weights, minlength=size).astype(np.float64)
    ended_bin = observations.ended_bin[which]
    is_over = ended_bin >= 0
    counts = np.bincount(cell[is_over] * BINS + ended_bin[is_over], minlength=size).astype(np.float64)
    ends, new_ends = _by_window(counts.reshape(places, starts, BINS))
    expected_ends, expected_new_ends = _by_window(expected_counts.reshape(places, starts, BINS))
    return Flow(ends, expected_ends, new_ends, expected_new_ends)


def _by_window(table: Reals) -> tuple[Reals, Reals]:
    """Of (place, bin of beginning, bin): sums over each window, of all, and of those that began in it."""
    new = np.zeros((len(table), len(WINDOWS)))
    for first in range(BINS):
        own = first == _FIRST
        cumulative = np.cumsum(table[:, first + 1 :, first:].sum(axis=1), axis=1)
        new[:, own] = cumulative[:, _LAST[own] - first]
    return _window_sums(table.sum(axis=1)), new


def errors_of(columns: Columns, rows: Codes, at: Millis) -> Errors:
    """Errors of these fulfillments, as far back as hazards are learned. Costs a look at all errors."""
    errors = columns.errors
    f = columns.fulfillments
    dictionaries = columns.dictionaries
    is_sampled = np.zeros(len(f), bool)
    is_sampled[rows] = True
    which = np.flatnonzero(is_sampled[errors.fulfillment] & (errors.at <= at) & (errors.at > at - LEARNED))
    fulfillment = errors.fulfillment[which]
    element = errors.element[which]
    steps = [f"step:{w.key}/{step}" for w in dictionaries.workflows for step in w.steps]
    starts = np.cumsum([0, *(len(w.steps) for w in dictionaries.workflows)])
    step = starts[np.maximum(f.workflow[fulfillment], 0)] + np.maximum(errors.step[which], 0)
    code = np.where(element > 0, element, len(dictionaries.elements) + step)
    present, kind = np.unique(code, return_inverse=True)
    names = [*dictionaries.elements.values, *steps]
    bins = np.minimum((errors.at[which] - (at - SPAN)) // BIN, BINS - 1)
    return Errors(tuple(names[c] for c in map(int, present)), fulfillment, kind, bins)


def rare_errors(errors: Errors, mask: Flags) -> RareEvents:
    """Errors in each window where the mask is true, compared with the rate before the observed span."""
    kind = errors.kind[mask]
    bins = errors.bin[mask]
    is_recent = bins >= 0
    size = len(errors.kinds)
    cells = kind[is_recent] * BINS + bins[is_recent]
    counts = np.bincount(cells, minlength=size * BINS).reshape(size, BINS).astype(np.float64)
    before = np.bincount(kind[~is_recent], minlength=size) + _AT_LEAST
    usual = np.repeat((before * BIN / (LEARNED - SPAN))[:, None], BINS, axis=1)
    return RareEvents(errors.kinds, _window_sums(counts), _window_sums(usual))


def detours_of(columns: Columns, rows: Codes, began_at: Ints, at: Millis) -> RareEvents:
    """Reroutes and cancellations of these fulfillments, compared with the rate per beginning (`began_at`)
    before.
    """
    f = columns.fulfillments
    rerouted_at = f.rerouted_at[rows]
    is_cancelled = f.status[rows] == CANCELLED
    moments = np.where(is_cancelled, np.maximum(f.ended_at[rows], rerouted_at), rerouted_at)
    counts, count_before = _by_bin(moments, at)
    beginnings, beginnings_before = _by_bin(began_at, at)
    usual_rate = (count_before + _AT_LEAST) / max(beginnings_before, 1.0)
    expected_counts = usual_rate * beginnings[None, :]
    return RareEvents(("detours",), _window_sums(counts[None, :]), _window_sums(expected_counts))


def no_detours() -> RareEvents:
    zeros = np.zeros((1, len(WINDOWS)))
    return RareEvents(("detours",), zeros, zeros)


def _by_bin(moments: Ints, at: Millis) -> tuple[Reals, float]:
    """How many are in each bin, and how many before the span as far back as hazards are learned."""
    inside = moments[(moments > at - LEARNED) & (moments <= at)]
    bins = np.minimum((inside - (at - SPAN)) // BIN, BINS - 1)
    return np.bincount(bins[bins >= 0], minlength=BINS).astype(np.float64), float((bins < 0).sum())


def _window_sums(table: Reals) -> Reals:
    """Of (kind, bin): sums over each window."""
    cumulative = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    return cumulative[:, _LAST + 1] - cumulative[:, _FIRST]


def span_of(window: tuple[int, int], at: Millis) -> tuple[Millis, Millis | None]:
    """Beginning and end of a window; the end is None where it lasts until now."""
    first, last = window
    return at - SPAN + first * BIN, None if last == BINS - 1 else at - SPAN + (last + 1) * BIN
