"""Outcomes of cohorts: how likely, how much and by what the failures affect them, over all scenarios."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band, Effect
from impactgraph.forecast.comparison import AffectedScenarios, Comparison
from impactgraph.forecast.expected_steps import ScenarioSteps
from impactgraph.forecast.gates import Flags
from impactgraph.forecast.plan import ImpairmentForecast, Plan
from impactgraph.forecast.record_outcomes import RecordOutcomes, compare_records, record_outcomes
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulate import Indexes, SimulationSetup

BANDS = (Band.STUCK, Band.EXPOSED, Band.UPCOMING, Band.RECORDS_ONLY)
"""By code, the worst first."""
CONTENT_EFFECTS = (Effect.STALE, Effect.DUPLICATED)
"""Effects that count as such, whether or not the order gets later."""


@dataclass
class CohortOutcomes:
    """Arrays are (G,), in the order of the cohorts in the question."""

    likelihood: Reals
    """Affected in any way."""
    flow_likelihood: Reals
    """The order itself is later, elsewhere or lost."""
    wrong_decision_likelihood: Reals
    """A decision on stale data was or will be wrong: a reroute, or a cancellation and a refund."""
    band: NDArray[np.int8]
    hit_by: Indexes
    hit_step: Indexes
    hit_at: Reals
    delay: Reals
    """Median of the delay where it is affected; infinite: it never finishes; 0: records only."""
    finish: Reals
    """Median of the completion where it is affected."""
    counterfactual_finish: Reals
    records: list[RecordOutcomes]
    steps: ScenarioSteps | None = None
    """None unless the forecast keeps departures."""
    hits_at_entry: Flags | None = None
    """Whether the first hit is at the entry to the present step; None: of none."""


def cohort_outcomes(
    setup: SimulationSetup,
    comparisons: list[Comparison],
    impairments: ImpairmentForecast,
    tolerance: float,
    past_delay: Reals,
) -> CohortOutcomes:
    """`past_delay` (G, K): by how much the failures held the cohorts in earlier steps."""
    plan = setup.plan
    weights = [comparison.weight for comparison in comparisons]
    factual = [comparison.factual for comparison in comparisons]
    delays = [_delay(comparison) for comparison in comparisons]
    # The last flag is for the index -1: hit by nothing.
    has_content_effect = np.array([*(i.effect in CONTENT_EFFECTS for i in impairments.entries), False])
    flows = [
        (delay > tolerance) | has_content_effect[result.hit_by]
        for delay, result in zip(delays, factual, strict=True)
    ]
    records = [compare_records(plan, comparison, tolerance) for comparison in comparisons]
    affected_scenarios = AffectedScenarios.of(weights, flows)
    any_effect = [flow | record.any for flow, record in zip(flows, records, strict=True)]
    outcomes = CohortOutcomes(
        likelihood=AffectedScenarios.of(weights, any_effect).likelihood,
        flow_likelihood=affected_scenarios.likelihood,
        wrong_decision_likelihood=_wrong_decision_likelihood(comparisons),
        band=_bands(affected_scenarios, comparisons, setup.as_of, past_delay),
        hit_by=affected_scenarios.mode([result.hit_by for result in factual]),
        hit_step=affected_scenarios.mode([result.hit_step for result in factual]),
        hit_at=affected_scenarios.median([result.hit_at for result in factual]),
        delay=affected_scenarios.median(delays),
        finish=affected_scenarios.median([result.finish for result in factual]),
        counterfactual_finish=affected_scenarios.median([each.counterfactual.finish for each in comparisons]),
        records=record_outcomes(plan, comparisons, records),
    )
    records_only = outcomes.flow_likelihood <= np.maximum(outcomes.likelihood * 0.05, 1e-9)
    _set_records_only(plan, outcomes, records_only)
    if setup.keeps_departures:
        outcomes.steps = ScenarioSteps(plan, tuple(factual), affected_scenarios)
    return outcomes


def _wrong_decision_likelihood(comparisons: list[Comparison]) -> Reals:
    chances = [
        comparison.factual.wrong_decision_chance.mean(axis=1)
        for comparison in comparisons
        if comparison.factual.wrong_decision_chance is not None
    ]
    return np.maximum.reduce(chances) if chances else np.zeros(len(comparisons[0].weight))


def _delay(comparison: Comparison) -> Reals:
    with np.errstate(invalid="ignore"):
        delay = comparison.factual.finish - comparison.counterfactual.finish
    return np.where(np.isnan(delay), 0.0, delay)


def _bands(
    affected_scenarios: AffectedScenarios, comparisons: list[Comparison], as_of: float, past_delay: Reals
) -> NDArray[np.int8]:
    is_waiting = affected_scenarios.select([comparison.factual.is_waiting for comparison in comparisons])
    with np.errstate(invalid="ignore"):
        hit_at = affected_scenarios.select([comparison.factual.hit_at for comparison in comparisons])
        is_over = (hit_at <= as_of) & ~is_waiting
    is_stuck = affected_scenarios.share(is_waiting) >= 0.5
    is_exposed = affected_scenarios.share(is_over | (past_delay > 0)) >= 0.5
    return np.where(is_stuck, 0, np.where(is_exposed, 1, 2)).astype(np.int8)


def _set_records_only(plan: Plan, outcomes: CohortOutcomes, records_only: Flags) -> None:
    """Where the order itself is not affected, its first affected record is its hit, at the step that emits
    it.
    """
    for record in outcomes.records:
        outcomes.likelihood = np.maximum(outcomes.likelihood, record.likelihood)
    if not records_only.any() or not outcomes.records:
        return
    first = np.argmax(np.stack([record.likelihood for record in outcomes.records]), axis=0)
    for n, record in enumerate(outcomes.records):
        rows = records_only & (first == n) & (record.likelihood > 0)
        outcomes.band[rows] = 3
        outcomes.hit_by[rows] = record.hit_by[rows]
        outcomes.hit_step[rows] = plan.workflow.records[record.bit][0]
        outcomes.hit_at[rows] = record.emitted_at[rows]
        outcomes.delay[rows] = 0.0
