"""State and expected steps of fulfillments, read from the columns, the dwell-time baseline and the impact of
failures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graph_models.customer_facts import CustomerArrival
from graph_models.enums import OrderStatus
from graph_models.orders import Fulfillment, Order
from graph_models.time import FOREVER, MINUTE, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Codes, Columns
from impactgraph.diagnosis.overdue import DwellBaseline, lasting, limits, runs_of, work_begins_at
from impactgraph.diagnosis.why.ahead import (
    CurrentVisit,
    ExpectedStep,
    ExpectedSteps,
    StepsOf,
    expected_steps,
)
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, ReportedError
from impactgraph.diagnosis.why.stages import CustomerJourney, stage_of
from impactgraph.diagnosis.why.verdict import worst_impact
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.forecast.slowdown import slowdown_factors
from impactgraph.topology.names import step_name
from impactgraph.topology.opening import PickupTimes, pickup_times
from impactgraph.topology.sites import site_for

_SOON = 15 * MINUTE
"""How long after its placement the first step may begin, where that step declares no limit."""


@dataclass(frozen=True)
class EvidenceSources:
    """What fulfillments are read from: one state, and what was learned by then."""

    topology: Topology
    columns: Columns
    durations: Durations
    baseline: DwellBaseline
    at: Millis

    @cached_property
    def undisturbed(self) -> Forecaster:
        """Forecasts without impairments."""
        return Forecaster(self.topology, self.durations, ImpairmentForecast(), float(self.at), 0.0)


@dataclass(frozen=True, slots=True)
class ExpectedArrival:
    """When what the customer waits for is expected, and by when nine in ten arrive; None where unknown."""

    at: Millis | None = None
    by: Millis | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentOutlook:
    """A fulfillment and its expected steps; None where it has ended or its position is unknown."""

    state: FulfillmentState
    expected_steps: ExpectedSteps | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentEvidence:
    """A fulfillment with what is known of it beyond its own fields."""

    fulfillment: Fulfillment
    row: int
    """In the columns."""
    impacts: Sequence[Impact]
    error_message: str = ""
    """Text of the last error."""


def outlook_of(
    sources: EvidenceSources, order: Order, evidence: FulfillmentEvidence, steps_of: StepsOf
) -> FulfillmentOutlook:
    fulfillment = evidence.fulfillment
    workflow = sources.topology.workflows.get(fulfillment.workflow)
    journey = CustomerJourney(workflow, order.mode) if workflow is not None else None
    step = sources.topology.elements.get(f"step:{fulfillment.workflow}/{fulfillment.step}")
    state = FulfillmentState(
        fulfillment,
        step if isinstance(step, Step) else None,
        rerouted_at=int(sources.columns.fulfillments.rerouted_at[evidence.row]) or None,
        impacts=tuple(evidence.impacts),
        unknown_reason=_unknown_reason(sources, order, fulfillment),
    )
    state = replace(
        state,
        stage=stage_of(state, journey),
        arrival=journey.arrival if journey is not None else CustomerArrival.COMPLETION,
        arrived_at=_arrived_at(sources, fulfillment, journey, evidence.row),
    )
    if fulfillment.status is not OrderStatus.IN_FLIGHT:
        return FulfillmentOutlook(replace(state, ended_at=_ended_at(sources, evidence.row)))
    state = replace(state, error=_error(sources, evidence))
    if state.step is None or fulfillment.entered_at is None:
        return FulfillmentOutlook(state)
    return _with_expected_steps(sources, order, state, evidence.row, steps_of=steps_of)


def _ended_at(sources: EvidenceSources, row: int) -> Millis | None:
    return int(sources.columns.fulfillments.ended_at[row]) or None


def _arrived_at(
    sources: EvidenceSources, fulfillment: Fulfillment, journey: CustomerJourney | None, row: int
) -> Millis | None:
    """When it was ready to collect, where its customer collects it; else when it was completed."""
    f = sources.columns.fulfillments
    step = journey.collection if journey is not None else None
    if step is not None:
        known_steps = sources.columns.dictionaries.workflows[int(f.workflow[row])].steps
        entered_at = (
            int(f.entered_step_at[row, known_steps.index(step.key)]) if step.key in known_steps else 0
        )
        if entered_at and fulfillment.status is not OrderStatus.CANCELLED:
            return entered_at
    return _ended_at(sources, row) if fulfillment.status is OrderStatus.COMPLETED else None


def _error(sources: EvidenceSources, evidence: FulfillmentEvidence) -> ReportedError | None:
    at = int(sources.columns.fulfillments.failed_at[evidence.row])
    if not at:
        return None
    fulfillment = evidence.fulfillment
    return ReportedError(
        at, fulfillment.failed_code or "", fulfillment.failed_element, evidence.error_message
    )


def _unknown_reason(sources: EvidenceSources, order: Order, fulfillment: Fulfillment) -> str | None:
    """Why the position of the fulfillment is unknown, as the end of a sentence; None where it is known."""
    workflow = sources.topology.workflows.get(fulfillment.workflow)
    if fulfillment.status is not OrderStatus.IN_FLIGHT:
        return None
    if not fulfillment.workflow:
        return "it has events, but none that places it"
    if workflow is None:
        return f"its workflow {fulfillment.workflow} is not in the topology"
    if fulfillment.step is None:
        first = workflow.steps[0] if workflow.steps else None
        limit = first.within if first is not None and first.within is not None else _SOON
        if sources.at - order.placed_at <= limit:
            return None
        name = step_name(first) if first is not None else "the first"
        return f"it was placed, but no step of it has been reported, although {name} should have begun"
    if fulfillment.step not in {step.key for step in workflow.steps}:
        name = workflow.name or workflow.key
        return f"it is in the step {fulfillment.step}, which {name} no longer has"
    return None


def _with_expected_steps(
    sources: EvidenceSources, order: Order, state: FulfillmentState, row: int, *, steps_of: StepsOf
) -> FulfillmentOutlook:
    """With what is usual in its step, and the steps to come."""
    fulfillment = state.fulfillment
    step = state.step
    assert step is not None and fulfillment.entered_at is not None
    visit = _current_visit(sources, state, step, row)
    steps = expected_steps(sources.undisturbed, order, visit, _holding_impact(state), steps_of)
    rows = np.array([row], np.int32)
    limit = int(limits(sources.topology, sources.columns, sources.baseline, sources.durations, rows=rows)[0])
    stays = steps.is_open_ended and len(steps.steps) == 1
    median = np.array([round(sources.baseline.by_step[fulfillment.workflow, step.key].median)])
    usual = lasting(sources.topology, sources.columns, step, rows, median)
    is_known = sources.baseline.knows(step)
    leaves_at = steps.steps[0].leaves if steps.steps and not stays else None
    arrival = _arrival(sources.topology, order, state, steps) if is_known else ExpectedArrival()
    run_at = _pending_run(sources, rows)
    pickups = _pickups(sources, state, step)
    complete_state = replace(
        state,
        expected_to_leave_at=leaves_at if is_known else None,
        expected_done_at=steps.done_at if is_known else None,
        expected_arrival_at=arrival.at,
        expected_arrival_by=arrival.by,
        usually_leaves_at=fulfillment.entered_at + int(usual[0]) if is_known else None,
        has_unknown_duration=not is_known,
        limit=limit if limit < FOREVER else None,
        run_at=run_at,
        opens_at=_opens_at(sources, step, rows),
        pickup=pickups is not None,
        missed_pickup_at=_missed_pickup(pickups, fulfillment.entered_at, run_at),
    )
    return FulfillmentOutlook(complete_state, steps)


def _arrival(
    topology: Topology, order: Order, state: FulfillmentState, steps: ExpectedSteps
) -> ExpectedArrival:
    """When it is ready for its customer, where the customer collects it; else when it is done."""
    workflow = topology.workflows.get(state.fulfillment.workflow)
    collection = CustomerJourney(workflow, order.mode).collection if workflow is not None else None
    before: ExpectedStep | None = None
    for step in steps.steps:
        if collection is not None and step.step.key == collection.key:
            return ExpectedArrival(before.leaves, before.leaves_by) if before else ExpectedArrival()
        before = step
    return ExpectedArrival(steps.done_at, steps.done_by)


def _pending_run(sources: EvidenceSources, rows: Codes) -> Millis | None:
    """The next run that hands it over, where its work is done and no run has left since; else None."""
    runs = runs_of(sources.topology, sources.columns, sources.durations, rows)
    done_at = int(runs.done_at[0])
    run_at = int(runs.run_at[0])
    return run_at if run_at and done_at <= sources.at <= run_at else None


def _opens_at(sources: EvidenceSources, step: Step, rows: Codes) -> Millis | None:
    """When its location opens, where its work has not begun before that; else None."""
    begins_at = int(work_begins_at(sources.topology, sources.columns, step, rows)[0])
    return begins_at if step.when_open and begins_at > sources.at else None


def _pickups(sources: EvidenceSources, state: FulfillmentState, step: Step) -> PickupTimes | None:
    """The pick-ups with which it leaves its step; None where it leaves in another way."""
    workflow = sources.topology.workflows[step.workflow]
    site = site_for(sources.topology, workflow, state.fulfillment.location or "")
    rules = [t.pickup for t in step.then if t.pickup is not None]
    return pickup_times(site, rules[0]) if rules and len(rules) == len(step.then) else None


def _missed_pickup(pickups: PickupTimes | None, entered_at: Millis, run_at: Millis | None) -> Millis | None:
    """The pick-up before the one that it waits for, where it was in the step then."""
    if pickups is None or run_at is None:
        return None
    before = round(float(pickups.run_before(np.array([run_at - 1.0]))[0]) + pickups.cutoff)
    return before if before >= entered_at else None


def _holding_impact(state: FulfillmentState) -> Impact | None:
    """The worst of those that apply."""
    impacts = [each for each in state.impacts if each.is_probable and (each.is_active or each.holds)]
    worst = worst_impact((state, impact) for impact in impacts)
    return worst.impact if worst is not None else None


def _current_visit(sources: EvidenceSources, state: FulfillmentState, step: Step, row: int) -> CurrentVisit:
    fulfillment = state.fulfillment
    f = sources.columns.fulfillments
    levels = sources.durations.slowdown_levels
    location = int(f.location[row])
    recorded_at = int(f.first_recorded_at[row, int(f.step[row])])
    entered_at = fulfillment.entered_at or 0
    slowness = 1.0
    if location < len(levels):
        slowness = float(slowdown_factors(levels[location : location + 1])[0])
    return CurrentVisit(
        step=step,
        entered_at=entered_at,
        completed_at=recorded_at if recorded_at >= entered_at else 0,
        slowdown=slowness,
        location=sources.topology.locations.get(fulfillment.location or ""),
        has_error=state.error is not None,
    )
