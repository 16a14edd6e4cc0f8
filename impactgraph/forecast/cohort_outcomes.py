"""Outcomes of cohorts: how likely, how much and by what the failures affect them, over all scenarios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Band
from impactgraph.forecast.barriers import Flags
from impactgraph.forecast.comparison import AffectedScenarios, Comparison, Positions
from impactgraph.forecast.completions import CohortCompletions, Completions, JoinedCompletions
from impactgraph.forecast.expected_steps import CohortSteps, JoinedSteps, ScenarioSteps
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.record_outcomes import (
    NONE_COME,
    RecordComparison,
    RecordOutcomes,
    compare_records,
    join_records,
    record_outcomes,
)
from impactgraph.forecast.scenario_likelihoods import ScenarioLikelihoods
from impactgraph.forecast.scenarios import Reals
from impactgraph.forecast.simulation import Indexes, SimulationResult, SimulationSetup

BANDS = (Band.STUCK, Band.EXPOSED, Band.UPCOMING, Band.RECORDS_ONLY)
"""By code, the worst first."""


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
    records: list[RecordOutcomes]
    completions: CohortCompletions
    """In all scenarios."""
    steps: CohortSteps | None = None
    """None unless the forecast keeps departures."""
    hits_at_entry: Flags | None = None
    """Whether the first hit is at the entry to the present step; None: of none."""
    scenario_likelihoods: ScenarioLikelihoods | None = None
    """Of being affected in any way; None: the same in all scenarios."""


def cohort_outcomes(
    setup: SimulationSetup,
    comparison: Comparison,
    past_delay: Reals,
    come: Mapping[int, Flags] = NONE_COME,
) -> CohortOutcomes:
    """`past_delay` (G, K): by how much the failures held the cohorts in earlier steps; `come`: by record bit,
    of which cohorts (G,) it has come.
    """
    plan = setup.plan
    factual = comparison.factual
    delay = _delay(comparison)
    flow = (delay > setup.tolerance) | factual.has_content_effect
    affected_scenarios = AffectedScenarios.of(comparison.weight, flow)
    records = compare_records(plan, comparison, setup.tolerance, come, setup.as_of)
    is_affected = flow | records.any
    outcomes = CohortOutcomes(
        likelihood=AffectedScenarios.of(comparison.weight, is_affected).likelihood,
        flow_likelihood=affected_scenarios.likelihood,
        wrong_decision_likelihood=AffectedScenarios.of(comparison.weight, factual.wrong_decision).likelihood,
        band=bands(affected_scenarios, factual, setup.as_of, past_delay),
        hit_by=affected_scenarios.mode(factual.hit_by),
        hit_step=affected_scenarios.mode(factual.hit_step),
        hit_at=affected_scenarios.median(factual.hit_at),
        delay=affected_scenarios.median(delay),
        finish=affected_scenarios.median(factual.finish),
        records=record_outcomes(plan, comparison, records),
        completions=Completions.of(comparison),
        scenario_likelihoods=ScenarioLikelihoods.of(is_affected, comparison.weight),
    )
    records_only = outcomes.flow_likelihood <= np.maximum(outcomes.likelihood * 0.05, 1e-9)
    _set_records_only(plan, outcomes, records_only, records, comparison.weight)
    if setup.keeps_departures:
        outcomes.steps = ScenarioSteps(plan, factual, affected_scenarios)
    return outcomes


def join_outcomes(parts: Sequence[tuple[Positions, CohortOutcomes]]) -> CohortOutcomes:
    """Outcomes of all cohorts from those of some of them, each with their positions."""
    if len(parts) == 1:
        return parts[0][1]

    def joined(name: str) -> NDArray[Any]:
        columns = [(at, getattr(outcomes, name)) for at, outcomes in parts]
        whole = np.empty(sum(len(at) for at, _ in parts), columns[0][1].dtype)
        for at, values in columns:
            whole[at] = values
        return whole

    likelihoods = [(at, outcomes.scenario_likelihoods) for at, outcomes in parts]
    steps = [(at, outcomes.steps) for at, outcomes in parts if outcomes.steps is not None]
    return CohortOutcomes(
        likelihood=joined("likelihood"),
        flow_likelihood=joined("flow_likelihood"),
        wrong_decision_likelihood=joined("wrong_decision_likelihood"),
        band=joined("band"),
        hit_by=joined("hit_by"),
        hit_step=joined("hit_step"),
        hit_at=joined("hit_at"),
        delay=joined("delay"),
        finish=joined("finish"),
        records=join_records([(at, outcomes.records) for at, outcomes in parts]),
        completions=JoinedCompletions([(at, outcomes.completions) for at, outcomes in parts]),
        scenario_likelihoods=ScenarioLikelihoods.join(sum(len(at) for at, _ in parts), likelihoods),
        steps=JoinedSteps(steps) if steps else None,
    )


def _delay(comparison: Comparison) -> Reals:
    with np.errstate(invalid="ignore"):
        delay = comparison.factual.finish - comparison.counterfactual.finish
    return np.where(np.isnan(delay), 0.0, delay)


def bands(
    affected_scenarios: AffectedScenarios, factual: SimulationResult, as_of: float, past_delay: Reals
) -> NDArray[np.int8]:
    """By what is at least as likely as not: that it waits, that it was affected before; else that one of both
    is so, by the likelier one. What is affected for the first time later is none of them.
    """
    with np.errstate(invalid="ignore"):
        is_over = (factual.hit_at <= as_of) & ~factual.is_waiting
    strata = factual.finish.shape[1] // past_delay.shape[1]
    was_affected = is_over | np.tile(past_delay > 0, (1, strata))
    waits = affected_scenarios.share(factual.is_waiting)
    before = affected_scenarios.share(was_affected)
    is_either = affected_scenarios.share(factual.is_waiting | was_affected) >= 0.5
    is_stuck = (waits >= 0.5) | ((before < 0.5) & is_either & (waits >= before))
    is_exposed = (before >= 0.5) | is_either
    return np.where(is_stuck, 0, np.where(is_exposed, 1, 2)).astype(np.int8)


def _set_records_only(
    plan: Plan,
    outcomes: CohortOutcomes,
    records_only: Flags,
    comparison: RecordComparison,
    weight: Reals | None,
) -> None:
    """Where the order itself is not affected, its first affected record is its hit, at the step that emits
    it.
    """
    if not outcomes.records:
        return
    likelihoods = np.stack([record.likelihood for record in outcomes.records])
    outcomes.likelihood = np.maximum(outcomes.likelihood, likelihoods.max(axis=0))
    at = np.flatnonzero(records_only & (likelihoods.max(axis=0) > 0))
    if not len(at):
        return
    first = np.argmax(likelihoods[:, at], axis=0)
    hit_by, emitted_at = comparison.first_hits(plan, first, at, weight)
    steps = np.array([plan.workflow.records[record.bit][0] for record in outcomes.records], np.int16)
    outcomes.band[at] = 3
    outcomes.hit_by[at] = hit_by
    outcomes.hit_step[at] = steps[first]
    outcomes.hit_at[at] = emitted_at
    outcomes.delay[at] = 0.0
