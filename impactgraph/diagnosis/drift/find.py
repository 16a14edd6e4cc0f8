"""Drift of steps (duration, error rate) and of locations, modes and channels (rates of reroutes, rejections,
cancellations).

Each series is compared with its own past. Findings are ranked by the number of affected orders in flight.
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
from impactgraph.diagnosis.drift.change import Change, level_change, rate_change
from impactgraph.diagnosis.overdue.visits import in_step
from impactgraph.diagnosis.suspects.transits import Place, TransitKind, recent_rows, transits_of
from impactgraph.forecast.scenarios import Reals
from impactgraph.impact.exact_sums import exact_sums

SPAN: Millis = 7 * DAY
MOST_ROWS = 5_000
"""Fulfillments of a workflow whose durations are sampled, evenly spaced."""
ALPHA = 0.001
"""Probability, after correction, that chance alone produces any finding."""
SLOWER = 1.25
"""Factor (either way) by which a median has to differ to matter."""
MORE = 1.5
"""Factor (either way) by which a share has to differ to matter."""
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
    orders_key: tuple[str, int]
    """Where the affected orders in flight are counted: the dimension, and the code in it."""


def find_drift(columns: Columns, topology: Topology, at: Millis) -> tuple[Drift, ...]:
    """Drift within the week before `at`; the findings with the most affected orders first.

    Costs a pass over the fulfillments for each kind of rate, and a sort of a sample.
    """
    series = [*_durations(columns, topology, at), *_error_rates(columns, at), *_order_rates(columns, at)]
    threshold = log(ALPHA / max(len(series), 1))
    orders = _OrdersInFlight(columns, at)
    findings = [
        _finding(orders, each, each.change, len(series), at=at)
        for each in series
        if each.change is not None and each.change.log_p < threshold and _matters(each.kind, each.change)
    ]
    return tuple(sorted(findings, key=lambda drift: (-drift.orders, drift.p_value, drift.value)))


def _matters(kind: DriftKind, change: Change) -> bool:
    least = SLOWER if kind is DriftKind.DURATION else MORE
    return max(change.before, change.after) > least * min(change.before, change.after)


def _durations(columns: Columns, topology: Topology, at: Millis) -> Iterator[_Series]:
    """Of transits that ended, by the hour in which they did: open ones have no duration yet."""
    transits = transits_of(columns, topology, recent_rows(columns, at - SPAN, MOST_ROWS), at)
    transits = transits.take((transits.ended_at > at - SPAN) & (transits.ended_at <= at))
    order = np.argsort(transits.place, kind="stable")
    bounds = np.searchsorted(transits.place[order], np.arange(len(transits.places) + 1))
    durations = (transits.ended_at - transits.began_at).astype(np.float64)
    for number, place in enumerate(transits.places):
        rows = order[bounds[number] : bounds[number + 1]]
        dimension, value = _name(place)
        yield _Series(
            kind=DriftKind.DURATION,
            dimension=dimension,
            value=value,
            change=_duration_change(durations[rows], transits.ended_at[rows], at),
            orders_key=(_PLACE, _code(columns, place.workflow, place.step)),
        )


def _duration_change(durations: Reals, ended_at: Ints, at: Millis) -> Change | None:
    """What ends soon after the records begin was short: it is left out, and the day that follows is the
    reference.
    """
    if len(durations) < 2 * _LEAST:
        return None
    first = int((ended_at - durations).min() + 2 * np.quantile(durations, 0.95))
    usable = ended_at >= first
    if not usable.any():
        return None
    hours = _hours(ended_at[usable], at)
    return level_change(durations[usable], hours, least=_LEAST, earliest=int(hours.min(initial=0)) + _DAY)


def _name(place: Place) -> tuple[str, str]:
    """Dimension and value: a step, its hand-over, or the record that it sends."""
    step = f"{place.workflow}/{place.step}"
    if place.kind is TransitKind.RECORD and place.record is not None:
        return "record", f"{step} {place.record[1]}"
    return ("hand-over" if place.kind is TransitKind.HANDOVER else "step"), step


def _code(columns: Columns, workflow: str, step: str) -> int:
    workflows = columns.dictionaries.workflows
    number = next(n for n, each in enumerate(workflows) if each.key == workflow)
    return number * columns.fulfillments.entered_step_at.shape[1] + workflows[number].steps.index(step)


def _error_rates(columns: Columns, at: Millis) -> Iterator[_Series]:
    """Of each step: errors among the fulfillments that entered it, by the hour."""
    f = columns.fulfillments
    errors = columns.errors
    error_workflow = f.workflow[errors.fulfillment]
    for number, workflow in enumerate(columns.dictionaries.workflows):
        rows = np.flatnonzero(f.workflow == number)
        for step, key in enumerate(workflow.steps):
            of_step = (error_workflow == number) & (errors.step == step)
            if int(of_step.sum()) >= _EVENTS:
                entries = _counts(f.entered_step_at[rows, step], at)
                events = _counts(errors.at[of_step], at)
                yield _Series(
                    kind=DriftKind.ERRORS,
                    dimension="step",
                    value=f"{workflow.key}/{key}",
                    change=rate_change(events, entries, least=_EVENTS, earliest=_earliest(entries)),
                    orders_key=(_PLACE, _code(columns, workflow.key, key)),
                )


def _order_rates(columns: Columns, at: Millis) -> Iterator[_Series]:
    """Of locations, modes and channels: reroutes, rejections and cancellations among placed orders, by the
    hour.
    """
    f = columns.fulfillments
    errors = columns.errors
    reroutes = np.flatnonzero(f.rerouted_at)
    rejections = errors.element == 0
    cancellations = np.flatnonzero((f.status == CANCELLED) & (f.ended_at > 0))
    kinds: Sequence[tuple[DriftKind, NDArray[np.intp] | Codes, Ints]] = (
        (DriftKind.REROUTES, reroutes, f.rerouted_at[reroutes]),
        (DriftKind.REJECTIONS, errors.fulfillment[rejections], errors.at[rejections]),
        (DriftKind.CANCELLATIONS, cancellations, f.ended_at[cancellations]),
    )
    placement_hour = _hours(columns.orders.placed_at[f.order], at)
    for dimension, codes, dictionary in _coded_dimensions(columns):
        chances = _table(codes, placement_hour, len(dictionary))
        for kind, rows, moments in kinds:
            events = _table(codes[rows], _hours(moments, at), len(dictionary))
            for code in np.flatnonzero(events.sum(axis=1) >= _EVENTS).tolist():
                if code:
                    earliest = _earliest(chances)
                    yield _Series(
                        kind=kind,
                        dimension=dimension,
                        value=dictionary.values[code],
                        change=rate_change(events[code], chances[code], least=_EVENTS, earliest=earliest),
                        orders_key=(dimension, code),
                    )


def _coded_dimensions(columns: Columns) -> Sequence[tuple[str, Codes, Dictionary]]:
    """Dimensions of fulfillments: the code of each row, with the dictionary."""
    f = columns.fulfillments
    o = columns.orders
    dictionaries = columns.dictionaries
    return (
        (LOCATION, f.location, dictionaries.locations),
        (MODE, o.mode[f.order], dictionaries.modes),
        (CHANNEL, o.channel[f.order], dictionaries.channels),
    )


def _earliest(chances: Reals) -> int:
    """First hour at which a change can be found: a day after the first of the records."""
    hours = np.flatnonzero(chances if chances.ndim == 1 else chances.sum(axis=0))
    return int(hours[0]) + _DAY if len(hours) else _DAY


def _hours(moments: Ints, at: Millis) -> Ints:
    """Hour of each moment within the span, -1 outside."""
    hours = (moments - (at - SPAN)) // HOUR
    return np.where((moments > at - SPAN) & (moments <= at), np.minimum(hours, SPAN // HOUR - 1), -1)


def _counts(moments: Ints, at: Millis) -> Reals:
    """By hour of the span."""
    hours = _hours(moments, at)
    return np.bincount(hours[hours >= 0], minlength=SPAN // HOUR).astype(np.float64)


def _table(codes: Codes, hours: Ints, size: int) -> Reals:
    """Counts by (code, hour)."""
    inside = hours >= 0
    width = SPAN // HOUR
    cells = codes[inside].astype(np.int64) * width + hours[inside]
    return np.bincount(cells, minlength=size * width).reshape(size, width).astype(np.float64)


def _finding(
    in_flight: "_OrdersInFlight", series: _Series, change: Change, series_count: int, *, at: Millis
) -> Drift:
    orders, worth = in_flight.of(*series.orders_key)
    return Drift(
        kind=series.kind,
        dimension=series.dimension,
        value=series.value,
        since=at - SPAN + change.at * HOUR,
        before=change.before,
        after=change.after,
        p_value=exp(min(change.log_p + log(series_count), 0.0)),
        orders=orders,
        worth=worth,
    )


class _OrdersInFlight:
    """Orders in flight by place, location, mode or channel, each counted once in each.

    A dimension is counted when it is first needed.
    """

    def __init__(self, columns: Columns, at: Millis) -> None:
        self._columns = columns
        self._rows = np.flatnonzero(in_step(columns.fulfillments, at))
        self._by_dimension: dict[str, tuple[NDArray[np.intp], Sequence[int]]] = {}

    def of(self, dimension: str, code: int) -> tuple[int, tuple[Money, ...]]:
        """Number of orders, and their worth."""
        if dimension not in self._by_dimension:
            self._by_dimension[dimension] = self._count(self._codes(dimension))
        counts, sums = self._by_dimension[dimension]
        currencies = self._columns.dictionaries.currencies.values
        if code >= len(counts):
            return 0, ()
        amounts = zip(currencies, sums[code * len(currencies) : (code + 1) * len(currencies)], strict=True)
        return int(counts[code]), tuple(
            from_micros(micros, currency) for currency, micros in sorted(amounts) if micros
        )

    def _codes(self, dimension: str) -> Ints:
        f = self._columns.fulfillments
        if dimension == _PLACE:
            return f.workflow[self._rows].astype(np.int64) * f.entered_step_at.shape[1] + f.step[self._rows]
        dimensions = _coded_dimensions(self._columns)
        codes = next(codes for name, codes, _ in dimensions if name == dimension)
        return codes[self._rows].astype(np.int64)

    def _count(self, codes: Ints) -> tuple[NDArray[np.intp], Sequence[int]]:
        """By code, the number of orders; by (code, currency), the sum of their values in micros."""
        o = self._columns.orders
        order = self._columns.fulfillments.order[self._rows]
        several = np.bincount(order)[order] > 1
        pairs = np.unique(codes[several] * 2**32 + order[several])
        codes = np.append(codes[~several], pairs >> 32)
        order = np.append(order[~several], (pairs & (2**32 - 1)).astype(np.int32))
        counts = np.bincount(codes)
        currencies = len(self._columns.dictionaries.currencies.values)
        sums = exact_sums(codes * currencies + o.currency[order], o.value[order], len(counts) * currencies)
        return counts, sums
