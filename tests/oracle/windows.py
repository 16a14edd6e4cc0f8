"""The failures of one life: when each acts on what, and for how long."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.time import MINUTE, SECOND
from graph_models.topology import Api, Data, Integration, System, Topology
from tests.oracle.dice import Dice
from tests.oracle.runs import next_run
from tests.worlds import Journey, World

INF = math.inf
C = FailureClass


@dataclass(frozen=True)
class Window:
    """A failure of an element in one life."""

    failure: Failure
    since: float
    until: float


class Windows:
    """The failures that an order is in the scope of, in one life."""

    def __init__(self, world: World, journey: Journey, dice: Dice) -> None:
        self.topology, self.dice = world.topology, dice
        self._windows: defaultdict[str, list[Window]] = defaultdict(list)
        for failure in world.failures:
            if _in_scope(failure, journey):
                end = dice.end(failure, world.as_of)
                if failure.failure_class is C.MISSED_RUN and failure.expected_end is None:
                    end = _one_run(world.topology, failure, end)
                self._windows[failure.target].append(Window(failure, float(failure.started_at), end))

    def windows(self, element: str) -> Sequence[Window]:
        return self._windows.get(element, ())

    def outages(self, element: str) -> list[Window]:
        """When it is surely out, by itself or by what it needs; the earliest end first."""
        return sorted((w for w in self._along(element) if is_out(w.failure)), key=lambda w: w.until)

    def _along(self, element: str, through: tuple[str, ...] = ()) -> list[Window]:
        """Failures of an element and of all that it needs."""
        if element in through:
            return []
        match self.topology.elements[element]:
            case Api(system=system):
                needed = [f"system:{system}"]
            case System(needs=needs):
                needed = [need for need in needs.required if isinstance(need, str)]
            case Integration() as link:
                needed = [*link.via, link.target, link.source]
            case _:
                needed = []
        further = (w for each in needed for w in self._along(each, (*through, element)))
        return [*self.windows(element), *further]

    def is_old(self, data: str, t: float) -> bool:
        """Whether what is read there is out of date: not updated for longer than it may be old, or its feed
        late by more.
        """
        held = self.topology.data[data.partition(":")[2]]
        own = [
            (w, w.until + (w.failure.drain or 0))
            for w in self.windows(data)
            if w.failure.failure_class in _AGE
        ]
        fed = [
            (w, self._next_update(feed, w))
            for feed in held.fed_by
            for w in self._along(feed)
            if w.failure.failure_class is not C.TRANSIENT
        ]
        return any(_is_stale(window, until, held, t) for window, until in (*own, *fed))

    def _next_update(self, feed: str, window: Window) -> float:
        end = window.until + (window.failure.drain or 0)
        schedule = self.topology.integrations[feed.partition(":")[2]].schedule
        return next_run(schedule, end) if schedule and is_out(window.failure) else end


_AGE = (C.STALE_DATA, C.BACKLOG, C.MISSED_RUN, C.DUPLICATE)
"""Failures of data itself that make it old or wrong."""


def _is_stale(window: Window, until: float, held: Data, t: float) -> bool:
    failure = window.failure
    if failure.failure_class is C.DUPLICATE:
        return window.since <= t < window.until
    slow = failure.failure_class in (C.LATENCY, C.BACKLOG, C.CAPACITY, C.STALE_DATA) and failure.delay
    late = float(failure.delay or 0) if slow else until - window.since
    return late > held.fresh_within and window.since + held.fresh_within <= t < until


def is_out(failure: Failure) -> bool:
    return failure.failure_class is C.OUTAGE or (failure.failure_class is C.CAPACITY and not failure.delay)


def slowness(window: Window, t: float) -> float:
    """How much later what comes then gets through."""
    failure = window.failure
    if failure.failure_class is C.BACKLOG and not failure.delay:
        most = float(failure.drain or 30 * MINUTE)
        return most * (t - window.since) / max(window.until - window.since, 1.0)
    return 30.0 * SECOND if failure.delay is None else float(failure.delay)


def _one_run(topology: Topology, failure: Failure, end: float) -> float:
    """Where no end is known, one run is missed."""
    link = topology.elements[failure.target]
    if isinstance(link, Integration) and link.schedule:
        return next_run(link.schedule, float(failure.started_at)) + 1
    return end


def _in_scope(failure: Failure, journey: Journey) -> bool:
    values = {
        "locations": journey.location,
        "channels": journey.channel,
        "regions": journey.region,
        "workflows": journey.workflow,
    }
    return all(values.get(name) in allowed for name, allowed in failure.scope.limits)
