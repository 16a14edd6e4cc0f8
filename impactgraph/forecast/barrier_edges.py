"""Edges: arrivals at which the effect of a barrier changes abruptly, or its wait passes the tolerance.

Arrivals between two neighbouring edges are treated alike, so they may share a forecast.
"""

from collections.abc import Iterable, Iterator
from math import ceil

import numpy as np

from graph_models.enums import Effect
from graph_models.time import MINUTE
from impactgraph.columns import Ints
from impactgraph.forecast.barriers import SENDING, Barrier
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.people_queue import PeopleQueue
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.stage import Stage

_FAR = 2**62
_NO_EDGES = np.zeros(0)
_PARTS = 64
"""Parts into which a window is divided where the wait depends on the moment of the arrival in it."""
_LONE = 10.0 * MINUTE
"""An arrival that is followed no sooner shares no bin with those after it."""
_LONGEST_CALENDAR = 40 * 24 * 60 * float(MINUTE)
"""Runs of a schedule further back are not looked for."""


def whole_moments(edges: Iterable[Reals], low: float, high: float) -> Ints:
    """Ascending whole milliseconds in (low, high]: a moment is at or after one if it is so of the edge."""
    every = np.concatenate([_NO_EDGES, *edges])
    within = np.ceil(every[(every > low) & (every <= high)]).astype(np.int64)
    return distinct_ascending(within)


def whole_moment(edge: float) -> int:
    """The first whole millisecond at or after an edge: integers are compared with it without a conversion."""
    if abs(edge) < _FAR:
        return ceil(edge)
    return _FAR if edge > 0 else -_FAR


def distinct_ascending(moments: Ints) -> Ints:
    """Each of the moments once; for few of them quicker than `np.unique`."""
    ascending = np.sort(moments)
    is_new = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=is_new[1:])
    return ascending[is_new]


def opening_edges(stage: Stage, as_of: float) -> Iterator[Reals]:
    """When the location of a step opens and closes: what comes while it is closed begins at the opening."""
    if stage.start.calendar is not None:
        yield stage.start.calendar.edges(as_of - _LONGEST_CALENDAR, as_of)


def start_edges(stage: Stage) -> Iterator[Reals]:
    """From when on arrivals may have met an outage at the start of a step before its reported start."""
    for barrier in stage.start.barriers:
        yield np.array([barrier.earliest_start])


def entry_edges(plan: Plan, position: int, as_of: float, tolerance: float) -> Iterator[Reals]:
    """Edges of the entry to a step, over all that is impaired from there on."""
    stage = plan.stages[position]
    for barrier in (*stage.start.barriers, *stage.content_barriers):
        yield from barrier_edges(barrier, tolerance)
        yield from fallback_edges(barrier, as_of)
    yield from opening_edges(stage, as_of)
    yield from start_edges(stage)
    for index in plan.reach(position):
        yield plan.stages[index].window_edges


def completion_edges(stage: Stage, as_of: float, tolerance: float) -> Iterator[Reals]:
    """Edges of the completion of a step: of its hand-offs and records, with the runs of their schedules."""
    since = np.inf
    for barrier in stage_barriers(stage):
        since = min(since, barrier.since)
        yield from barrier_edges(barrier, tolerance)
        yield from fallback_edges(barrier, as_of)
    for handoff in stage.handoffs:
        yield from run_edges(handoff.gate, since, as_of)
    for record in stage.records:
        yield from catching_edges(record.gate)


def catching_edges(gate: Gate) -> Iterator[Reals]:
    """From when on what leaves by a gate is caught by a failure that begins soon after."""
    for barrier in gate.barriers:
        if not barrier.is_hold_of_records:
            yield np.array([barrier.since - SENDING])


def visit_edges(stage: Stage, as_of: float) -> Iterator[Reals]:
    """Edges of entry, completion and departure of a visit that has ended."""
    yield from opening_edges(stage, as_of)
    yield from start_edges(stage)
    since = np.inf
    for barrier in stage.barriers:
        since = min(since, barrier.since)
        yield barrier.window_edges
        yield from fallback_edges(barrier, as_of)
        if barrier.backlog_slope > 0 or barrier.impairment.growing:
            end = min(backlog_end(barrier), as_of)
            yield np.linspace(barrier.since, max(end, barrier.since), _PARTS + 1)
        elif barrier.people:
            yield from people_edges(barrier.people)
    for handoff in stage.handoffs:
        for too_late in run_edges(handoff.gate, since, as_of):
            yield too_late
            yield too_late - 1.0


def record_edges(stage: Stage, as_of: float) -> Iterator[Reals]:
    """Edges of the completion of a step for its records."""
    for record in stage.records:
        since = np.inf
        for barrier in (*record.gate.barriers, *record.content_barriers):
            since = min(since, record.gate.arrivals_of(barrier.since, barrier.since)[0])
            yield barrier.window_edges
            yield from fallback_edges(barrier, as_of)
        yield from run_edges(record.gate, since, as_of)
        yield from catching_edges(record.gate)


def stage_barriers(stage: Stage) -> Iterator[Barrier]:
    """All barriers of a step, its hand-offs and its records."""
    yield from stage.barriers
    yield from stage.content_barriers
    for handoff in stage.handoffs:
        yield from handoff.duplication_barriers
    for record in stage.records:
        yield from record.gate.barriers
        yield from record.content_barriers


def barrier_edges(barrier: Barrier, tolerance: float) -> Iterator[Reals]:
    """Start and ends, and where the wait is as long as the tolerance, or 0 behind a backlog."""
    if barrier.is_hold_of_records:
        return
    yield barrier.window_edges
    impairment, since, until = barrier.impairment, barrier.since, barrier.until
    match impairment.effect:
        case Effect.BLOCKED if impairment.hold:
            return
        case Effect.BLOCKED if barrier.backlog_slope > 0:
            slope = barrier.backlog_slope
            for wait in (0.0, tolerance):
                yield (until - slope * since - wait) / (1 - slope)
        case Effect.BLOCKED:
            yield until + barrier.retry_lag - tolerance
        case Effect.DELAYED if barrier.people:
            yield from people_edges(barrier.people)
        case Effect.DELAYED if impairment.growing:
            delay = max(float(impairment.delay), 1.0)
            drain = max(float(impairment.drain), 0.25 * delay)
            yield since + tolerance * (until - since) / delay
            for wait in (0.0, tolerance):
                yield until + (delay - wait) * (drain + delay) / delay
        case Effect.DELAYED if impairment.remaining:
            yield until + barrier.retry_lag - tolerance
        case _:
            return


def fallback_edges(barrier: Barrier, as_of: float) -> Iterator[Reals]:
    """Of a barrier that hands arrivals to the runs of a batch: the runs, and the first arrival after each."""
    low, high = max(barrier.since, as_of - _LONGEST_CALENDAR), min(as_of, barrier.latest_end)
    if barrier.run is None or low >= high:
        return
    lost_time = np.asarray(barrier.delays, np.float64)
    too_late = barrier.run.edges(low, high + float(lost_time.max()))
    yield too_late - 1.0
    yield np.subtract.outer(too_late, lost_time).ravel()


def people_edges(queue: PeopleQueue) -> Iterator[Reals]:
    """Arrivals. One that nobody follows for a while is by itself: who comes later has it ahead, and between
    arrivals that are far apart the wait changes by more than a bin is worth.
    """
    yield queue.arrivals
    yield queue.arrivals[np.diff(queue.arrivals, append=np.inf) > _LONE] + 1.0


def run_edges(gate: Gate, since: float, as_of: float) -> Iterator[Reals]:
    """The first arrivals between two moments that are too late for the runs of a gate."""
    low = max(since, as_of - _LONGEST_CALENDAR)
    for timetable in (gate.calendar, gate.last):
        if timetable is not None and low < as_of:
            yield timetable.edges(low, as_of)


def backlog_end(barrier: Barrier) -> float:
    """Until when the barrier, or the backlog behind it, delays arrivals."""
    latest = float(barrier.until.max())
    if barrier.impairment.growing:
        delay = max(float(barrier.impairment.delay), 1.0)
        return latest + max(float(barrier.impairment.drain), 0.25 * delay) + delay
    if not barrier.backlog_slope:
        return latest + barrier.impairment.drain
    return (latest - barrier.backlog_slope * barrier.since) / (1 - barrier.backlog_slope)
