"""Forecasts of cohorts under the impairments of one question, and of the records of their past steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np

from graph_models.topology import Topology, Workflow
from impactgraph.forecast.barriers import Flags, Occurs, only_certain
from impactgraph.forecast.cohort_outcomes import CohortOutcomes, cohort_outcomes, join_outcomes
from impactgraph.forecast.cohorts import Cohorts
from impactgraph.forecast.comparison import (
    AffectedScenarios,
    Comparison,
    Positions,
    join_strata,
)
from impactgraph.forecast.completions import Completions
from impactgraph.forecast.current_step import StepCompletion, current_step
from impactgraph.forecast.current_visit import stay_shows_way
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.expected_steps import ScenarioSteps
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.forecast.lost_records import absence_chance
from impactgraph.forecast.make_plan import plan_for
from impactgraph.forecast.plan import Plan
from impactgraph.forecast.record_outcomes import RecordOutcomes, compare_records, record_outcomes
from impactgraph.forecast.scenarios import RESIDUAL_LIKELIHOOD, SCENARIOS, Reals
from impactgraph.forecast.segment import Segment
from impactgraph.forecast.simulate import simulate, simulate_emissions
from impactgraph.forecast.simulation import (
    PendingDecision,
    SimulationResult,
    SimulationSetup,
    SimulationStart,
    StaleRead,
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

    def without_failures(self) -> "Forecaster":
        """The same moment, as if nothing had failed."""
        return replace(self, impairments=ImpairmentForecast(), keeps_steps=False, _plans={})

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
        """The outcomes of all cohorts, group after group. Groups are ordered by step as in `plan.order`.

        Groups are compared together that take part in the same strata, so that an answer does not depend on
        who else is asked about, and what is certain costs one stratum only, without weights.
        """
        weights = [_stratum_weights(plan, group) for group in groups]
        classes: dict[tuple[tuple[bool, ...], bool], list[int]] = {}
        for n, (group, of_group) in enumerate(zip(groups, weights, strict=True)):
            strata = tuple(weight > 0 for weight in of_group)
            classes.setdefault((strata, stay_shows_way(plan, group.step, self.as_of)), []).append(n)
        sizes = [len(group) for group in groups]
        group_of: Positions = np.repeat(np.arange(len(groups)), sizes)
        parts: list[tuple[Positions, CohortOutcomes]] = []
        for (strata, _), members in classes.items():
            chances = [[w for w in weights[n] if w > 0] for n in members]
            every = [stratum for stratum, is_met in zip(plan.strata, strata, strict=True) if is_met]
            is_member = np.zeros(len(groups), bool)
            is_member[members] = True
            at: Positions = np.flatnonzero(is_member.take(group_of))
            parts.append((at, self._outcomes(plan, [groups[n] for n in members], every, chances)))
        return join_outcomes(parts)

    def _outcomes(
        self,
        plan: Plan,
        groups: Sequence[Cohorts],
        strata: Sequence[Occurs],
        chances: Sequence[Sequence[float]],
    ) -> CohortOutcomes:
        """Of groups that take part in these strata; `chances`: for each group, of each stratum."""
        setup = self._setup(plan, groups)
        by_strata = _SharedByStrata(setup, groups)
        comparison = join_strata(
            [
                self._compare(by_strata, occurs, [of_group[n] for of_group in chances])
                for n, occurs in enumerate(strata)
            ]
        )
        past_delay = np.concatenate([group.past_delays for group in groups])
        return cohort_outcomes(setup, comparison, past_delay, _records_come(plan, groups))

    def _compare(self, strata: "_SharedByStrata", occurs: Occurs, chances: Sequence[float]) -> Comparison:
        """The comparison of groups in one stratum, with its chance for each."""
        setup, groups = strata.setup, strata.groups
        completions = strata.present_steps(occurs)
        result = _current_hits(setup, groups, completions)
        decisions = _made_decisions(setup, groups, occurs, result)
        factual = simulate(
            setup, occurs, _starts(groups, [c.with_failures for c in completions]), result, decisions
        )
        counterfactual = strata.simulation([c.without_failures for c in completions])
        _fill_readiness(setup, groups, factual, counterfactual)
        if min(chances) >= 1.0 and all(c.weight is None for c in completions):
            return Comparison(factual, counterfactual)
        weights = [
            np.full((len(group), SCENARIOS), chance) * (1.0 if c.weight is None else c.weight)
            for group, chance, c in zip(groups, chances, completions, strict=True)
        ]
        weight = np.concatenate(weights) * _absence_of_records(setup, groups, factual)
        return Comparison(factual, counterfactual, weight)

    def expected_completions(
        self, plan: Plan, groups: Sequence[Cohorts]
    ) -> tuple[Reals, ScenarioSteps | None]:
        """(G,) medians of the completion, whether or not the failures affect a cohort, with the steps up to
        it where they are kept.
        """
        current = [current_step(plan, group, self.as_of, only_certain) for group in groups]
        setup = self._setup(plan, groups)
        starts = _starts(groups, [completion.with_failures for completion in current])
        result = simulate(setup, only_certain, starts, _current_hits(setup, groups, current))
        every = AffectedScenarios.every(len(result.finish))
        return every.median(result.finish), ScenarioSteps(plan, result, every) if self.keeps_steps else None

    def completions(self, plan: Plan, groups: Sequence[Cohorts]) -> Completions:
        """Of all cohorts, of a plan that nothing impairs: with the failures they are as without."""
        current = [current_step(plan, group, self.as_of, only_certain) for group in groups]
        setup = self._setup(plan, groups)
        starts = _starts(groups, [completion.without_failures for completion in current])
        result = simulate(setup, None, starts, setup.blank_result)
        _fill_readiness(setup, groups, result, result)
        weights = [
            np.ones((len(g), SCENARIOS)) * (1.0 if c.weight is None else c.weight)
            for g, c in zip(groups, current, strict=True)
        ]
        weight = np.concatenate(weights)
        finish = result.fulfilled_at
        return Completions(finish, finish, weight / weight.sum(axis=1, keepdims=True))

    def forecast_after_reroute(
        self, plan: Plan, groups: Sequence[Cohorts], rerouted_at: Reals, read: StaleRead
    ) -> CohortOutcomes:
        """Outcomes of cohorts that a wrong decision sent elsewhere at `rerouted_at` (G,).

        Without it they had gone on then from where it surfaces.
        """
        current = [current_step(plan, group, self.as_of, only_certain) for group in groups]
        setup = self._setup(plan, groups)
        result = setup.blank_result
        result.hit_by[:] = read.barrier.index
        result.hit_step[:] = read.decision.step
        result.hit_at[:] = rerouted_at[:, None]
        result.hit_matters[:] = True
        result.has_content_effect[:] = True
        result.wrong_decision[:] = True
        starts = _starts(groups, [each.with_failures for each in current])
        factual = simulate(setup, only_certain, starts, result)
        surfacing_at = np.broadcast_to(rerouted_at[:, None], (len(rerouted_at), SCENARIOS))
        every = slice(0, len(rerouted_at))
        without_decision = {read.decision.surfacing_step: SimulationStart(every, surfacing_at)}
        counterfactual = simulate(setup, None, without_decision, setup.blank_result)
        past_delay = np.ones_like(factual.finish)
        return cohort_outcomes(setup, Comparison(factual, counterfactual), past_delay)

    def forecast_past_records(
        self, plan: Plan, step: int, completed_at: Reals, past_delay: Reals
    ) -> list[RecordOutcomes]:
        """Outcomes of the records of a step completed at `completed_at` (G,), later by `past_delay` (G,)."""
        setup = SimulationSetup(plan, self.as_of, self.tolerance, np.ones(len(completed_at)))
        shape = len(completed_at), SCENARIOS
        completion = np.broadcast_to(completed_at[:, None], shape)
        without = np.broadcast_to((completed_at - past_delay)[:, None], shape)
        counterfactual = simulate_emissions(setup, None, step, without)
        strata = [
            Comparison(
                simulate_emissions(setup, occurs, step, completion),
                counterfactual,
                np.full(shape, weight) if weight < 1.0 else None,
            )
            for occurs, weight in zip(plan.strata, plan.weights((step,)), strict=True)
            if weight > 0
        ]
        comparison = join_strata(strata)
        return record_outcomes(plan, comparison, compare_records(plan, comparison, self.tolerance))

    def _setup(self, plan: Plan, groups: Sequence[Cohorts]) -> SimulationSetup:
        slowdown = np.concatenate([group.slowdown for group in groups])
        return SimulationSetup(plan, self.as_of, self.tolerance, slowdown, self.keeps_steps)


class _SharedByStrata:
    """What strata have in common: how the present step of a group ends where the same of its barriers occur,
    and the simulations without the failures where all present steps end alike.
    """

    def __init__(self, setup: SimulationSetup, groups: Sequence[Cohorts]) -> None:
        self.setup, self.groups = setup, groups
        self._last: tuple[list[SimulationStart], SimulationResult] | None = None
        self._ends: dict[tuple[int, tuple[bool, ...]], StepCompletion] = {}

    def present_steps(self, occurs: Occurs) -> list[StepCompletion]:
        """How the present step of each group ends in a stratum."""
        return [self._present_step(number, group, occurs) for number, group in enumerate(self.groups)]

    def _present_step(self, number: int, group: Cohorts, occurs: Occurs) -> StepCompletion:
        plan, as_of = self.setup.plan, self.setup.as_of
        flags = tuple(occurs(barrier) for barrier in plan.stages[group.step].barriers)
        in_all_or_none = tuple(flag for flag in flags if isinstance(flag, bool))
        if len(in_all_or_none) < len(flags):
            return current_step(plan, group, as_of, occurs)
        key = number, in_all_or_none
        end = self._ends.get(key)
        if end is None:
            end = self._ends[key] = current_step(plan, group, as_of, occurs)
        return end

    def simulation(self, starts: list[SimulationStart]) -> SimulationResult:
        """By the ends of the present steps, group by group."""
        if self._last is not None and all(map(SimulationStart.equals, self._last[0], starts)):
            return self._last[1]
        result = simulate(self.setup, None, _starts(self.groups, starts), self.setup.blank_result)
        self._last = starts, result
        return result


def _stratum_weights(plan: Plan, group: Cohorts) -> tuple[float, ...]:
    """Probability of each stratum of the plan for a group: by the events on its way, and by its decisions."""
    decision_steps = {read.decision.step for read in group.stale_reads}
    return plan.weights((*sorted(plan.reach(group.step)), *sorted(decision_steps)))


def _current_hits(
    setup: SimulationSetup, groups: Sequence[Cohorts], completions: Sequence[StepCompletion]
) -> SimulationResult:
    """A result with the hits at the start of the current steps."""
    result = setup.blank_result
    for rows, group, completion in zip(_rows(groups), groups, completions, strict=True):
        is_start = completion.hit_by >= 0
        hit_by, hit_at = completion.hit_by, completion.met_at
        if completion.longer_barrier is not None and completion.longer_barrier_since is not None:
            hit_by = np.where(is_start, hit_by, completion.longer_barrier)
            hit_at = np.where(is_start, hit_at, np.fmax(hit_at, completion.longer_barrier_since))
        is_hit = hit_by >= 0
        if not is_hit.any():
            continue
        result.hit_by[rows] = hit_by
        result.hit_step[rows] = np.where(is_hit, np.int16(group.step), np.int16(-1))
        result.hit_at[rows] = np.where(is_hit, hit_at, np.nan)
        result.is_waiting[rows] = is_start & completion.is_held
        with np.errstate(invalid="ignore"):
            delay = completion.factual - completion.counterfactual
        result.hit_matters[rows] = is_start & (delay > setup.tolerance)
    return result


def _fill_readiness(
    setup: SimulationSetup,
    groups: Sequence[Cohorts],
    factual: SimulationResult,
    counterfactual: SimulationResult,
) -> None:
    """Writes when what is in the step where an order waits for its customer became ready: at its entry, and
    without the failures before it by what they had held it.
    """
    for rows, group in zip(_rows(groups), groups, strict=True):
        if group.step != setup.plan.promise_stage:
            continue
        for result, hold in ((factual, 0.0), (counterfactual, group.past_delays)):
            if result.readiness is None:
                result.readiness = np.full_like(result.finish, np.nan)
            result.readiness[rows] = group.entered_at[:, None] - hold


def _made_decisions(
    setup: SimulationSetup, groups: Sequence[Cohorts], occurs: Occurs, result: SimulationResult
) -> list[tuple[PendingDecision, Flags]]:
    """Decisions that the groups made on stale data, and where (G, K) they are wrong; writes them as hits."""
    decisions: list[tuple[PendingDecision, Flags]] = []
    for rows, group in zip(_rows(groups), groups, strict=True):
        for read in group.stale_reads:
            is_wrong = np.zeros(result.finish.shape, bool)
            is_wrong[rows] = occurs(read.barrier)
            if is_wrong.any():
                result.wrong_decision |= is_wrong
                result.has_content_effect |= is_wrong
                first = is_wrong & ~result.hit_matters
                result.hit_by[first] = read.barrier.index
                result.hit_step[first] = read.decision.step
                result.hit_at[first] = setup.as_of - 1.0
                result.hit_matters |= is_wrong
                decisions.append((read.decision, is_wrong))
    return decisions


def _records_come(plan: Plan, groups: Sequence[Cohorts]) -> dict[int, Flags]:
    """By record bit: of which cohorts of all groups (G,) it has come."""
    total = sum(map(len, groups))
    come: dict[int, Flags] = {}
    for rows, group in zip(_rows(groups), groups, strict=True):
        if group.records_come is None:
            continue
        for n, record in enumerate(plan.stages[group.step].records):
            come.setdefault(record.bit, np.zeros(total, bool))[rows] = (group.records_come >> n) & 1 > 0
    return come


def _absence_of_records(
    setup: SimulationSetup, groups: Sequence[Cohorts], result: SimulationResult
) -> Reals | float:
    """(G, K) how likely it is that the records of the present steps that may be lost by chance have not come,
    of those that have not.
    """
    steps = {group.step for group in groups}
    records = [record for step in steps for record in setup.plan.stages[step].records]
    uncertain = [r for r in records if r.gate.uncertain_barriers and r.bit in result.record_arrivals]
    if not uncertain:
        return 1.0
    come = _records_come(setup.plan, groups)
    likelihood = np.ones(result.finish.shape)
    for record in uncertain:
        arrival = np.nan_to_num(result.record_arrivals[record.bit], nan=np.inf)
        absence = np.maximum(
            absence_chance(record, arrival, setup.as_of, setup.tolerance), RESIDUAL_LIKELIHOOD
        )
        likelihood *= np.where(come[record.bit][:, None], 1.0, absence) if record.bit in come else absence
    return likelihood


def _rows(groups: Sequence[Cohorts]) -> list[slice]:
    sizes = [len(group) for group in groups]
    return [slice(end - size, end) for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _starts(groups: Sequence[Cohorts], ends: Sequence[SimulationStart]) -> dict[int, SimulationStart]:
    """By step, with all its groups, which follow each other; `ends`: of the present step of each group."""
    by_step: dict[int, list[SimulationStart]] = {}
    for rows, group, end in zip(_rows(groups), groups, ends, strict=True):
        by_step.setdefault(group.step, []).append(replace(end, rows=rows))
    return {step: SimulationStart.join(parts) for step, parts in by_step.items()}
