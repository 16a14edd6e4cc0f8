"""What is no longer as it was: places that take longer, or fail more often; locations, modes and channels that are avoided, refuse or lose more orders.

Each series is held against its own past. Ranked by what is behind it: orders in flight there, and their worth.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Drift, DriftKind
from graph_models.money import Money, from_micros
from graph_models.time import DAY, HOUR, Millis
from graph_models.topology import Topology
from impactgraph.columns import CANCELLED, Codes, Columns, Dictionary, Ints
from impactgraph.diagnosis.common.dimensions import CHANNEL, LOCATION, MODE
from impactgraph.diagnosis.drift.change import Change, moved, shifted
from impactgraph.diagnosis.overdue.stays import in_step
from impactgraph.diagnosis.suspects.transits import Kind, Place, recent_rows, transits_of
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.totals import exact_sums

SPAN: Millis = 7 * DAY
MOST_ROWS = 5_000
"""Fulfillments of a workflow whose durations are looked at, evenly spaced."""
ALPHA = 0.001
"""Likelihood, after correction, that anything is said to have moved by chance."""
SLOWER, MORE = 1.25, 1.5
"""Times (either way) that a median, or a share, has to differ to matter."""
_LEAST = 20
_EVENTS = 8
_DAY = 24
_PLACE = "place"


@dataclass(frozen=True)
class _Series:
    kind: DriftKind
    dimension: str
    value: str
    change: Change | None
    behind: tuple[str, int]
    """Where to look up the orders in flight that it is about: what they are counted by, and its code."""


def find_drift(columns: Columns, topology: Topology, at: Millis) -> tuple[Drift, ...]:
    """Within the last week before `at`; the most orders behind it first. Costs a pass over the fulfillments for each kind of rate, and a sort of a sample."""
    series = [*_durations(columns, topology, at), *_errors(columns, at), *_rates(columns, at)]
    threshold = log(ALPHA / max(len(series), 1))
    told = [
        each
        for each in series
        if each.change is not None and each.change.log_p < threshold and _matters(each)
    ]
    behind = _Behind(columns, at)
    found = [_told(behind, each, len(series), at) for each in told]
    return tuple(sorted(found, key=lambda drift: (-drift.orders, drift.p_value, drift.value)))


def _matters(series: _Series) -> bool:
    change = series.change
    if change is None:
        return False
    least = SLOWER if series.kind is DriftKind.DURATION else MORE
    high, low = max(change.before, change.after), min(change.before, change.after)
    return high > least * low


def _durations(columns: Columns, topology: Topology, at: Millis) -> Iterator[_Series]:
    """Of what ended, by the hour in which it did: what is still under way says nothing yet."""
    transits = transits_of(columns, topology, recent_rows(columns, at - SPAN, MOST_ROWS), at)
    ended = transits.take((transits.ended > at - SPAN) & (transits.ended <= at))
    order = np.argsort(ended.place, kind="stable")
    bounds = np.searchsorted(ended.place[order], np.arange(len(ended.places) + 1))
    for number, place in enumerate(ended.places):
        rows = order[bounds[number] : bounds[number + 1]]
        change = _of_lasting((ended.ended - ended.began)[rows].astype(np.float64), ended.ended[rows], at)
        yield _Series(
            DriftKind.DURATION, *_name(place), change, (_PLACE, _code(columns, place.workflow, place.step))
        )


def _of_lasting(lasted: Reals, ended: Ints, at: Millis) -> Change | None:
    """What ends soon after the records begin was short: that is left out, and a day of what comes then is needed to compare with."""
    if len(lasted) < 2 * _LEAST:
        return None
    first = int((ended - lasted).min() + 2 * np.quantile(lasted, 0.95))
    late = ended >= first
    hours = _hours(ended[late], at)
    return (
        shifted(lasted[late], hours, least=_LEAST, earliest=int(hours.min(initial=0)) + _DAY)
        if late.any()
        else None
    )


def _name(place: Place) -> tuple[str, str]:
    """Dimension and value: a step, its hand-over, or the record that it sends."""
    step = f"{place.workflow}/{place.step}"
    if place.kind is Kind.RECORD and place.record is not None:
        return "record", f"{step} {place.record[1]}"
    return ("hand-over" if place.kind is Kind.HANDOVER else "step"), step


def _code(columns: Columns, workflow: str, step: str) -> int:
    words = columns.dictionaries.workflows
    number = next(n for n, each in enumerate(words) if each.key == workflow)
    return number * columns.fulfillments.entered_step_at.shape[1] + words[number].steps.index(step)


def _errors(columns: Columns, at: Millis) -> Iterator[_Series]:
    """Of each step: errors among those that entered it, by the hour."""
    f, errors = columns.fulfillments, columns.errors
    owner = f.workflow[errors.fulfillment]
    for number, words in enumerate(columns.dictionaries.workflows):
        mine = np.flatnonzero(f.workflow == number)
        for step, key in enumerate(words.steps):
            chosen = (owner == number) & (errors.step == step)
            if int(chosen.sum()) >= _EVENTS:
                entered = _counts(f.entered_step_at[mine, step], at)
                change = moved(
                    _counts(errors.at[chosen], at), entered, least=_EVENTS, earliest=_begin(entered)
                )
                yield _Series(
                    DriftKind.ERRORS,
                    "step",
                    f"{words.key}/{key}",
                    change,
                    (_PLACE, _code(columns, words.key, key)),
                )


def _rates(columns: Columns, at: Millis) -> Iterator[_Series]:
    """Of locations, modes and channels: reroutes, refusals and cancellations among the orders that were placed, by the hour."""
    f, o = columns.fulfillments, columns.orders
    refused = columns.errors.fulfillment[columns.errors.element == 0]
    refused_at = columns.errors.at[columns.errors.element == 0]
    rerouted, cancelled = (
        np.flatnonzero(f.rerouted_at),
        np.flatnonzero((f.status == CANCELLED) & (f.ended_at > 0)),
    )
    kinds: Sequence[tuple[DriftKind, NDArray[np.intp] | Codes, Ints]] = (
        (DriftKind.REROUTES, rerouted, f.rerouted_at[rerouted]),
        (DriftKind.REJECTIONS, refused, refused_at),
        (DriftKind.CANCELLATIONS, cancelled, f.ended_at[cancelled]),
    )
    placed = _hours(o.placed_at[f.order], at)
    for dimension, codes, words in _worded(columns):
        chances = _table(codes, placed, len(words))
        for kind, rows, moments in kinds:
            events = _table(codes[rows], _hours(moments, at), len(words))
            for code in np.flatnonzero(events.sum(axis=1) >= _EVENTS).tolist():
                if code:
                    yield _Series(
                        kind,
                        dimension,
                        words.values[code],
                        moved(events[code], chances[code], least=_EVENTS, earliest=_begin(chances)),
                        (dimension, code),
                    )


def _worded(columns: Columns) -> Sequence[tuple[str, Codes, Dictionary]]:
    """Dimensions of fulfillments, by row, with their words."""
    f, o, v = columns.fulfillments, columns.orders, columns.dictionaries
    return (
        (LOCATION, f.location, v.locations),
        (MODE, o.mode[f.order], v.modes),
        (CHANNEL, o.channel[f.order], v.channels),
    )


def _begin(chances: Reals) -> int:
    """First hour from which on something may have changed: a day after the first of the records."""
    some = np.flatnonzero(chances if chances.ndim == 1 else chances.sum(axis=0))
    return int(some[0]) + _DAY if len(some) else _DAY


def _hours(moments: Ints, at: Millis) -> Ints:
    """Hour of each moment within the span, -1 outside."""
    hours = (moments - (at - SPAN)) // HOUR
    return np.where((moments > at - SPAN) & (moments <= at), np.minimum(hours, SPAN // HOUR - 1), -1)


def _counts(moments: Ints, at: Millis) -> Reals:
    hours = _hours(moments, at)
    return np.bincount(hours[hours >= 0], minlength=SPAN // HOUR).astype(np.float64)


def _table(codes: Codes, hours: Ints, words: int) -> Reals:
    """By (code, hour)."""
    kept, width = hours >= 0, SPAN // HOUR
    return (
        np.bincount(codes[kept].astype(np.int64) * width + hours[kept], minlength=words * width)
        .reshape(words, width)
        .astype(np.float64)
    )


def _told(behind: "_Behind", series: _Series, tried: int, at: Millis) -> Drift:
    change = series.change
    assert change is not None
    orders, worth = behind.of(*series.behind)
    since = at - SPAN + change.at * HOUR
    p_value = exp(min(change.log_p + log(tried), 0.0))
    return Drift(
        series.kind,
        series.dimension,
        series.value,
        since,
        change.before,
        change.after,
        p_value,
        orders,
        worth,
    )


class _Behind:
    """Orders in flight by place, location, mode or channel, each counted once in each; a dimension is counted when it is first asked for."""

    def __init__(self, columns: Columns, at: Millis) -> None:
        self._columns, self._rows = columns, np.flatnonzero(in_step(columns.fulfillments, at))
        self._counted: dict[str, tuple[NDArray[np.intp], Sequence[int]]] = {}

    def of(self, dimension: str, code: int) -> tuple[int, tuple[Money, ...]]:
        if dimension not in self._counted:
            self._counted[dimension] = self._count(self._codes(dimension))
        counts, sums = self._counted[dimension]
        words = self._columns.dictionaries.currencies.values
        if code >= len(counts):
            return 0, ()
        mine = sums[code * len(words) : (code + 1) * len(words)]
        return int(counts[code]), tuple(
            from_micros(s, word) for word, s in sorted(zip(words, mine, strict=True)) if s
        )

    def _codes(self, dimension: str) -> Ints:
        f = self._columns.fulfillments
        if dimension == _PLACE:
            return f.workflow[self._rows].astype(np.int64) * f.entered_step_at.shape[1] + f.step[self._rows]
        return next(codes for name, codes, _ in _worded(self._columns) if name == dimension)[
            self._rows
        ].astype(np.int64)

    def _count(self, codes: Ints) -> tuple[NDArray[np.intp], Sequence[int]]:
        o, words = self._columns.orders, self._columns.dictionaries.currencies.values
        order = self._columns.fulfillments.order[self._rows]
        several = np.bincount(order)[order] > 1
        pairs = np.unique(codes[several] * 2**32 + order[several])
        codes, order = (
            np.append(codes[~several], pairs >> 32),
            np.append(order[~several], (pairs & (2**32 - 1)).astype(np.int32)),
        )
        counts = np.bincount(codes)
        return counts, exact_sums(
            codes * len(words) + o.currency[order], o.value[order], len(counts) * len(words)
        )
