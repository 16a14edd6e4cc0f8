"""Where the parts of an order are, as the columns tell it, and what is usual there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.enums import OrderStatus
from graph_models.orders import Fulfillment, Order
from graph_models.time import FOREVER, MINUTE, Millis
from graph_models.topology import Step, Topology, Workflow
from impactgraph.columns import Codes, Columns
from impactgraph.diagnosis.overdue import DwellBaseline, limits, runs_of
from impactgraph.diagnosis.why.ahead import CurrentVisit, ExpectedSteps, HoldingImpact, expected_steps
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, ReportedError
from impactgraph.diagnosis.why.verdict import worst_impact
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.slowdown import on_site, slowdown_factors

_SOON = 15 * MINUTE
"""After it was placed, as long as its first step has no limit of its own."""
_HALF = np.array(0.5)


@dataclass(frozen=True)
class EvidenceSources:
    """What parts are read from: one state, and what was learned by then."""

    topology: Topology
    columns: Columns
    durations: Durations
    baseline: DwellBaseline
    at: Millis


@dataclass(frozen=True, slots=True)
class FulfillmentOutlook:
    """A part, and the way that is left to it; none where it has ended or its way is not known."""

    state: FulfillmentState
    expected_steps: ExpectedSteps | None = None


PlanOf = Callable[[Workflow, Impact], Plan]
"""The workflow as the failures behind a hit leave it to the part."""


def outlook_of(
    g: EvidenceSources,
    order: Order,
    told: Fulfillment,
    row: int,
    hits: Sequence[Impact],
    messages: Mapping[str, str],
    plan: PlanOf,
) -> FulfillmentOutlook:
    """`row`: of the fulfillment; `messages`: what errors said, by bare key of the fulfillment."""
    f = g.columns.fulfillments
    ended = int(f.ended_at[row]) or None
    if told.status is not OrderStatus.IN_FLIGHT:
        return FulfillmentOutlook(FulfillmentState(told, _step(g, told), ended_at=ended, impacts=tuple(hits)))
    part = FulfillmentState(
        told,
        _step(g, told),
        error=_fault(g, told, row, messages),
        impacts=tuple(hits),
        unknown_reason=_unknown(g, order, told),
    )
    if part.step is None or told.entered_at is None:
        return FulfillmentOutlook(part)
    return _timed(g, order, part, row, plan)


def _step(g: EvidenceSources, told: Fulfillment) -> Step | None:
    found = g.topology.elements.get(f"step:{told.workflow}/{told.step}")
    return found if isinstance(found, Step) else None


def _fault(
    g: EvidenceSources, told: Fulfillment, row: int, messages: Mapping[str, str]
) -> ReportedError | None:
    at = int(g.columns.fulfillments.failed_at[row])
    return (
        ReportedError(at, told.failed_code or "", told.failed_element, messages.get(told.key, ""))
        if at
        else None
    )


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


def _timed(
    g: EvidenceSources, order: Order, part: FulfillmentState, row: int, plan: PlanOf
) -> FulfillmentOutlook:
    """With what is usual in its step, and its way ahead."""
    told, step = part.fulfillment, part.step
    assert step is not None and told.entered_at is not None
    here, workflow = _standing(g, told, step, row), g.topology.workflows[told.workflow]
    way = expected_steps(g.topology, g.durations, workflow, order, here, _trouble(part, workflow, plan), g.at)
    rows = np.array([row], np.int32)
    limit = int(limits(g.topology, g.columns, g.baseline, g.durations, rows)[0])
    stuck = way.is_open_ended and len(way.steps) == 1
    timed = replace(
        part,
        expected_next=way.steps[0].leaves if way.steps and not stuck else None,
        expected_done=way.done_at,
        usual_next=told.entered_at + round(g.baseline.by_step[told.workflow, step.key].median),
        limit=limit if limit < FOREVER else None,
        run=_run_that_it_waits_for(g, rows),
    )
    return FulfillmentOutlook(timed, way)


def _run_that_it_waits_for(g: EvidenceSources, rows: Codes) -> Millis | None:
    """The run that hands it over, where its work is done and no run has left since; None where it waits for none, or one has left without it."""
    runs = runs_of(g.topology, g.columns, g.durations, rows)
    done, run = int(runs.done_at[0]), int(runs.run_at[0])
    return run if run and done <= g.at <= run else None


def _trouble(part: FulfillmentState, workflow: Workflow, plan: PlanOf) -> HoldingImpact | None:
    """What holds it most; it is done when the last of what hits it lets it be."""
    hits = [hit for hit in part.impacts if hit.is_probable and (hit.is_active or hit.holds)]
    found = worst_impact((part, hit) for hit in hits)
    if found is None or found.impact is None:
        return None
    ends = [hit.completion for hit in hits if hit.completion is not None]
    hit = replace(found.impact, completion=max(ends)) if found.impact.completion is not None else found.impact
    return HoldingImpact(hit, plan(workflow, hit))


def _standing(g: EvidenceSources, told: Fulfillment, step: Step, row: int) -> CurrentVisit:
    f, pace = g.columns.fulfillments, g.durations.slowdown_levels
    column, location = int(f.step[row]), int(f.location[row])
    said, entered = int(f.first_recorded_at[row, column]), told.entered_at or 0
    slower = (
        float(slowdown_factors(pace[location : location + 1])[0])
        if location < len(pace) and on_site(g.topology, step)
        else 1.0
    )
    return CurrentVisit(
        step, entered, said if said >= entered else 0, slower, g.topology.locations.get(told.location or "")
    )
