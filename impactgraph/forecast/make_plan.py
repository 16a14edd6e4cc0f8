"""Makes the plan of a workflow for one segment: the gates of its steps, hand-offs and records."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graph_models.enums import Effect, RecordKind, Transport
from graph_models.hours import Site
from graph_models.impairment import Impairment
from graph_models.scope import Scope
from graph_models.topology import Emission, Integration, Step, Topology, Transition, Workflow
from impactgraph.forecast.barriers import barriers
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.gates import Gate
from impactgraph.forecast.hold import HOLD
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.routes import transition_shares
from impactgraph.forecast.scenarios import SCENARIOS
from impactgraph.forecast.segment import Segment, order_scope
from impactgraph.forecast.slowdown import on_site
from impactgraph.forecast.stage import Handoff, Record, Stage
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.opening import PickupTimes, open_times, pickup_times


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
            barriers(
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
        _handoff(topology, workflow, forecast, segment, step, way=way)
        for way in zip(transitions, transition_shares(transitions), strict=True)
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
    step: Step,
    *,
    way: tuple[Transition, float],
) -> Handoff:
    """`way`: the transition, and the share of fulfillments that take it."""
    transition, share = way
    place = f"{step.id} to {transition.step}"
    integration = _integration(topology, transition.via)
    impairments = [(n, i) for n, i in forecast.at(transition.via) if order_scope(i.scope) in segment.scopes]
    moving = [
        (n, i) for n, i in impairments if i.effect is not Effect.DUPLICATED and i.effect is not Effect.STALE
    ]
    return Handoff(
        to=workflow.position(transition.step),
        gate=_handoff_gate(moving, forecast, place, integration, _pickups(transition, segment.site)),
        duplication_barriers=tuple(
            barriers([(n, i) for n, i in impairments if i.effect is Effect.DUPLICATED], forecast, place)
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
    # A hold keeps back no record that has been due by now.
    is_impaired = any(i.rule != HOLD for _, i in moving)
    return Record(
        bit=bit,
        emission=emission,
        gate=_gate(moving, forecast, place, integration),
        content_barriers=tuple(barriers(spoiling, forecast, place)),
        shows_completion=fast and not is_impaired and emission.kind is not RecordKind.SUPPLIER_ORDER,
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
    waiting = barriers(impairments, forecast, place)
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
