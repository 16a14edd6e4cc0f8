"""The way that is left to a part: the steps to come, by learned durations and the runs of batches, with the delay that the forecast gives it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import Band
from graph_models.orders import Order
from graph_models.time import FOREVER, MINUTE, Millis
from graph_models.topology import Location, Step, Topology, Transition, Workflow
from impactgraph.diagnosis.why.situation import Impact
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.scenarios import SCENARIOS

_HALF = np.array(0.5)


@dataclass(frozen=True, slots=True)
class ExpectedStep:
    """A step: the one it is in first, then those to come."""

    step: Step
    begins: Millis
    leaves: Millis
    """When it goes on to the next step, or is done."""


@dataclass(frozen=True, slots=True)
class ExpectedSteps:
    steps: tuple[ExpectedStep, ...] = ()
    is_open_ended: bool = False
    """It does not get further by itself than the last of the stops: when it leaves that one is not known."""

    @property
    def done_at(self) -> Millis | None:
        return self.steps[-1].leaves if self.steps and not self.is_open_ended else None


@dataclass(frozen=True, slots=True)
class CurrentVisit:
    """Where a part is: its step, when it entered it, when its completion was told (0: it was not), and how much longer than usual things take there."""

    step: Step
    entered_at: Millis
    completed_at: Millis = 0
    pace: float = 1.0
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class HoldingImpact:
    """What holds a part most, and its workflow as the failures behind it leave it to such parts."""

    impact: Impact
    plan: Plan


def expected_steps(
    topology: Topology,
    durations: Durations,
    workflow: Workflow,
    order: Order,
    here: CurrentVisit,
    trouble: HoldingImpact | None,
    at: Millis,
) -> ExpectedSteps:
    """By medians. Where a failure probably hits it, the last leaves when the forecast says that the order is done.

    On the way there it passes the gates of the forecast as one order of median luck; what these do not tell stands where the failure holds it.
    """
    plain = list(_walk(topology, durations, workflow, order, here, at))
    if trouble is None or trouble.impact.band is Band.RECORDS_ONLY or not trouble.impact.is_probable:
        return ExpectedSteps(tuple(plain))
    hit = trouble.impact
    if hit.needs_replay:
        return ExpectedSteps(tuple(plain[: _held_at(plain, hit) + 1]), is_open_ended=True)
    if hit.completion is None:
        return ExpectedSteps(tuple(plain))
    held = list(_walk(topology, durations, workflow, order, here, at, trouble))
    if len(held) == len(plain) and held[-1].leaves - plain[-1].leaves >= MINUTE:
        return ExpectedSteps(tuple(_ending(held, hit.completion)))
    return ExpectedSteps(
        tuple(
            _ending(
                list(_in_one_place(plain, max(hit.completion - plain[-1].leaves, 0), _held_at(plain, hit))),
                hit.completion,
            )
        )
    )


def _held_at(stops: list[ExpectedStep], hit: Impact) -> int:
    """The stop that it is held in: the first step that is hit, or the one before where it is held on the way between them."""
    for n, stop in enumerate(stops):
        if stop.step.id == hit.first_hit:
            return max(n - 1, 0) if hit.is_at_hand_off else n
    return 0


def _in_one_place(stops: list[ExpectedStep], by: Millis, place: int) -> Iterator[ExpectedStep]:
    for n, stop in enumerate(stops):
        yield replace(
            stop,
            begins=stop.begins + (by if n > place else 0),
            leaves=stop.leaves + (by if n >= place else 0),
        )


def _ending(stops: list[ExpectedStep], done: Millis) -> Iterator[ExpectedStep]:
    """No stop later than the forecast's end, where there is room for that, and the last at it."""
    first = stops[0].leaves
    for n, stop in enumerate(stops):
        leaves = max(done, first) if n == len(stops) - 1 else min(stop.leaves, max(done, first))
        yield replace(
            stop, begins=stop.begins if n == 0 else min(stop.begins, max(done, first)), leaves=leaves
        )


def _walk(
    topology: Topology,
    durations: Durations,
    workflow: Workflow,
    order: Order,
    here: CurrentVisit,
    at: Millis,
    trouble: HoldingImpact | None = None,
) -> Iterator[ExpectedStep]:
    """At learned medians, given that it is still where it is; ends where it does not get further."""
    step, begins, seen = here.step, here.entered_at, set[str]()
    while step is not None and step.key not in seen:
        seen.add(step.key)
        onward = next_transition(step, order, here.location)
        calendar = _calendar(topology, onward)
        stage = trouble.plan.stages[workflow.position(step.key)] if trouble is not None else None
        present = step is here.step
        begun = begins if stage is None or (present and here.completed_at) else _through(stage.start, begins)
        if present:
            completed = max(_completed(durations, here, calendar, at, begun, trouble), begins)
        else:
            completed = begun + round(durations[workflow.key, step.key].median)
        if stage is not None:
            completed = _through(stage.completion, completed)
        gate = (
            next(
                (
                    h.gate
                    for h in stage.handoffs
                    if onward is not None and h.to == workflow.position(onward.step)
                ),
                None,
            )
            if stage is not None
            else None
        )
        leaves = (
            _through(gate, completed)
            if gate is not None
            else _run(calendar, max(completed, at) if present else completed)
        )
        if present:  # it has not gone on by now
            leaves = max(leaves, at)
        yield ExpectedStep(step, begins, leaves)
        step, begins = (workflow.step(onward.step) if onward is not None else None), leaves


def _through(gate: Gate, at: Millis) -> Millis:
    """When what arrives then is let through, in the middle of all futures; what is refused is taken as if it were not."""
    if not gate and gate.calendar is None:
        return at
    out = (
        gate.pass_through(np.full((1, SCENARIOS), float(at)), chance_occurs=False).departures
        if gate
        else gate.scheduled_departures(np.array([[float(at)]]))
    )
    middle = float(np.median(out))
    return round(middle) if np.isfinite(middle) else at


def _run(calendar: Calendar | None, at: Millis) -> Millis:
    return at if calendar is None else round(float(calendar.run_from(np.array([float(at)]))[0]))


def _completed(
    durations: Durations,
    here: CurrentVisit,
    calendar: Calendar | None,
    at: Millis,
    begun: Millis,
    trouble: HoldingImpact | None,
) -> Millis:
    """Median of when its work is done, given that it has not gone on: it was not done by now, or not by the last run.

    What is held on its way out has been done since it was hit.
    """
    if here.completed_at:
        return here.completed_at
    if trouble is not None and trouble.impact.holds and trouble.impact.first_hit != here.step.id:
        return trouble.impact.at
    usual = durations[here.step.workflow, here.step.key]
    watched = at if calendar is None else float(calendar.run_before(np.array([float(at)]))[0])
    lasted = np.array(max(watched - begun, 0.0) / here.pace)
    return begun + round(float(usual.between(lasted, np.array(float(FOREVER)), _HALF)) * here.pace)


def _calendar(topology: Topology, transition: Transition | None) -> Calendar | None:
    via = (
        topology.integrations.get(transition.via.partition(":")[2])
        if transition is not None and transition.via
        else None
    )
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
