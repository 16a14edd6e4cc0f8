"""Plan of a workflow for one segment: gates at the start, completion, hand-offs and records of each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from graph_models.enums import Effect, RecordKind, Transport
from graph_models.impairment import Impairment
from graph_models.scope import Scope
from graph_models.topology import Emission, Integration, Step, Topology, Transition, When, Workflow
from impactgraph.forecast.calendar import Calendar
from impactgraph.forecast.durations import Distribution, Durations
from impactgraph.forecast.failure_ends import NO_ENDS, FailureEnds
from impactgraph.forecast.gates import CERTAIN, Barrier, Flags, Gate, barriers
from impactgraph.forecast.manual_wait import default_manual_wait
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.slowdown import on_site

_USUAL = np.ones((1, 1))
_LIFTED = ("message_types",)
"""Scope dimensions of messages, not of orders: decided when the plan is made."""


@dataclass(frozen=True)
class Handoff:
    to: int
    """Index of the next step in the topology's workflow."""
    gate: Gate
    duplication_barriers: tuple[Barrier, ...]


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

    @property
    def is_impaired(self) -> bool:
        """Whether anything can happen to an order here, or to what the step causes."""
        handed = any(h.gate or h.duplication_barriers for h in self.handoffs)
        return (
            bool(self.start or self.completion or self.content_barriers)
            or handed
            or any(r.gate or r.content_barriers for r in self.records)
        )

    @cached_property
    def barriers(self) -> tuple[Barrier, ...]:
        """All that can hold an order here, or on the way to the next step."""
        return (
            *self.start.barriers,
            *self.completion.barriers,
            *(b for h in self.handoffs for b in h.gate.barriers),
        )

    @property
    def is_uncertain(self) -> bool:
        """Whether something here strikes only with a likelihood."""
        handed = any(h.gate.uncertain_barriers or h.duplication_barriers for h in self.handoffs)
        return (
            bool(self.start.uncertain_barriers or self.completion.uncertain_barriers or self.content_barriers)
            or handed
            or any(r.gate.uncertain_barriers for r in self.records)
        )

    def durations(self, p: Reals, pace: Reals) -> Reals:
        """(G, K) durations at the probabilities (K,) for classes of a pace (G,)."""
        return self.duration.quantile(p) * self.slowdown(pace)

    def slowdown(self, pace: Reals) -> Reals:
        """(G, 1) or (1, 1): how much longer than usual it takes there."""
        return pace[:, None] if self.on_site else _USUAL

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

    @cached_property
    def by_element(self) -> Mapping[str, tuple[tuple[int, Impairment], ...]]:
        found: dict[str, list[tuple[int, Impairment]]] = {}
        for index, impairment in enumerate(self.entries):
            found.setdefault(impairment.element, []).append((index, impairment))
        return {element: tuple(rows) for element, rows in found.items()}

    def at(self, element: str | None) -> tuple[tuple[int, Impairment], ...]:
        return self.by_element.get(element, ()) if element else ()


def order_scope(scope: Scope) -> Scope:
    """The part of a scope that is about orders and fulfillments."""
    return scope.without(*_LIFTED)


@dataclass(frozen=True)
class Plan:
    """A workflow as one segment of orders passes it."""

    workflow: Workflow
    stages: tuple[Stage, ...]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Indexes of the steps in topological order; hand-offs that lead back (loops) are ignored."""
        found: list[int] = []
        seen: set[int] = set()
        led_to = {h.to for s in self.stages for h in s.handoffs if s.index != h.to}
        for index in (
            *(i for i in reversed(range(len(self.stages))) if i not in led_to),
            *range(len(self.stages)),
        ):
            self._behind(index, seen, found)
        return tuple(reversed(found))

    def _behind(self, index: int, seen: set[int], found: list[int]) -> None:
        """Adds what a step leads to, the last first, then the step itself."""
        if index in seen:
            return
        seen.add(index)
        for handoff in reversed(self.stages[index].handoffs):
            self._behind(handoff.to, seen, found)
        found.append(index)

    def onward(self, index: int) -> tuple[Handoff, ...]:
        """Hand-offs that lead on."""
        place = self.order.index(index)
        return tuple(h for h in self.stages[index].handoffs if self.order.index(h.to) > place)

    def branches(self, index: int) -> tuple[tuple[Handoff, Flags], ...]:
        """Where a step leads, each with the futures (K,) that go there."""
        if index not in self._branches:
            self._branches[index] = self._divided(index)
        return self._branches[index]

    @cached_property
    def _branches(self) -> dict[int, tuple[tuple[Handoff, Flags], ...]]:
        return {}

    def _divided(self, index: int) -> tuple[tuple[Handoff, Flags], ...]:
        stage, open_ = self.stages[index], self.onward(index)
        if len(open_) <= 1:
            return tuple((h, np.ones(SCENARIOS, bool)) for h in open_)
        shares = np.cumsum(branch_shares(stage.step.then, [h.to for h in open_], self.workflow))
        which = np.searchsorted(shares / shares[-1], scenario_sample(f"branch/{stage.step.id}"))
        return tuple((h, which == n) for n, h in enumerate(open_) if (which == n).any())

    def reach(self, start: int) -> frozenset[int]:
        """Every step on a way from a step, itself included."""
        if start not in self._reached:
            self._reached[start] = frozenset({start}).union(*(self.reach(h.to) for h in self.onward(start)))
        return self._reached[start]

    @cached_property
    def _reached(self) -> dict[int, frozenset[int]]:
        return {}


def branch_shares(then: Sequence[Transition], to: Sequence[int], workflow: Workflow) -> list[float]:
    """Shares of the open branches: as stated, the rest in equal parts."""
    stated = {workflow.position(t.step): t.share for t in then}
    shares = [stated.get(index) for index in to]
    rest = max(1.0 - sum(share for share in shares if share is not None), 0.0)
    unstated = sum(share is None for share in shares)
    parts = [share if share is not None else rest / unstated for share in shares]
    return parts if sum(parts) > 0 else [1.0] * len(parts)


@dataclass(frozen=True)
class Segment:
    """Orders with the same scopes and branches."""

    scopes: frozenset[Scope]
    branches: frozenset[When]


def plan_for(
    topology: Topology, workflow: Workflow, durations: Durations, hazards: ImpairmentForecast, cell: Segment
) -> Plan:
    return Plan(
        workflow,
        tuple(
            _stage(topology, workflow, index, durations, hazards, cell)
            for index in range(len(workflow.steps))
        ),
    )


def _stage(
    topology: Topology,
    workflow: Workflow,
    index: int,
    durations: Durations,
    hazards: ImpairmentForecast,
    cell: Segment,
) -> Stage:
    step = workflow.steps[index]
    own = [(n, i) for n, i in hazards.at(step.id) if order_scope(i.scope) in cell.scopes]
    moving = [(n, i) for n, i in own if i.effect not in (Effect.STALE, Effect.DUPLICATED)]
    records = tuple(
        _record(topology, hazards, cell, bit, emission)
        for bit, (at, emission) in enumerate(workflow.records)
        if at == index
    )
    return Stage(
        index=index,
        step=step,
        duration=durations[workflow.key, step.key],
        on_site=on_site(topology, step),
        manual_wait=hazards.manual_wait,
        start=_gate([(n, i) for n, i in moving if i.at_start], hazards),
        completion=_gate([(n, i) for n, i in moving if i.at_completion and not i.hold], hazards),
        content_barriers=tuple(
            _barriers([(n, i) for n, i in own if i.effect in (Effect.STALE, Effect.DUPLICATED)], hazards)
        ),
        handoffs=tuple(_handoff(topology, workflow, hazards, cell, t) for t in open_transitions(step, cell)),
        records=records,
    )


def open_transitions(step: Step, cell: Segment) -> list[Transition]:
    """The first whose `when` holds, else all without one."""
    for transition in step.then:
        if transition.when is not None and transition.when in cell.branches:
            return [transition]
    return [t for t in step.then if t.when is None]


def _handoff(
    topology: Topology, workflow: Workflow, hazards: ImpairmentForecast, cell: Segment, transition: Transition
) -> Handoff:
    integration = _integration(topology, transition.via)
    found = [(n, i) for n, i in hazards.at(transition.via) if order_scope(i.scope) in cell.scopes]
    moving = [(n, i) for n, i in found if i.effect is not Effect.DUPLICATED and i.effect is not Effect.STALE]
    return Handoff(
        to=workflow.position(transition.step),
        gate=_gate(moving, hazards, integration),
        duplication_barriers=tuple(
            _barriers([(n, i) for n, i in found if i.effect is Effect.DUPLICATED], hazards)
        ),
    )


def _record(
    topology: Topology, hazards: ImpairmentForecast, cell: Segment, bit: int, emission: Emission
) -> Record:
    integration = _integration(topology, emission.via)
    found = [
        (n, i)
        for n, i in hazards.at(emission.via)
        if order_scope(i.scope) in cell.scopes and _carried(i.scope, integration, emission)
    ]
    moving = [(n, i) for n, i in found if i.effect not in (Effect.DUPLICATED, Effect.STALE)]
    spoiling = [(n, i) for n, i in found if i.effect in (Effect.DUPLICATED, Effect.STALE)]
    fast = integration is None or integration.transport in (Transport.QUEUE, Transport.STREAM, Transport.SYNC)
    return Record(
        bit=bit,
        emission=emission,
        gate=_gate(moving, hazards, integration),
        content_barriers=tuple(_barriers(spoiling, hazards)),
        shows_completion=fast and not moving and emission.kind is not RecordKind.SUPPLIER_ORDER,
    )


def _carried(scope: Scope, integration: Integration | None, emission: Emission) -> bool:
    """Whether a record of this type is among the message types of the scope; where the types name what the
    integration carries as a whole, it is.
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
    found: Sequence[tuple[int, Impairment]],
    hazards: ImpairmentForecast,
    integration: Integration | None = None,
) -> Gate:
    calendar = (
        Calendar(integration.schedule)
        if integration is not None and integration.schedule is not None
        else None
    )
    return Gate(_barriers(_worst_coins(found), hazards), calendar)


def _worst_coins(found: Sequence[tuple[int, Impairment]]) -> list[tuple[int, Impairment]]:
    """Of the uncertain outcomes of one failure at one element only the worst: they exclude each other, and
    the milder ones are small delays.
    """
    worst: dict[tuple[tuple[str, ...], Scope], int] = {}
    for at, (_, i) in enumerate(found):
        if i.likelihood < CERTAIN:
            key = i.failures, i.scope
            if key not in worst or _SEVERITY[i.effect] < _SEVERITY[found[worst[key]][1].effect]:
                worst[key] = at
    keep = set(worst.values())
    return [row for at, row in enumerate(found) if at in keep or row[1].likelihood >= CERTAIN]


_SEVERITY = {effect: rank for rank, effect in enumerate(Effect)}


def _barriers(found: Sequence[tuple[int, Impairment]], hazards: ImpairmentForecast) -> list[Barrier]:
    load = hazards.queue_load.get(found[0][1].element, 0.0) if found else 0.0
    return barriers([i for _, i in found], [n for n, _ in found], hazards.ends, hazards.manual_wait, load)
