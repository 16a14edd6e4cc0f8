"""Plan of a workflow for one segment: gates at the start, completion, hand-offs and records of each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from graph_models.enums import Effect, RecordKind, Transport
from graph_models.hours import Site
from graph_models.impairment import Impairment
from graph_models.scope import Scope
from graph_models.topology import Emission, Integration, Step, Topology, Transition, When, Workflow
from impactgraph.forecast.chances import Events, Stratum, events_of
from impactgraph.forecast.durations import Distribution, Durations
from impactgraph.forecast.failure_ends import NO_ENDS, FailureEnds
from impactgraph.forecast.gates import Barrier, Flags, Gate, Occurs, barriers
from impactgraph.forecast.manual_wait import default_manual_wait
from impactgraph.forecast.people_queue import PeopleQueue
from impactgraph.forecast.routes import Routes, Transit, routes_of, transition_shares
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.slowdown import on_site
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.collection import promise_step
from impactgraph.topology.opening import OpenTimes, PickupTimes, open_times, pickup_times

_USUAL = np.ones((1, 1))
_FAR = 1e15
"""Later than any moment, in the year 33,658."""
_LIFTED = ("message_types",)
"""Scope dimensions of messages, not of orders: decided when the plan is made."""


@dataclass(frozen=True)
class Handoff:
    to: int
    """Index of the next step in the topology's workflow."""
    gate: Gate
    duplication_barriers: tuple[Barrier, ...]
    share: float = 1.0
    """Of the orders that leave the step."""


@dataclass(frozen=True)
class Record:
    """A record that a step emits. `bit` is its place among all that the workflow emits."""

    bit: int
    emission: Emission
    gate: Gate
    content_barriers: tuple[Barrier, ...]
    """Barriers that double it or make its content wrong."""
    shows_completion: bool
    """It is recorded within moments of the completion and nothing impairs it: without it the step is not
    completed.
    """


@dataclass(frozen=True)
class Stage:
    """A step of one segment.

    `on_site`: its duration depends on the slowdown of the location; `manual_wait`: how long an error that no
    failure caused holds an order.
    """

    index: int
    step: Step
    duration: Distribution
    on_site: bool
    manual_wait: Distribution
    start: Gate
    completion: Gate
    content_barriers: tuple[Barrier, ...]
    handoffs: tuple[Handoff, ...]
    records: tuple[Record, ...]
    opening: OpenTimes | None = None
    """When its location is open, where the step is done only then."""

    @cached_property
    def is_impaired(self) -> bool:
        """Whether an impairment can affect an order in this step, its hand-offs or its records."""
        has_impaired_handoff = any(h.gate or h.duplication_barriers for h in self.handoffs)
        return (
            bool(self.start or self.completion or self.content_barriers)
            or has_impaired_handoff
            or any(r.gate or r.content_barriers for r in self.records)
        )

    @cached_property
    def barriers(self) -> tuple[Barrier, ...]:
        """All barriers that can hold an order in this step or on the way to the next one."""
        return (
            *self.start.barriers,
            *self.completion.barriers,
            *(b for h in self.handoffs for b in h.gate.barriers),
        )

    @cached_property
    def all_barriers(self) -> tuple[Barrier, ...]:
        """`barriers`, and those of contents and records."""
        return (
            *self.barriers,
            *self.content_barriers,
            *(b for h in self.handoffs for b in h.duplication_barriers),
            *(b for r in self.records for b in (*r.gate.barriers, *r.content_barriers)),
        )

    @cached_property
    def window_edges(self) -> Reals:
        """Starts and ends of `all_barriers`."""
        return np.concatenate([np.zeros(0), *(b.window_edges for b in self.all_barriers)])

    def done_at(self, begin: Reals, work: Reals) -> Reals:
        """When work is done that begins then: it rests while the location is closed."""
        return begin + work if self.opening is None else self.opening.after_open(begin, work)

    def work_within(self, begin: Reals, end: Reals) -> Reals:
        """How much work is done from `begin` to `end`; negative where that is before."""
        if self.opening is None:
            return end - begin
        return self.opening.open_within(begin, np.where(end < _FAR, end, np.inf))

    def durations(self, p: Reals, slowdown: Reals) -> Reals:
        """(G, K) durations at the probabilities (K,) for cohorts with a slowdown (G,)."""
        return self.duration.quantile(p) * self.slowdown(slowdown)

    def slowdown(self, slowdown: Reals) -> Reals:
        """(G, 1) or (1, 1): factor by which the step takes longer than usual."""
        return slowdown[:, None] if self.on_site else _USUAL

    @cached_property
    def records_show_completion(self) -> bool:
        """Whether a record of this step shows its completion."""
        return any(record.shows_completion for record in self.records)


@dataclass(frozen=True)
class ImpairmentForecast:
    """All impairments of one question, with their ends in all scenarios and the load on queues (messages that
    arrive for each that could be sent).
    """

    entries: tuple[Impairment, ...] = ()
    ends: FailureEnds = NO_ENDS
    queue_load: Mapping[str, float] = field(default_factory=dict[str, float])
    manual_wait: Distribution = field(default_factory=default_manual_wait)
    """How long an order waits for a person."""
    people: Mapping[str, PeopleQueue] = field(default_factory=dict[str, PeopleQueue])
    """By failure: the queue of a location that is out of capacity."""

    @cached_property
    def by_element(self) -> Mapping[str, tuple[tuple[int, Impairment], ...]]:
        by_element: dict[str, list[tuple[int, Impairment]]] = {}
        for index, impairment in enumerate(self.entries):
            by_element.setdefault(impairment.element, []).append((index, impairment))
        return {element: tuple(rows) for element, rows in by_element.items()}

    def at(self, element: str | None) -> tuple[tuple[int, Impairment], ...]:
        return self.by_element.get(element, ()) if element else ()


def order_scope(scope: Scope) -> Scope:
    """The part of a scope that is about orders and fulfillments."""
    return scope.without(*_LIFTED)


@dataclass(frozen=True)
class Branch:
    """A way on from a visit."""

    handoff: Handoff
    """`handoff.to` is the position of the next step."""
    to: int
    """Number of the visit that it leads to."""
    scenarios: Flags
    """The mask (K,) of the scenarios that take it."""


@dataclass(frozen=True)
class Plan:
    """A workflow as one segment of orders passes it.

    `stages` are its steps by position. The simulation passes visits, in `order`: a step that orders come back
    to has one for each lap (see `impactgraph/forecast/routes.py`). The number of a visit of lap 0 is the
    position of its step, so an order that is in a step now starts at the visit of that number.
    """

    workflow: Workflow
    stages: tuple[Stage, ...]

    @cached_property
    def routes(self) -> Routes:
        return routes_of(
            tuple((s.step.id, tuple(Transit(h.to, h.share) for h in s.handoffs)) for s in self.stages)
        )

    @cached_property
    def promise_stage(self) -> int:
        """Position of the step whose beginning keeps a promise; -1: the end of the workflow keeps it."""
        step = promise_step(self.workflow)
        return self.workflow.position(step.key) if step is not None else -1

    @cached_property
    def events(self) -> Events:
        """All that is uncertain on the way."""
        return events_of(
            (barrier.place, stage.index, chance)
            for stage in self.stages
            for barrier in stage.all_barriers
            for chance in barrier.impairment.conditions
        )

    @cached_property
    def strata(self) -> tuple[Occurs, ...]:
        """For each stratum of the events: which barriers occur in it."""
        return tuple(partial(_occurs, stratum, self._codes) for stratum in self.events.strata)

    @cached_property
    def _codes(self) -> dict[tuple[str, str], int]:
        """By event and outcome: its code."""
        return {
            (event.name, outcome): code
            for event in self.events.events
            for code, outcome in enumerate(event.outcomes, 1)
        }

    def weights(self, steps: tuple[int, ...]) -> tuple[float, ...]:
        """Probability of each stratum, where only the events at these steps matter."""
        if steps not in self._weights:
            self._weights[steps] = self.events.weights(steps)
        return self._weights[steps]

    @cached_property
    def _weights(self) -> dict[tuple[int, ...], tuple[float, ...]]:
        return {}

    @property
    def order(self) -> tuple[int, ...]:
        """Numbers of the visits in topological order."""
        return self.routes.order

    def place(self, visit: int) -> int:
        """Place of a visit in `order`."""
        return self.routes.places[visit]

    def stage(self, visit: int) -> Stage:
        """The step of a visit."""
        return self.stages[self.routes.positions[visit]]

    def sample(self, name: str, visit: int) -> Reals:
        """(K,) sample of a random input of the step at a visit, such as "takes"."""
        return self.routes.sample(name, visit)

    def branches(self, visit: int) -> tuple[Branch, ...]:
        """Ways on from a visit. Their masks do not overlap; the other scenarios end there (`ends`)."""
        if visit not in self._branches:
            handoffs = self.stage(visit).handoffs
            self._branches[visit] = tuple(
                Branch(handoffs[leg.transit], leg.to, leg.scenarios) for leg in self.routes.legs[visit]
            )
        return self._branches[visit]

    @cached_property
    def _branches(self) -> dict[int, tuple[Branch, ...]]:
        return {}

    def ends(self, visit: int) -> Flags:
        """The mask (K,) of the scenarios that end with a visit."""
        return self.routes.ends[visit]

    def leads_to(self, start: int, position: int) -> bool:
        """Whether orders can come from one step to another, loops included; True for the step itself."""
        return self.routes.leads_to(start, position)

    def reach(self, start: int) -> frozenset[int]:
        """Positions of the steps that can be reached from a step, itself included."""
        if start not in self._reach:
            self._reach[start] = frozenset(
                index for index in range(len(self.stages)) if self.leads_to(start, index)
            )
        return self._reach[start]

    @cached_property
    def _reach(self) -> dict[int, frozenset[int]]:
        return {}


def _occurs(stratum: Stratum, codes: Mapping[tuple[str, str], int], barrier: Barrier) -> bool | Flags:
    return stratum.occurs([(event, codes[event, outcome]) for event, outcome in barrier.conditions])


@dataclass(frozen=True)
class Segment:
    """Orders with the same scopes, branches, and times of their location."""

    scopes: frozenset[Scope]
    branches: frozenset[When]
    site: Site = Site()
    """Of what the workflow depends on; see `impactgraph/topology/sites.py`."""


def plan_for(
    topology: Topology,
    workflow: Workflow,
    durations: Durations,
    impairments: ImpairmentForecast,
    segment: Segment,
) -> Plan:
    return Plan(
        workflow,
        tuple(
            _stage(
                topology=topology,
                workflow=workflow,
                index=index,
                durations=durations,
                forecast=impairments,
                segment=segment,
            )
            for index in range(len(workflow.steps))
        ),
    )


def _stage(
    topology: Topology,
    workflow: Workflow,
    index: int,
    durations: Durations,
    forecast: ImpairmentForecast,
    segment: Segment,
) -> Stage:
    step = workflow.steps[index]
    own = [(n, i) for n, i in forecast.at(step.id) if order_scope(i.scope) in segment.scopes]
    moving = [(n, i) for n, i in own if i.effect not in (Effect.STALE, Effect.DUPLICATED)]
    records = tuple(
        _record(topology=topology, forecast=forecast, segment=segment, bit=bit, emission=emission)
        for bit, (at, emission) in enumerate(workflow.records)
        if at == index
    )
    return Stage(
        index=index,
        step=step,
        duration=durations[workflow.key, step.key],
        on_site=on_site(topology, step),
        manual_wait=forecast.manual_wait,
        start=_start_gate([(n, i) for n, i in moving if i.at_start], forecast, step, segment.site),
        completion=_gate(
            [(n, i) for n, i in moving if i.at_completion and not i.hold], forecast, f"{step.id} completed"
        ),
        content_barriers=tuple(
            _barriers(
                [(n, i) for n, i in own if i.effect in (Effect.STALE, Effect.DUPLICATED)], forecast, step.id
            )
        ),
        handoffs=_handoffs(
            topology=topology, workflow=workflow, forecast=forecast, segment=segment, step=step
        ),
        records=records,
        opening=open_times(segment.site) if step.when_open else None,
    )


def _handoffs(
    topology: Topology, workflow: Workflow, forecast: ImpairmentForecast, segment: Segment, step: Step
) -> tuple[Handoff, ...]:
    """The ways on that a step leaves to the segment, sorted: how they are listed must not matter."""
    transitions = sorted(
        open_transitions(step, segment), key=lambda t: (workflow.position(t.step), t.via or "")
    )
    return tuple(
        _handoff(
            topology=topology,
            workflow=workflow,
            forecast=forecast,
            segment=segment,
            place=f"{step.id} to {transition.step}",
            transition=transition,
            share=share,
        )
        for transition, share in zip(transitions, transition_shares(transitions), strict=True)
    )


def open_transitions(step: Step, segment: Segment) -> list[Transition]:
    """The first transition whose `when` holds, else all that have no condition."""
    for transition in step.then:
        if transition.when is not None and transition.when in segment.branches:
            return [transition]
    return [t for t in step.then if t.when is None]


def _handoff(
    topology: Topology,
    workflow: Workflow,
    forecast: ImpairmentForecast,
    segment: Segment,
    place: str,
    transition: Transition,
    share: float,
) -> Handoff:
    integration = _integration(topology, transition.via)
    impairments = [(n, i) for n, i in forecast.at(transition.via) if order_scope(i.scope) in segment.scopes]
    moving = [
        (n, i) for n, i in impairments if i.effect is not Effect.DUPLICATED and i.effect is not Effect.STALE
    ]
    return Handoff(
        to=workflow.position(transition.step),
        gate=_handoff_gate(moving, forecast, place, integration, _pickups(transition, segment.site)),
        duplication_barriers=tuple(
            _barriers([(n, i) for n, i in impairments if i.effect is Effect.DUPLICATED], forecast, place)
        ),
        share=share,
    )


def _record(
    topology: Topology, forecast: ImpairmentForecast, segment: Segment, bit: int, emission: Emission
) -> Record:
    integration = _integration(topology, emission.via)
    impairments = [
        (n, i)
        for n, i in forecast.at(emission.via)
        if order_scope(i.scope) in segment.scopes and _is_carried(i.scope, integration, emission)
    ]
    moving = [(n, i) for n, i in impairments if i.effect not in (Effect.DUPLICATED, Effect.STALE)]
    spoiling = [(n, i) for n, i in impairments if i.effect in (Effect.DUPLICATED, Effect.STALE)]
    place = f"{emission.kind}:{emission.type}"
    fast = integration is None or integration.transport in (Transport.QUEUE, Transport.STREAM, Transport.SYNC)
    return Record(
        bit=bit,
        emission=emission,
        gate=_gate(moving, forecast, place, integration),
        content_barriers=tuple(_barriers(spoiling, forecast, place)),
        shows_completion=fast and not moving and emission.kind is not RecordKind.SUPPLIER_ORDER,
    )


def _is_carried(scope: Scope, integration: Integration | None, emission: Emission) -> bool:
    """Whether the message types of the scope include a record of this type.

    They do where they name what the integration carries as a whole.
    """
    types = scope.values("message_types")
    if types is None or emission.type in types:
        return True
    carries = integration.carries if integration else ()
    return (
        emission.type not in carries
        and any(t in carries for t in types)
        and not any(t in types for t in carries if t == emission.type)
    )


def _integration(topology: Topology, identifier: str | None) -> Integration | None:
    return topology.integrations[identifier.partition(":")[2]] if identifier else None


def _gate(
    impairments: Sequence[tuple[int, Impairment]],
    forecast: ImpairmentForecast,
    place: str,
    integration: Integration | None = None,
) -> Gate:
    calendar = (
        Calendar(integration.schedule)
        if integration is not None and integration.schedule is not None
        else None
    )
    waiting = _barriers(impairments, forecast, place)
    if calendar is not None:
        # The first run at or after the end takes what waits.
        waiting = [replace(barrier, retry_lag=np.zeros(SCENARIOS)) for barrier in waiting]
    return Gate(waiting, calendar)


def _start_gate(
    impairments: Sequence[tuple[int, Impairment]], forecast: ImpairmentForecast, step: Step, site: Site
) -> Gate:
    gate = _gate(impairments, forecast, step.id)
    opening = open_times(site) if step.when_open else None
    # Calls are made when the work begins, and what waited for them begins when the location is open again.
    return Gate(gate.barriers, opening, opening) if opening is not None else gate


def _handoff_gate(
    impairments: Sequence[tuple[int, Impairment]],
    forecast: ImpairmentForecast,
    place: str,
    integration: Integration | None,
    pickups: PickupTimes | None,
) -> Gate:
    gate = _gate(impairments, forecast, place, integration)
    return Gate(gate.barriers, gate.calendar, pickups) if pickups is not None else gate


def _pickups(transition: Transition, site: Site) -> PickupTimes | None:
    return pickup_times(site, transition.pickup) if transition.pickup is not None else None


def _barriers(
    impairments: Sequence[tuple[int, Impairment]], forecast: ImpairmentForecast, place: str
) -> list[Barrier]:
    load = forecast.queue_load.get(impairments[0][1].element, 0.0) if impairments else 0.0
    return barriers(
        impairments, forecast.ends, forecast.manual_wait, slope=load, place=place, people=forecast.people
    )
