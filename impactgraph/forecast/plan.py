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

    @property
    def is_uncertain(self) -> bool:
        """Whether any barrier of the step occurs only with a likelihood."""
        has_uncertain_handoff = any(
            h.gate.uncertain_barriers or h.duplication_barriers for h in self.handoffs
        )
        return (
            bool(self.start.uncertain_barriers or self.completion.uncertain_barriers or self.content_barriers)
            or has_uncertain_handoff
            or any(r.gate.uncertain_barriers for r in self.records)
        )

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
class Plan:
    """A workflow as one segment of orders passes it."""

    workflow: Workflow
    stages: tuple[Stage, ...]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Indexes of the steps in topological order; hand-offs that lead back (loops) are ignored."""
        post_order: list[int] = []
        visited_steps: set[int] = set()
        led_to = {h.to for s in self.stages for h in s.handoffs if s.index != h.to}
        for index in (
            *(i for i in reversed(range(len(self.stages))) if i not in led_to),
            *range(len(self.stages)),
        ):
            self._add_in_post_order(index, visited_steps, post_order)
        return tuple(reversed(post_order))

    def _add_in_post_order(self, index: int, visited_steps: set[int], post_order: list[int]) -> None:
        """Appends the steps after this one, the last first, then the step itself."""
        if index in visited_steps:
            return
        visited_steps.add(index)
        for handoff in reversed(self.stages[index].handoffs):
            self._add_in_post_order(handoff.to, visited_steps, post_order)
        post_order.append(index)

    def onward(self, index: int) -> tuple[Handoff, ...]:
        """Hand-offs that lead on."""
        place = self.order.index(index)
        return tuple(h for h in self.stages[index].handoffs if self.order.index(h.to) > place)

    def branches(self, index: int) -> tuple[tuple[Handoff, Flags], ...]:
        """Hand-offs of a step, each with the mask (K,) of the scenarios that take it."""
        if index not in self._branches:
            self._branches[index] = self._divide_scenarios(index)
        return self._branches[index]

    @cached_property
    def _branches(self) -> dict[int, tuple[tuple[Handoff, Flags], ...]]:
        return {}

    def _divide_scenarios(self, index: int) -> tuple[tuple[Handoff, Flags], ...]:
        stage = self.stages[index]
        open_ = self.onward(index)
        if len(open_) <= 1:
            return tuple((h, np.ones(SCENARIOS, bool)) for h in open_)
        shares = np.cumsum(branch_shares(stage.step.then, [h.to for h in open_], self.workflow))
        which = np.searchsorted(shares / shares[-1], scenario_sample(f"branch/{stage.step.id}"))
        return tuple((h, which == n) for n, h in enumerate(open_) if (which == n).any())

    def reach(self, start: int) -> frozenset[int]:
        """Indexes of the steps that can be reached from a step, itself included."""
        if start not in self._reach_by_step:
            self._reach_by_step[start] = frozenset({start}).union(
                *(self.reach(h.to) for h in self.onward(start))
            )
        return self._reach_by_step[start]

    @cached_property
    def _reach_by_step(self) -> dict[int, frozenset[int]]:
        return {}


def branch_shares(then: Sequence[Transition], to: Sequence[int], workflow: Workflow) -> list[float]:
    """Shares of the open branches: as stated, the rest in equal parts."""
    share_by_step = {workflow.position(t.step): t.share for t in then}
    shares = [share_by_step.get(index) for index in to]
    rest = max(1.0 - sum(share for share in shares if share is not None), 0.0)
    missing_shares = sum(share is None for share in shares)
    parts = [share if share is not None else rest / missing_shares for share in shares]
    return parts if sum(parts) > 0 else [1.0] * len(parts)


@dataclass(frozen=True)
class Segment:
    """Orders with the same scopes and branches."""

    scopes: frozenset[Scope]
    branches: frozenset[When]


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
        start=_gate([(n, i) for n, i in moving if i.at_start], forecast),
        completion=_gate([(n, i) for n, i in moving if i.at_completion and not i.hold], forecast),
        content_barriers=tuple(
            _barriers([(n, i) for n, i in own if i.effect in (Effect.STALE, Effect.DUPLICATED)], forecast)
        ),
        handoffs=tuple(
            _handoff(topology=topology, workflow=workflow, forecast=forecast, segment=segment, transition=t)
            for t in open_transitions(step, segment)
        ),
        records=records,
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
    transition: Transition,
) -> Handoff:
    integration = _integration(topology, transition.via)
    impairments = [(n, i) for n, i in forecast.at(transition.via) if order_scope(i.scope) in segment.scopes]
    moving = [
        (n, i) for n, i in impairments if i.effect is not Effect.DUPLICATED and i.effect is not Effect.STALE
    ]
    return Handoff(
        to=workflow.position(transition.step),
        gate=_gate(moving, forecast, integration),
        duplication_barriers=tuple(
            _barriers([(n, i) for n, i in impairments if i.effect is Effect.DUPLICATED], forecast)
        ),
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
    fast = integration is None or integration.transport in (Transport.QUEUE, Transport.STREAM, Transport.SYNC)
    return Record(
        bit=bit,
        emission=emission,
        gate=_gate(moving, forecast, integration),
        content_barriers=tuple(_barriers(spoiling, forecast)),
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
    integration: Integration | None = None,
) -> Gate:
    calendar = (
        Calendar(integration.schedule)
        if integration is not None and integration.schedule is not None
        else None
    )
    return Gate(_barriers(_worst_coins(impairments), forecast), calendar)


def _worst_coins(impairments: Sequence[tuple[int, Impairment]]) -> list[tuple[int, Impairment]]:
    """The certain impairments, and of the uncertain ones of one failure and scope only the worst.

    The uncertain ones exclude each other, and the milder ones are small delays.
    """
    worst: dict[tuple[tuple[str, ...], Scope], int] = {}
    for at, (_, i) in enumerate(impairments):
        if i.likelihood < CERTAIN:
            key = i.failures, i.scope
            if key not in worst or _SEVERITY[i.effect] < _SEVERITY[impairments[worst[key]][1].effect]:
                worst[key] = at
    keep = set(worst.values())
    return [row for at, row in enumerate(impairments) if at in keep or row[1].likelihood >= CERTAIN]


_SEVERITY = {effect: rank for rank, effect in enumerate(Effect)}


def _barriers(impairments: Sequence[tuple[int, Impairment]], forecast: ImpairmentForecast) -> list[Barrier]:
    load = forecast.queue_load.get(impairments[0][1].element, 0.0) if impairments else 0.0
    return barriers(
        [i for _, i in impairments], [n for n, _ in impairments], forecast.ends, forecast.manual_wait, load
    )
