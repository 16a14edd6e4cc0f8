"""The way that is left to a part: the steps to come, by learned durations and the runs of batches, with the delay that the forecast gives it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import Band
from graph_models.orders import Order
from graph_models.time import FOREVER, Millis
from graph_models.topology import Location, Step, Topology, Transition, Workflow
from impactgraph.diagnosis.why.evidence import PROBABLE, Hit
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.durations import Durations

_HALF = np.array(0.5)


@dataclass(frozen=True, slots=True)
class Stop:
    """A step: the one it is in first, then those to come."""

    step: Step
    begins: Millis
    leaves: Millis
    """When it goes on to the next step, or is done."""


@dataclass(frozen=True, slots=True)
class Way:
    stops: tuple[Stop, ...] = ()
    open_end: bool = False
    """It does not get further by itself than the last of the stops: when it leaves that one is not known."""

    @property
    def done(self) -> Millis | None:
        return self.stops[-1].leaves if self.stops and not self.open_end else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a part is: its step, when it entered it, when its completion was told (0: it was not), and how much longer than usual things take there."""

    step: Step
    entered: Millis
    told: Millis = 0
    pace: float = 1.0
    location: Location | None = None


def way_ahead(topology: Topology, durations: Durations, workflow: Workflow, order: Order, here: Standing, hit: Hit | None, at: Millis) -> Way:
    """`hit`: what holds it most. By medians; the last leaves when the forecast says that the order is done.

    What the forecast adds to these medians stands where the failure holds it, so that the way ends when the forecast does.
    """
    stops = list(_undisturbed(topology, durations, workflow, order, here, at))
    if hit is None or hit.band is Band.RECORDS_ONLY or hit.likelihood < PROBABLE or not stops:
        return Way(tuple(stops))
    place = _held_at(stops, hit)
    if hit.needs_replay:
        return Way(tuple(stops[: place + 1]), open_end=True)
    later = max((hit.completion or 0) - stops[-1].leaves, 0)
    return Way(tuple(_later(stop, later, begins=n > place, leaves=n >= place) for n, stop in enumerate(stops)))


def _held_at(stops: list[Stop], hit: Hit) -> int:
    """The stop that it is held in: the first step that is hit, or the one before where it is held on the way between them."""
    for n, stop in enumerate(stops):
        if stop.step.id == hit.first_hit:
            return max(n - 1, 0) if hit.handed_over else n
    return 0


def _later(stop: Stop, by: Millis, *, begins: bool, leaves: bool) -> Stop:
    return replace(stop, begins=stop.begins + (by if begins else 0), leaves=stop.leaves + (by if leaves else 0))


def _undisturbed(topology: Topology, durations: Durations, workflow: Workflow, order: Order, here: Standing, at: Millis) -> Iterator[Stop]:
    """At learned medians, given that it is still where it is."""
    step, begins = here.step, here.entered
    seen: set[str] = set()
    while step is not None and step.key not in seen:
        seen.add(step.key)
        onward = next_transition(step, order, here.location)
        calendar = _calendar(topology, onward)
        completed = _completed(durations, here, calendar, at) if step is here.step else begins + round(durations[workflow.key, step.key].median)
        leaves = max(completed, at) if step is here.step else completed
        if calendar is not None:
            leaves = round(float(calendar.run_from(np.array([float(leaves)]))[0]))
        yield Stop(step, begins, leaves)
        step, begins = (workflow.step(onward.step) if onward is not None else None), leaves


def _completed(durations: Durations, here: Standing, calendar: Calendar | None, at: Millis) -> Millis:
    """Median of when its work is done, given that it has not gone on: it was not done by now, or not by the last run."""
    if here.told:
        return here.told
    usual = durations[here.step.workflow, here.step.key]
    watched = at if calendar is None else float(calendar.run_before(np.array([float(at)]))[0])
    lasted = np.array(max(watched - here.entered, 0.0) / here.pace)
    return here.entered + round(float(usual.between(lasted, np.array(float(FOREVER)), _HALF)) * here.pace)


def run_that_it_waits_for(topology: Topology, order: Order, here: Standing, at: Millis) -> Millis | None:
    """The next run of the hand-over, where its work is told to be done; None where it waits for none."""
    calendar = _calendar(topology, next_transition(here.step, order, here.location)) if here.told else None
    return round(float(calendar.run_from(np.array([float(max(here.told, at))]))[0])) if calendar is not None else None


def _calendar(topology: Topology, transition: Transition | None) -> Calendar | None:
    via = topology.integrations.get(transition.via.partition(":")[2]) if transition is not None and transition.via else None
    return Calendar(via.schedule) if via is not None and via.schedule is not None else None


def next_transition(step: Step, order: Order, location: Location | None) -> Transition | None:
    """The first next step whose condition holds, else the most usual one; None at the end."""
    for transition in step.then:
        if transition.when is not None and _takes(transition, order, location):
            return transition
    usual = [transition for transition in step.then if transition.when is None]
    return max(usual, key=lambda transition: transition.share or 0) if usual else None


def _takes(transition: Transition, order: Order, location: Location | None) -> bool:
    when = transition.when
    return when is not None and all(
        not allowed or value in allowed
        for allowed, value in (
            (when.channels, order.channel),
            (when.modes, order.mode),
            (when.location_kinds, location.kind if location else None),
            (when.regions, location.region if location else order.region),
        )
    )
