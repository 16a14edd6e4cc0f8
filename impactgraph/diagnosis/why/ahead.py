"""Expected steps of a fulfillment: those of the forecast where a failure probably affects it, else by usual
durations.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graph_models.enums import Band
from graph_models.orders import Order
from graph_models.topology import Location, Step, When
from impactgraph.diagnosis.why.situation import Impact
from impactgraph.forecast.cohorts import Cohorts, StepEvidence
from impactgraph.forecast.expected_steps import ExpectedStep, ExpectedSteps, undisturbed_steps
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.segment import Segment
from impactgraph.topology.sites import site_for

__all__ = ["CurrentVisit", "ExpectedStep", "ExpectedSteps", "StepsOf", "expected_steps"]

StepsOf = Callable[[Impact], ExpectedSteps]
"""The expected steps of the fulfillment by the forecast behind an impact; empty where it has none."""


@dataclass(frozen=True, slots=True)
class CurrentVisit:
    """Where a fulfillment is. `completed_at` is 0 until its completion is recorded; `slowdown` is of its
    location, at steps on site.
    """

    step: Step
    entered_at: int
    completed_at: int = 0
    slowdown: float = 1.0
    location: Location | None = None
    has_error: bool = False


def expected_steps(
    undisturbed: Forecaster, order: Order, visit: CurrentVisit, impact: Impact | None, steps_of: StepsOf
) -> ExpectedSteps:
    """`undisturbed`: forecasts without impairments; `impact`: the worst that holds or will hold it."""
    if impact is not None and impact.is_probable and impact.band is not Band.RECORDS_ONLY:
        impact_steps = steps_of(impact)
        if impact_steps.steps:
            return impact_steps
    return _undisturbed(undisturbed, order, visit)


def _undisturbed(forecaster: Forecaster, order: Order, visit: CurrentVisit) -> ExpectedSteps:
    workflow = forecaster.topology.workflows[visit.step.workflow]
    conditions = {t.when for step in workflow.steps for t in step.then if t.when is not None}
    branches = frozenset(when for when in conditions if _holds(when, order, visit.location))
    site = site_for(forecaster.topology, workflow, visit.location.key if visit.location else "")
    plan = forecaster.plan(workflow, Segment(frozenset(), branches, site))
    cohort = Cohorts(
        step=workflow.position(visit.step.key),
        entered_at=np.array([float(visit.entered_at)]),
        past_delay=np.zeros(1),
        completion_recorded_at=np.array([float(visit.completed_at or visit.entered_at)]),
        slowdown=np.array([visit.slowdown]),
        evidence=StepEvidence(
            is_completed=visit.completed_at > 0,
            has_unrelated_error=visit.has_error and not visit.completed_at,
        ),
    )
    return undisturbed_steps(plan, cohort, round(forecaster.as_of))


def _holds(when: When, order: Order, location: Location | None) -> bool:
    return all(
        not limit or value in limit
        for limit, value in (
            (when.channels, order.channel),
            (when.modes, order.mode),
            (when.location_kinds, location.kind if location else None),
            (when.regions, location.region if location else order.region),
        )
    )
