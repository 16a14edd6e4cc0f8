"""Forecasts of cohorts under the impairments of one question, and of the records of their past steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graph_models.topology import Topology, Workflow
from impactgraph.forecast.cohort_outcomes import CohortOutcomes, cohort_outcomes
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.comparison import Comparison
from impactgraph.forecast.current_step import CurrentStep, StepCompletion, current_step
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.gates import Flags
from impactgraph.forecast.plan import ImpairmentForecast, Plan, Segment, plan_for
from impactgraph.forecast.record_outcomes import RecordOutcomes, compare_records, record_outcomes
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulate import (
    COUNTERFACTUAL,
    FACTUAL,
    FACTUAL_BY_CHANCE,
    PendingDecision,
    SimulationResult,
    SimulationSetup,
    SimulationStart,
    simulate,
    simulate_emissions,
)


@dataclass
class Forecaster:
    """The forecasts of one question: its topology, durations and impairments, moment and tolerance
    (milliseconds).

    With `keeps_steps` the outcomes have the expected steps of each cohort; this costs an array for each step.
    """

    topology: Topology
    durations: Durations
    impairments: ImpairmentForecast
    as_of: float
    tolerance: float
    keeps_steps: bool = False
    _plans: dict[tuple[int, Segment], Plan] = field(default_factory=dict[tuple[int, Segment], Plan])

    def plan(self, workflow: Workflow, segment: Segment) -> Plan:
        # By identity: a workflow may have several definitions, and a plan keeps its own alive.
        plan = self._plans.get((id(workflow), segment))
        if plan is None:
            plan = plan_for(
                topology=self.topology,
                workflow=workflow,
                durations=self.durations,
                impairments=self.impairments,
                segment=segment,
            )
            self._plans[id(workflow), segment] = plan
        return plan

    def forecast(self, plan: Plan, groups: Sequence[Cohorts]) -> CohortOutcomes:
        """The outcomes of all cohorts, group after group. Groups are ordered by step as in `plan.order`."""
        current = [current_step(plan.stages[group.step], group, self.as_of) for group in groups]
        setup = self._setup(plan, groups)
        certain = [each.certain for each in current]
        factual = simulate(
            setup,
            FACTUAL,
            _starts(groups, [completion.factual for completion in certain]),
            _current_hits(setup, groups, certain),
        )
        counterfactual = simulate(
            setup,
            COUNTERFACTUAL,
            _starts(groups, [completion.counterfactual for completion in certain]),
            setup.blank_result,
        )
        comparisons = [Comparison(factual, counterfactual, np.ones_like(factual.finish))]
        if any(group.decision for group in groups) or any(
            plan.stages[step].is_uncertain for group in groups for step in plan.reach(group.step)
        ):
            comparisons.append(_compare_by_chance(setup, groups, current, counterfactual))
            comparisons[0].weight = 1.0 - comparisons[1].weight
        return self._outcomes(setup, comparisons, np.concatenate([group.past_delays for group in groups]))

    def forecast_after_reroute(
        self, plan: Plan, groups: Sequence[Cohorts], rerouted_at: Reals, decision: PendingDecision
    ) -> CohortOutcomes:
        """Outcomes of cohorts that a wrong decision sent elsewhere at `rerouted_at` (G,).

        Without it they had gone on then from where it surfaces.
        """
        current = [current_step(plan.stages[group.step], group, self.as_of) for group in groups]
        setup = self._setup(plan, groups)
        result = setup.blank_result
        result.hit_by[:] = plan.stages[decision.step].content_barriers[0].index
        result.hit_step[:] = decision.step
        result.hit_at[:] = rerouted_at[:, None]
        every = slice(0, len(rerouted_at))
        result.add_wrong_decision(every, 1.0)
        starts = _starts(groups, [each.certain.factual for each in current])
        factual = simulate(setup, FACTUAL, starts, result)
        surfacing_at = np.broadcast_to(rerouted_at[:, None], (len(rerouted_at), SCENARIOS))
        without_decision = {decision.surfacing_step: SimulationStart(every, surfacing_at)}
        counterfactual = simulate(setup, COUNTERFACTUAL, without_decision, setup.blank_result)
        comparison = Comparison(factual, counterfactual, np.ones_like(factual.finish))
        return self._outcomes(setup, [comparison], np.ones_like(factual.finish))

    def forecast_past_records(
        self, plan: Plan, step: int, completed_at: Reals, past_delay: Reals
    ) -> list[RecordOutcomes]:
        """Outcomes of the records of a step completed at `completed_at` (G,), later by `past_delay` (G,)."""
        setup = SimulationSetup(plan, self.as_of, np.ones(len(completed_at)))
        shape = len(completed_at), SCENARIOS
        factual, counterfactual = (
            simulate_emissions(setup, mode, step, np.broadcast_to(at[:, None], shape))
            for mode, at in ((FACTUAL, completed_at), (COUNTERFACTUAL, completed_at - past_delay))
        )
        comparison = Comparison(factual, counterfactual, np.ones(shape))
        return record_outcomes(plan, [comparison], [compare_records(plan, comparison, self.tolerance)])

    def _setup(self, plan: Plan, groups: Sequence[Cohorts]) -> SimulationSetup:
        slowdown = np.concatenate([group.slowdown for group in groups])
        return SimulationSetup(plan, self.as_of, slowdown, self.keeps_steps)

    def _outcomes(
        self, setup: SimulationSetup, comparisons: list[Comparison], past_delay: Reals
    ) -> CohortOutcomes:
        return cohort_outcomes(
            setup=setup,
            comparisons=comparisons,
            impairments=self.impairments,
            tolerance=self.tolerance,
            past_delay=past_delay,
        )


def _compare_by_chance(
    setup: SimulationSetup,
    groups: Sequence[Cohorts],
    current: Sequence[CurrentStep],
    counterfactual: SimulationResult,
) -> Comparison:
    """The comparison in which the uncertain impairments occur."""
    completions = [each.by_chance or each.certain for each in current]
    result = _current_hits(setup, groups, completions)
    decisions: list[tuple[PendingDecision, Flags]] = []
    for rows, group, each in zip(_rows(groups), groups, current, strict=True):
        result.chance[rows] = each.chance
        if group.decision is not None:
            _add_decision(
                setup=setup, result=result, rows=rows, decision=group.decision, chance=group.decision_chance
            )
            has_decision = np.zeros(len(setup.slowdown), bool)
            has_decision[rows] = True
            decisions.append((group.decision, has_decision))
    if any(each.by_chance is not None for each in current):
        starts = _starts(groups, [completion.counterfactual for completion in completions])
        counterfactual = simulate(setup, COUNTERFACTUAL, starts, setup.blank_result)
    starts = _starts(groups, [completion.factual for completion in completions])
    factual = simulate(setup=setup, mode=FACTUAL_BY_CHANCE, starts=starts, result=result, decisions=decisions)
    return Comparison(factual, counterfactual, factual.chance)


def _current_hits(
    setup: SimulationSetup, groups: Sequence[Cohorts], completions: Sequence[StepCompletion]
) -> SimulationResult:
    """A result with the hits at the start of the current steps."""
    result = setup.blank_result
    for rows, group, completion in zip(_rows(groups), groups, completions, strict=True):
        is_hit = completion.hit_by >= 0
        result.hit_by[rows] = completion.hit_by
        result.hit_step[rows] = np.where(is_hit, np.int16(group.step), np.int16(-1))
        result.hit_at[rows] = np.where(is_hit, group.entered_at[:, None], np.nan)
        result.is_waiting[rows] = is_hit & completion.is_held
    return result


def _add_decision(
    setup: SimulationSetup, result: SimulationResult, rows: slice, decision: PendingDecision, chance: float
) -> None:
    result.chance[rows] = 1 - (1 - result.chance[rows]) * (1 - chance)
    result.add_wrong_decision(rows, chance)
    first = result.hit_by[rows] < 0
    result.hit_by[rows][first] = setup.plan.stages[decision.step].content_barriers[0].index
    result.hit_step[rows][first] = decision.step
    result.hit_at[rows][first] = setup.as_of - 1.0


def _rows(groups: Sequence[Cohorts]) -> list[slice]:
    ends = np.cumsum([len(group) for group in groups]).tolist()
    return [slice(int(end) - len(group), int(end)) for end, group in zip(ends, groups, strict=True)]


def _starts(groups: Sequence[Cohorts], completions: Sequence[Reals]) -> dict[int, SimulationStart]:
    """By step: the completions of all its groups, which follow each other."""
    starts: dict[int, SimulationStart] = {}
    for rows, group, completion in zip(_rows(groups), groups, completions, strict=True):
        before = starts.get(group.step)
        if before:
            joint = np.concatenate([before.completion, completion])
            starts[group.step] = SimulationStart(slice(before.rows.start, rows.stop), joint)
        else:
            starts[group.step] = SimulationStart(rows, completion)
    return starts
