"""Outcomes of classes of orders: same workflow, same step, same cell, same evidence, about the same moments."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graph_models.topology import Topology, Workflow
from impactgraph.forecast.cohort_outcomes import CohortOutcomes, cohort_outcomes
from impactgraph.forecast.comparison import Comparison
from impactgraph.forecast.current_step import CurrentStep, StepEvidence, current_step
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.gates import Flags
from impactgraph.forecast.plan import ImpairmentForecast, Plan, Segment, plan_for
from impactgraph.forecast.record_outcomes import RecordOutcomes, compare_records, record_outcomes
from impactgraph.forecast.scenarios import SCENARIOS, Reals
from impactgraph.forecast.simulate import (
    COUNTERFACTUAL,
    PendingDecision,
    SimulationMode,
    SimulationResult,
    SimulationStart,
    simulate,
    simulate_emissions,
)

_IMPAIRED, _STRUCK = (
    SimulationMode(with_failures=True),
    SimulationMode(with_failures=True, chance_occurs=True),
)


@dataclass(frozen=True)
class Cohorts:
    """Classes that stand in one step with the same evidence, each field (G,): when they entered it, by how much they were held before,
    where it is done, when its completion was told, and how much longer than usual it takes there. `pending`: a wrong decision was made about
    them, with `chance`."""

    step: int
    entered_at: Reals
    past_delay: Reals
    completion_recorded_at: Reals
    slowdown: Reals
    evidence: StepEvidence
    decision: PendingDecision | None = None
    decision_chance: float = 0.0

    def __len__(self) -> int:
        return len(self.entered_at)


@dataclass
class Forecaster:
    """One question: its topology, durations and hazards, the moment and the tolerance (milliseconds)."""

    topology: Topology
    durations: Durations
    impairments: ImpairmentForecast
    as_of: float
    tolerance: float
    _plans: dict[tuple[str, Segment], Plan] = field(default_factory=dict[tuple[str, Segment], Plan])

    def plan(self, workflow: Workflow, cell: Segment) -> Plan:
        found = self._plans.get((workflow.key, cell))
        if found is None:
            found = self._plans[workflow.key, cell] = plan_for(
                self.topology, workflow, self.durations, self.impairments, cell
            )
        return found

    def forecast(self, plan: Plan, groups: Sequence[Cohorts]) -> CohortOutcomes:
        """What is to come of all groups; the outcome has their classes one group after the other. Groups come in the order of `plan.order`."""
        here = [
            current_step(
                plan,
                g.step,
                g.entered_at,
                g.past_delay,
                g.completion_recorded_at,
                g.slowdown,
                g.evidence,
                self.as_of,
            )
            for g in groups
        ]
        pace = np.concatenate([g.slowdown for g in groups])
        impaired = simulate(
            plan,
            _starts(groups, [s.completion for s in here]),
            _IMPAIRED,
            self._held(groups, here),
            self.as_of,
            pace,
        )
        free = simulate(
            plan,
            _starts(groups, [s.without for s in here]),
            COUNTERFACTUAL,
            SimulationResult.blank(len(impaired.finish)),
            self.as_of,
            pace,
        )
        pairs = [Comparison(impaired, free, np.ones_like(impaired.finish))]
        if any(g.decision for g in groups) or any(
            plan.stages[i].is_uncertain for g in groups for i in plan.reach(g.step)
        ):
            pairs.append(self._struck(plan, groups, here, free, pace))
            pairs[0].weight = 1.0 - pairs[1].weight
        return cohort_outcomes(
            plan,
            self.impairments,
            pairs,
            self.tolerance,
            self.as_of,
            np.concatenate([g.past_delay for g in groups]),
        )

    def _held(self, groups: Sequence[Cohorts], here: Sequence[CurrentStep]) -> SimulationResult:
        """What has held the start of the step that they are in."""
        trace = SimulationResult.blank(sum(len(g) for g in groups))
        for rows, group, stands in zip(_rows(groups), groups, here, strict=True):
            hit = stands.hit_by >= 0
            trace.hit_by[rows] = stands.hit_by
            trace.hit_step[rows] = np.where(hit, np.int16(group.step), np.int16(-1))
            trace.hit_at[rows] = np.where(hit, group.entered_at[:, None], np.nan)
            trace.is_waiting[rows] = hit & stands.held_now
        return trace

    def _struck(
        self,
        plan: Plan,
        groups: Sequence[Cohorts],
        here: Sequence[CurrentStep],
        free: SimulationResult,
        pace: Reals,
    ) -> Comparison:
        """The world in which the coins strike, with its own without them."""
        trace = SimulationResult.blank(len(free.finish))
        completions, without = [s.completion for s in here], [s.without for s in here]
        wrong: list[tuple[PendingDecision, Flags]] = []
        for n, (rows, group, stands) in enumerate(zip(_rows(groups), groups, here, strict=True)):
            by_coin = stands.struck_by >= 0
            trace.hit_by[rows] = np.where(by_coin, stands.struck_by, stands.hit_by)
            hit = trace.hit_by[rows] >= 0
            trace.hit_step[rows] = np.where(hit, np.int16(group.step), np.int16(-1))
            trace.hit_at[rows] = np.where(hit, group.entered_at[:, None], np.nan)
            trace.is_waiting[rows] = hit & stands.held_now
            if stands.struck is not None and stands.without_struck is not None:
                met = stands.chance > 0
                completions[n], without[n] = (
                    np.where(met, stands.struck, stands.completion),
                    np.where(met, stands.without_struck, stands.without),
                )
                trace.is_waiting[rows] = hit & np.where(by_coin, stands.struck > self.as_of, stands.held_now)
                trace.chance[rows] = stands.chance
            if group.decision is not None:
                self._decided(plan, trace, rows, group, group.decision)
                mine = np.zeros(len(free.finish), bool)
                mine[rows] = True
                wrong.append((group.decision, mine))
        if any(s.struck is not None for s in here):
            free = simulate(
                plan,
                _starts(groups, without),
                COUNTERFACTUAL,
                SimulationResult.blank(len(free.finish)),
                self.as_of,
                pace,
            )
        struck = simulate(plan, _starts(groups, completions), _STRUCK, trace, self.as_of, pace, wrong)
        return Comparison(struck, free, struck.chance)

    def _decided(
        self, plan: Plan, trace: SimulationResult, rows: slice, group: Cohorts, pending: PendingDecision
    ) -> None:
        trace.chance[rows] = 1 - (1 - trace.chance[rows]) * (1 - group.decision_chance)
        trace.add_wrong_decision(rows, group.decision_chance)
        first = trace.hit_by[rows] < 0
        trace.hit_by[rows][first] = plan.stages[pending.step].content_barriers[0].index
        trace.hit_step[rows][first] = pending.step
        trace.hit_at[rows][first] = self.as_of - 1.0

    def forecast_rerouted(
        self, plan: Plan, groups: Sequence[Cohorts], went: Reals, decision: PendingDecision
    ) -> CohortOutcomes:
        """Orders that a wrong decision sent elsewhere: without it they had gone on from where it comes to light when they were rerouted, at `went` (G,)."""
        here = [
            current_step(
                plan,
                g.step,
                g.entered_at,
                g.past_delay,
                g.completion_recorded_at,
                g.slowdown,
                g.evidence,
                self.as_of,
            )
            for g in groups
        ]
        pace = np.concatenate([g.slowdown for g in groups])
        trace = SimulationResult.blank(len(went))
        trace.hit_by[:] = plan.stages[decision.step].content_barriers[0].index
        trace.hit_step[:] = decision.step
        trace.hit_at[:] = went[:, None]
        trace.add_wrong_decision(slice(0, len(went)), 1.0)
        impaired = simulate(
            plan, _starts(groups, [s.completion for s in here]), _IMPAIRED, trace, self.as_of, pace
        )
        gone = SimulationStart(slice(0, len(went)), np.broadcast_to(went[:, None], (len(went), SCENARIOS)))
        free = simulate(
            plan,
            {decision.surfacing_step: gone},
            COUNTERFACTUAL,
            SimulationResult.blank(len(went)),
            self.as_of,
            pace,
        )
        return cohort_outcomes(
            plan,
            self.impairments,
            [Comparison(impaired, free, np.ones_like(free.finish))],
            self.tolerance,
            self.as_of,
            np.ones(len(went)),
        )

    def forecast_past_records(
        self, plan: Plan, index: int, completed: Reals, shift: Reals
    ) -> list[RecordOutcomes]:
        """Records of a step that was completed at `completed` (G,), later by `shift` than without the failures."""
        worlds = [
            simulate_emissions(
                plan, index, np.broadcast_to(at[:, None], (len(at), SCENARIOS)), world, self.as_of
            )
            for world, at in ((_IMPAIRED, completed), (COUNTERFACTUAL, completed - shift))
        ]
        pair = Comparison(worlds[0], worlds[1], np.ones((len(completed), SCENARIOS)))
        return record_outcomes(plan, [pair], [compare_records(plan, pair, self.tolerance)])


def _rows(groups: Sequence[Cohorts]) -> list[slice]:
    ends = np.cumsum([len(g) for g in groups]).tolist()
    return [slice(int(end) - len(g), int(end)) for end, g in zip(ends, groups, strict=True)]


def _starts(groups: Sequence[Cohorts], completions: Sequence[Reals]) -> dict[int, SimulationStart]:
    """By step: the completions of all its groups, which follow each other."""
    found: dict[int, SimulationStart] = {}
    for rows, group, completion in zip(_rows(groups), groups, completions, strict=True):
        before = found.get(group.step)
        joined = (
            SimulationStart(
                slice(before.rows.start, rows.stop), np.concatenate([before.completion, completion])
            )
            if before
            else SimulationStart(rows, completion)
        )
        found[group.step] = joined
    return found
