"""Evidence for suspects: what happened and what was expected in every window of the last hours, within one
scope.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import Scope
from graph_models.time import HOUR, Millis
from impactgraph.columns import CANCELLED, Codes, Columns, Ints
from impactgraph.diagnosis.suspects.dispersion import pause_variance, relative_variance
from impactgraph.diagnosis.suspects.pace import BIN, BINS, HOURS_BEFORE, LEARNED, SPAN, ObservedTransits
from impactgraph.diagnosis.suspects.transits import Transits
from impactgraph.diagnosis.suspects.windows import FIRST, LAST, WINDOWS, RareEvents, window_sums
from impactgraph.forecast.scenarios import Reals

_AT_LEAST = 0.5
"""Events that are taken to have happened before, where none did."""
_WEIGHT = 2.0
"""Detours that the rate of all workflows is worth for the rate of one."""
_SLOW = 2.0
"""Standard deviations by which an hour of the day before, with its neighbours, has to fall short."""


@dataclass(frozen=True)
class Flow:
    """By (place, window): ends and expected ends of all transits, and of those that began within
    the window.
    """

    ends: Reals
    expected_ends: Reals
    new_ends: Reals
    expected_new_ends: Reals
    deviation: Reals
    """By place: relative standard deviation of the pace of an hour."""


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
class Usual:
    """What the day before the observed span shows."""

    pace: Reals
    """By (place, bin of the span): fraction of the expected ends at the same hour of the day before, 1 where
    that hour was not clearly slow.
    """
    deviation: Reals
    """By place: relative standard deviation of the pace of an hour."""


def usual_of(before: ObservedTransits, which: NDArray[np.intp]) -> Usual:
    """Of the transits at these positions of the day before the span. Costs a count of (transits, hours)."""
    size = len(before.transits.places) * HOURS_BEFORE
    cell = before.transits.place[which].astype(np.int64) * HOURS_BEFORE
    cells = (cell[:, None] + np.arange(HOURS_BEFORE)[None, :]).ravel()
    weights = before.expected_ends[which].ravel()
    expected_counts = np.bincount(cells, weights=weights, minlength=size).astype(np.float64)
    expected_ends = expected_counts.reshape(-1, HOURS_BEFORE)
    hour = before.ended_bin[which]
    ends = np.bincount((cell + hour)[hour >= 0], minlength=size).reshape(-1, HOURS_BEFORE).astype(np.float64)
    hours = np.arange(BINS) * BIN // HOUR
    around, expected_around = _with_neighbours(ends), _with_neighbours(expected_ends)
    is_slow = around < expected_around - _SLOW * np.sqrt(expected_around)
    pace = np.where(is_slow, (ends + 1.0) / (expected_ends + 1.0), 1.0)
    variance = np.maximum(relative_variance(ends, expected_ends), pause_variance(ends, expected_ends))
    return Usual(pace[:, hours], np.sqrt(variance))


def _with_neighbours(table: Reals) -> Reals:
    """Of (place, hour): the sum of each hour, the one before and the one after it."""
    with_margins = np.pad(table, ((0, 0), (1, 1)))
    return with_margins[:, :-2] + with_margins[:, 1:-1] + with_margins[:, 2:]


def flow_of(observations: ObservedTransits, which: NDArray[np.intp], usual: Usual) -> Flow:
    """Of the transits at these positions. Costs a count of (transits, bins)."""
    places = len(observations.transits.places)
    starts = BINS + 1
    place = observations.transits.place[which].astype(np.int64)
    cell = place * starts + observations.began_bin[which] + 1
    cell_of_bin = (cell[:, None] * BINS + np.arange(BINS)[None, :]).ravel()
    size = places * starts * BINS
    weights = observations.expected_ends[which].ravel()
    expected_counts = np.bincount(cell_of_bin, weights=weights, minlength=size).reshape(places, starts, BINS)
    expected_counts = expected_counts * usual.pace[:, None, :]
    ended_bin = observations.ended_bin[which]
    is_over = ended_bin >= 0
    counts = np.bincount(cell[is_over] * BINS + ended_bin[is_over], minlength=size).astype(np.float64)
    ends, new_ends = _by_window(counts.reshape(places, starts, BINS))
    expected_ends, expected_new_ends = _by_window(expected_counts)
    return Flow(ends, expected_ends, new_ends, expected_new_ends, usual.deviation)


def _by_window(table: Reals) -> tuple[Reals, Reals]:
    """Of (place, bin of beginning, bin): sums over each window, of all, and of those that began in it."""
    new = np.zeros((len(table), len(WINDOWS)))
    for first in range(BINS):
        own = first == FIRST
        cumulative = np.cumsum(table[:, first + 1 :, first:].sum(axis=1), axis=1)
        new[:, own] = cumulative[:, LAST[own] - first]
    return window_sums(table.sum(axis=1)), new


def detours_of(columns: Columns, rows: Codes, transits: Transits, at: Millis) -> RareEvents:
    """Reroutes and cancellations of these fulfillments by workflow, compared with the rate per beginning of a
    transit before.
    """
    f = columns.fulfillments
    rerouted_at = f.rerouted_at[rows]
    is_cancelled = f.status[rows] == CANCELLED
    moments = np.where(is_cancelled, np.maximum(f.ended_at[rows], rerouted_at), rerouted_at)
    workflows = tuple(w.key for w in columns.dictionaries.workflows)
    counts, before = _by_bin(f.workflow[rows], moments, len(workflows), at)
    workflow = f.workflow[transits.rows]
    beginnings, beginnings_before = _by_bin(workflow, transits.began_at, len(workflows), at)
    usual = (before.sum() + _AT_LEAST) / max(float(beginnings_before.sum()), 1.0)
    weight = before.sum(axis=1) + _WEIGHT
    rate = weight / (beginnings_before.sum(axis=1) + _WEIGHT / usual)
    variance = relative_variance(before, rate[:, None] * beginnings_before)
    return RareEvents(
        workflows,
        window_sums(counts),
        window_sums(rate[:, None] * beginnings),
        np.sqrt(variance + 1.0 / weight),
    )


def _by_bin(workflow: Codes, moments: Ints, size: int, at: Millis) -> tuple[Reals, Reals]:
    """By workflow: how many are in each bin, and in each hour before the span as far back as hazards are
    learned.
    """
    since = at - SPAN
    is_recent = (workflow >= 0) & (moments >= since) & (moments <= at)
    is_before = (workflow >= 0) & (moments > at - LEARNED) & (moments < since)
    bins = np.minimum((moments[is_recent] - since) // BIN, BINS - 1)
    hours = (moments[is_before] - (at - LEARNED)) // HOUR
    width = (LEARNED - SPAN) // HOUR
    counts = np.bincount(workflow[is_recent] * BINS + bins, minlength=size * BINS)
    before = np.bincount(workflow[is_before] * width + hours, minlength=size * width)
    return (
        counts.reshape(size, BINS).astype(np.float64),
        before.reshape(size, width).astype(np.float64),
    )
