"""Where the parts of an order are, as the columns tell it, and what is usual there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import OrderStatus
from graph_models.orders import Fulfillment, Order
from graph_models.time import FOREVER, MINUTE, Millis
from graph_models.topology import Step, Topology, Workflow
from impactgraph.columns import Codes, Columns
from impactgraph.diagnosis.overdue import Usual, limits, runs_of
from impactgraph.diagnosis.why.ahead import Standing, Trouble, Way, way_ahead
from impactgraph.diagnosis.why.evidence import Fault, Hit, Part
from impactgraph.diagnosis.why.verdict import worst
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.pace import factors, on_site
from impactgraph.forecast.plan import Plan

_SOON = 15 * MINUTE
"""After it was placed, as long as its first step has no limit of its own."""
_HALF = np.array(0.5)


@dataclass(frozen=True)
class EvidenceSources:
    """What parts are read from: one state, and what was learned by then."""

    topology: Topology
    columns: Columns
    durations: Durations
    usual: Usual
    at: Millis


@dataclass(frozen=True, slots=True)
class Placed:
    """A part, and the way that is left to it; none where it has ended or its way is not known."""

    part: Part
    way: Way | None = None


PlanOf = Callable[[Workflow, Hit], Plan]
"""The workflow as the failures behind a hit leave it to the part."""


def read_part(
    g: EvidenceSources,
    order: Order,
    told: Fulfillment,
    row: int,
    hits: Sequence[Hit],
    messages: Mapping[str, str],
    plan: PlanOf,
) -> Placed:
    """`row`: of the fulfillment; `messages`: what errors said, by bare key of the fulfillment."""
    f = g.columns.fulfillments
    ended = int(f.ended_at[row]) or None
    if told.status is not OrderStatus.IN_FLIGHT:
        return Placed(Part(told, _step(g, told), ended_at=ended, hits=tuple(hits)))
    part = Part(
        told,
        _step(g, told),
        fault=_fault(g, told, row, messages),
        hits=tuple(hits),
        unknown=_unknown(g, order, told),
    )
    if part.step is None or told.entered_at is None:
        return Placed(part)
    return _timed(g, order, part, row, plan)


def _step(g: EvidenceSources, told: Fulfillment) -> Step | None:
    found = g.topology.elements.get(f"step:{told.workflow}/{told.step}")
    return found if isinstance(found, Step) else None


def _fault(g: EvidenceSources, told: Fulfillment, row: int, messages: Mapping[str, str]) -> Fault | None:
    at = int(g.columns.fulfillments.failed_at[row])
    return Fault(at, told.failed_code or "", told.failed_element, messages.get(told.key, "")) if at else None


def _unknown(g: EvidenceSources, order: Order, told: Fulfillment) -> str | None:
    workflow = g.topology.workflows.get(told.workflow)
    if not told.workflow:
        return "events tell of it, but not yet that it was placed"
    if workflow is None:
        return f"it follows {told.workflow}, which the topology does not have"
    if told.step is None:
        first = workflow.steps[0] if workflow.steps else None
        limit = first.within if first is not None and first.within is not None else _SOON
        late = g.at - order.placed_at > limit
        return (
            f"it was placed, and no step of it has been reported, though {first.name or first.key if first else 'the first'} should have begun"
            if late
            else None
        )
    if told.step not in {step.key for step in workflow.steps}:
        return f"it is in the step {told.step}, which {told.workflow} no longer has"
    return None


def _timed(g: EvidenceSources, order: Order, part: Part, row: int, plan: PlanOf) -> Placed:
    """With what is usual in its step, and its way ahead."""
    told, step = part.told, part.step
    assert step is not None and told.entered_at is not None
    here, workflow = _standing(g, told, step, row), g.topology.workflows[told.workflow]
    way = way_ahead(g.topology, g.durations, workflow, order, here, _trouble(part, workflow, plan), g.at)
    rows = np.array([row], np.int32)
    limit = int(limits(g.topology, g.columns, g.usual, g.durations, rows)[0])
    stuck = way.open_end and len(way.stops) == 1
    timed = replace(
        part,
        expected_next=way.stops[0].leaves if way.stops and not stuck else None,
        expected_done=way.done,
        usual_next=told.entered_at + round(g.usual.of[told.workflow, step.key].median),
        limit=limit if limit < FOREVER else None,
        run=_run_that_it_waits_for(g, rows),
    )
    return Placed(timed, way)


def _run_that_it_waits_for(g: EvidenceSources, rows: Codes) -> Millis | None:
    """The run that hands it over, where its work is done and no run has left since; None where it waits for none, or one has left without it."""
    runs = runs_of(g.topology, g.columns, g.durations, rows)
    done, run = int(runs.done[0]), int(runs.run[0])
    return run if run and done <= g.at <= run else None


def _trouble(part: Part, workflow: Workflow, plan: PlanOf) -> Trouble | None:
    """What holds it most; it is done when the last of what hits it lets it be."""
    hits = [hit for hit in part.hits if hit.probable and (hit.active or hit.holds)]
    found = worst((part, hit) for hit in hits)
    if found is None or found.hit is None:
        return None
    ends = [hit.completion for hit in hits if hit.completion is not None]
    hit = replace(found.hit, completion=max(ends)) if found.hit.completion is not None else found.hit
    return Trouble(hit, plan(workflow, hit))


def _standing(g: EvidenceSources, told: Fulfillment, step: Step, row: int) -> Standing:
    f, pace = g.columns.fulfillments, g.durations.pace
    column, location = int(f.step[row]), int(f.location[row])
    said, entered = int(f.first_recorded_at[row, column]), told.entered_at or 0
    slower = (
        float(factors(pace[location : location + 1])[0])
        if location < len(pace) and on_site(g.topology, step)
        else 1.0
    )
    return Standing(
        step, entered, said if said >= entered else 0, slower, g.topology.locations.get(told.location or "")
    )
