"""Impact of failures on the fulfillments of some orders, read from a blast radius."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from graph_models.failure import Failure
from graph_models.impact import AffectedOrder
from graph_models.time import Millis
from impactgraph.diagnosis.why.situation import Impact
from impactgraph.forecast.expected_steps import ExpectedSteps
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.impact.order_pages import affected_orders

ImpactsByFulfillment = Mapping[str, Sequence[Impact]]
"""By bare key of the fulfillment."""


def impacts_in(answer: BlastRadius) -> ImpactsByFulfillment:
    """The impacts on each fulfillment of the orders that the answer lists. Costs a look at each impact."""
    by_fulfillment: defaultdict[str, list[Impact]] = defaultdict(list)
    rows = answer.affected_fulfillments
    is_listed = np.isin(rows.order, answer.affected_orders.order)
    likely = is_listed & (rows.likelihood > answer.min_likelihood)
    # Impacts of these orders are likely enough only together.
    unlikely = is_listed & ~np.isin(rows.order, rows.order[likely])
    listed = rows.take(likely | unlikely)
    for order, impairment in zip(affected_orders(answer, listed), listed.impairment.tolist(), strict=True):
        impact = _impact(order, _failures(answer, impairment), answer.as_of)
        by_fulfillment[order.fulfillment].append(impact)
    return by_fulfillment


def _failures(answer: BlastRadius, impairment: int) -> tuple[Failure, ...]:
    return tuple(
        answer.failures_by_key[key]
        for key in answer.impairments[impairment].failures
        if key in answer.failures_by_key
    )


def _impact(order: AffectedOrder, failures: tuple[Failure, ...], at: Millis) -> Impact:
    return Impact(
        failures=failures,
        band=order.band,
        effect=order.effect,
        likelihood=order.likelihood,
        first_hit=order.first_hit,
        at=order.hit_at,
        delay=order.expected_delay,
        completion=order.expected_completion,
        misses_promise=order.misses_promise,
        is_active=any(failure.active_at(at) for failure in failures),
        path=order.path,
        late_anyway=order.late_anyway,
    )


def steps_in(answer: BlastRadius, row: int) -> ExpectedSteps:
    """The expected steps of a fulfillment by the forecast of an answer, of several by the likeliest; empty
    where it is not affected.
    """
    entered_at = int(answer.columns.fulfillments.entered_at[row])
    likeliest, steps = 0.0, ExpectedSteps()
    for group in answer.matches.flows:
        for at in np.flatnonzero(group.rows == row).tolist():
            cohort = int(group.cohort[at])
            likelihood = float(group.outcome.flow_likelihood[cohort] * group.certainty[at])
            if group.outcome.steps is None or likelihood <= likeliest:
                continue
            step_times = group.outcome.steps.expected_steps(cohort, group.step, entered_at, answer.as_of)
            if step_times.steps:
                likeliest, steps = likelihood, step_times
    return steps
