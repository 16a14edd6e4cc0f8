"""The expected steps of a fulfillment have no gap, do not lie in the past, and end with the forecast."""

from dataclasses import replace

import numpy as np
import pytest

from graph_models.enums import Effect
from graph_models.impairment import Impairment
from graph_models.scope import EVERYWHERE
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Takes, Transition
from impactgraph.forecast.cohort_outcomes import CohortOutcomes
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.durations import Durations, documented_distribution
from impactgraph.forecast.expected_steps import ExpectedSteps, undisturbed_steps
from impactgraph.forecast.failure_ends import NO_ENDS
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.forecast.segment import Segment
from tests.drawing import EIGHT, drawn, queue, step

AS_OF: Millis = EIGHT
PACK = "step:ship/pack"
TOPOLOGY = drawn(
    queue("hand", "oms", "wms"),
    step("pick", takes=Takes(45 * MINUTE), then=(Transition("pack", "integration:hand"),)),
    step("pack", "wms", takes=Takes(10 * MINUTE)),
)


def forecaster(*impairments: Impairment) -> Forecaster:
    workflow = TOPOLOGY.workflows["ship"]
    durations = Durations(
        {("ship", each.key): documented_distribution(each.takes) for each in workflow.steps}
    )
    return Forecaster(
        topology=TOPOLOGY,
        durations=durations,
        impairments=ImpairmentForecast(impairments, NO_ENDS),
        as_of=float(AS_OF),
        tolerance=0.0,
        keeps_steps=True,
    )


def blocked(element: str, effect: Effect = Effect.BLOCKED) -> Impairment:
    return Impairment(element, effect, AS_OF - HOUR, AS_OF + HOUR, fixed_end=True)


def in_pick(entered_at: Millis, completed_at: Millis = 0) -> Cohorts:
    return Cohorts(
        step=0,
        entered_at=np.array([float(entered_at)]),
        past_delay=np.zeros(1),
        completion_recorded_at=np.array([float(completed_at or entered_at)]),
        slowdown=np.ones(1),
        evidence=StepEvidence(is_completed=completed_at > 0),
    )


def forecast(cohorts: Cohorts, *impairments: Impairment) -> tuple[CohortOutcomes, ExpectedSteps]:
    made = forecaster(*impairments)
    plan = made.plan(TOPOLOGY.workflows["ship"], Segment(frozenset({EVERYWHERE}), frozenset()))
    outcomes = made.forecast(plan, [cohorts])
    assert outcomes.steps is not None
    return outcomes, outcomes.steps.expected_steps(0, 0, round(float(cohorts.entered_at[0])), AS_OF)


def undisturbed(cohorts: Cohorts) -> ExpectedSteps:
    plan = forecaster().plan(TOPOLOGY.workflows["ship"], Segment(frozenset(), frozenset()))
    return undisturbed_steps(plan, cohorts, AS_OF)


def test_work_completed_long_ago_is_handed_over_from_now_on() -> None:
    """Picked twenty minutes ago and not packed, as packing is stopped for an hour."""
    outcomes, steps = forecast(in_pick(AS_OF - HOUR, AS_OF - 20 * MINUTE), blocked(PACK))

    pick, pack = steps.steps
    assert (pick.begins, pick.leaves, pack.begins) == (AS_OF - HOUR, AS_OF, AS_OF)
    assert steps.done_at == round(float(outcomes.finish[0]))
    assert steps.done_at == pytest.approx(AS_OF + HOUR + 10 * MINUTE, abs=2 * MINUTE)


def test_a_step_behind_a_blocked_queue_begins_when_the_queue_is_free() -> None:
    outcomes, steps = forecast(in_pick(AS_OF - HOUR, AS_OF - 20 * MINUTE), blocked("integration:hand"))

    pick, pack = steps.steps
    assert pick.leaves == pack.begins == pytest.approx(AS_OF + HOUR, abs=2 * MINUTE)
    assert steps.done_at == round(float(outcomes.finish[0]))


def test_steps_end_open_where_a_message_is_rejected() -> None:
    _, steps = forecast(in_pick(AS_OF - 5 * MINUTE), blocked("integration:hand", Effect.REJECTED))

    assert [each.step.key for each in steps.steps] == ["pick"]
    assert steps.is_open_ended
    assert steps.done_at is None


def test_a_cohort_that_nothing_affects_has_no_steps_in_the_forecast() -> None:
    _, steps = forecast(in_pick(AS_OF), replace(blocked(PACK), since=AS_OF - HOUR, until=AS_OF - MINUTE))

    assert steps == ExpectedSteps()


def test_without_failures_steps_take_their_usual_time() -> None:
    steps = undisturbed(in_pick(AS_OF))

    pick, pack = steps.steps
    assert pick.leaves == pack.begins == pytest.approx(AS_OF + 45 * MINUTE, abs=2 * MINUTE)
    assert steps.done_at == pytest.approx(AS_OF + 55 * MINUTE, abs=3 * MINUTE)


def test_without_failures_completed_work_goes_on_from_now() -> None:
    steps = undisturbed(in_pick(AS_OF - 3 * HOUR, AS_OF - 2 * HOUR))

    pick, pack = steps.steps
    assert pick.leaves == pack.begins == AS_OF
    assert steps.done_at == pytest.approx(AS_OF + 10 * MINUTE, abs=MINUTE)


def test_steps_of_unequally_likely_scenarios_end_with_the_forecast() -> None:
    """An order just picked, in a hold that probably was released long ago: few scenarios are likely."""
    held = replace(
        blocked(PACK), since=AS_OF - 30 * HOUR, until=AS_OF - 29 * HOUR, fixed_end=False, likelihood=0.4
    )

    for late in range(0, 3 * HOUR, 20 * MINUTE):
        outcomes, steps = forecast(in_pick(AS_OF - 2 * HOUR), replace(held, until=AS_OF - HOUR + late))
        assert steps.done_at is None or steps.done_at == round(float(outcomes.finish[0]))


def test_an_order_whose_step_happened_twice_is_expected_when_its_blast_radius_says() -> None:
    """Its completion is that of all scenarios, whatever the few hit once more would say."""
    made = forecaster(blocked(PACK))
    plan = made.plan(TOPOLOGY.workflows["ship"], Segment(frozenset({EVERYWHERE}), frozenset()))
    completion, way = made.expected_completions(plan, [in_pick(AS_OF)])

    assert way is not None
    assert way.expected_steps(0, 0, AS_OF, AS_OF).done_at == round(float(completion[0]))
