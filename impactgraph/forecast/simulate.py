"""Vectorised simulation of cohorts from their current step to the end of the workflow, in all scenarios at
once.

It composes the gates of the steps. With the impairments it gives what is expected (factual), without them
what would have been (counterfactual); the difference of the two is the effect of the failures. Arrays are (G,
K): G cohorts, K scenarios; NaN where a cohort does not come to a step in a scenario. Cohorts are ordered by
their current step as in `Plan.order`. Costs a few array operations a step.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from impactgraph.forecast.barriers import SENDING, Barrier, Flags, Occurs
from impactgraph.forecast.gates import Gate, Passage
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.forecast.simulation import (
    NOBODY,
    Indexes,
    PendingDecision,
    RecordDefect,
    SimulationResult,
    SimulationSetup,
    SimulationStart,
)
from impactgraph.forecast.stage import Stage


def simulate(
    setup: SimulationSetup,
    occurs: Occurs | None,
    starts: Mapping[int, SimulationStart],
    result: SimulationResult,
    decisions: Sequence[tuple[PendingDecision, Flags]] = (),
) -> SimulationResult:
    """The filled `result`, from the completions at `starts` (by step) on.

    `occurs`: which barriers do; None: what would be without the failures. Hits that `result` holds already
    come first. `decisions`: earlier wrong ones, each with where (G, K).
    """
    _Simulation(setup, occurs, result, decisions).run(starts)
    return result


def simulate_emissions(
    setup: SimulationSetup, occurs: Occurs | None, step: int, completion: Reals
) -> SimulationResult:
    """The records of one step only, which is completed at (G, K)."""
    simulation = _Simulation(setup, occurs, setup.blank_result, ())
    simulation.emit(setup.plan.stages[step], completion)
    return simulation.result


def _extra_stay(start: SimulationStart, rows: int) -> Reals | None:
    """(rows, K) how much longer than its way on takes what starts there stays: infinite where it is given
    up. None: no longer.
    """
    if start.is_given_up is None and start.overstay is None:
        return None
    extra = np.zeros((rows, SCENARIOS))
    if start.overstay is not None:
        extra[start.rows] = start.overstay
    if start.is_given_up is not None:
        extra[start.rows][start.is_given_up] = np.inf
    return extra


class _Simulation:
    def __init__(
        self,
        setup: SimulationSetup,
        occurs: Occurs | None,
        result: SimulationResult,
        decisions: Sequence[tuple[PendingDecision, Flags]],
    ) -> None:
        self.plan = setup.plan
        self.setup = setup
        self.occurs = occurs
        self.result = result
        self.decisions = list(decisions)
        self.arrivals: dict[int, Reals] = {}
        """By visit: when cohorts arrive at it."""

    @cached_property
    def no_hits(self) -> Indexes:
        return np.full(self.result.finish.shape, NOBODY)

    def run(self, starts: Mapping[int, SimulationStart]) -> None:
        rows = 0
        for visit in self.plan.order:
            start = starts.get(visit)
            arrival = self.arrivals.pop(visit, None)
            rows = max(rows, start.rows.stop if start else 0)
            if start is None and arrival is None:
                continue
            completion = np.full((rows, SCENARIOS), np.nan)
            if arrival is not None:
                completion[: len(arrival)] = self._visit(visit, arrival)
            extra = None
            if start is not None:
                completion[start.rows] = start.completion
                extra = _extra_stay(start, rows)
                if start.is_overheld is not None:
                    self.result.is_waiting[start.rows] |= start.is_overheld
            self._leave(visit, self._after_rework(self.plan.stage(visit), completion), extra)

    def _visit(self, visit: int, arrival: Reals) -> Reals:
        """Completion of the step by arrival at it."""
        stage = self.plan.stage(visit)
        begin = self._pass(stage.start, arrival, stage.index)
        for barrier in stage.content_barriers:
            self._read_content(stage, barrier, begin)
        slowdown = self.setup.slowdown[: len(begin)]
        return stage.done_at(begin, stage.durations(self.plan.sample("takes", visit), slowdown))

    def _read_content(self, stage: Stage, barrier: Barrier, at: Reals) -> None:
        """A step that reads stale data may decide wrongly."""
        applies = self._change_content(barrier, stage.index, at)
        if applies is not None and barrier.impairment.effect is Effect.STALE:
            self.result.wrong_decision[: len(at)] |= applies
            surfaces_at = stage.step.surfaces_at
            surfacing = self.plan.workflow.position(surfaces_at) if surfaces_at else stage.index
            self.decisions.append((PendingDecision(stage.index, surfacing), applies))

    def _after_rework(self, stage: Stage, completion: Reals) -> Reals:
        """Wrong decisions that surface here: the steps since the earliest of them are done once more."""
        rework: Reals | None = None
        for n, (decision, cohorts) in enumerate(self.decisions):
            if decision.surfacing_step == stage.index:
                is_wrong = np.zeros(completion.shape, bool)
                is_wrong[: len(cohorts)] = cohorts[: len(completion)]
                again = np.where(
                    is_wrong, self._rework(decision, self.setup.slowdown[: len(completion)]), 0.0
                )
                self.decisions[n] = decision, _without(cohorts, is_wrong & ~np.isnan(completion))
                rework = again if rework is None else np.maximum(rework, again)
        return completion if rework is None else completion + rework

    def _rework(self, decision: PendingDecision, slowdown: Reals) -> Reals:
        """How long it takes from the decision to where it surfaces, a second time."""
        first, last = min(decision.step, decision.surfacing_step), decision.surfacing_step
        total = np.zeros((1, SCENARIOS))
        for stage in self.plan.stages[first : last + 1]:
            # Steps of other branches, and former steps, stand between them in the document, too.
            if not (self.plan.leads_to(decision.step, stage.index) and self.plan.leads_to(stage.index, last)):
                continue
            total = total + stage.durations(scenario_sample(f"again/{stage.step.id}"), slowdown)
        return total

    def _leave(self, visit: int, completion: Reals, extra: Reals | None = None) -> None:
        """`extra` (rows, K): how much longer it stays than its way on takes; None: no longer."""
        stage = self.plan.stage(visit)
        completion = self._pass(stage.completion, completion, stage.index)
        self.emit(stage, completion)
        ends = self.plan.ends(visit)
        if ends.any():
            finish = self.result.finish[: len(completion)]
            ending = np.where(ends, completion, np.nan)
            if extra is not None:
                ending = ending + extra
            np.copyto(finish, ending, where=~np.isnan(ending))
            self._keep_departure(visit, ending)
        for branch in self.plan.branches(visit):
            handoff, scenarios = branch.handoff, branch.scenarios
            leaving = completion if scenarios.all() else np.where(scenarios, completion, np.nan)
            for barrier in handoff.duplication_barriers:
                self._change_content(barrier, handoff.to, handoff.gate.scheduled_departures(leaving))
            departure = self._pass(handoff.gate, leaving, handoff.to)
            if extra is not None:
                departure = departure + extra
            self._keep_departure(visit, departure)
            self._arrive(branch.to, departure)
            self._keep_readiness(branch.to, departure)

    def _keep_departure(self, visit: int, departure: Reals) -> None:
        if not self.setup.keeps_departures:
            return
        departures = self.result.departures.setdefault(visit, np.full_like(self.result.finish, np.nan))
        np.copyto(departures[: len(departure)], departure, where=~np.isnan(departure))

    def _keep_readiness(self, to: int, at: Reals) -> None:
        result = self.result
        if self.plan.stage(to).index != self.plan.promise_stage:
            return
        if result.readiness is None:
            result.readiness = np.full_like(result.finish, np.nan)
        np.copyto(result.readiness[: len(at)], at, where=~np.isnan(at))

    def _arrive(self, to: int, at: Reals) -> None:
        other = self.arrivals.get(to)
        if other is not None:
            if len(other) > len(at):
                at, other = other, at
            at = at.copy()
            at[: len(other)] = np.where(np.isnan(other), at[: len(other)], other)
        self.arrivals[to] = at

    def emit(self, stage: Stage, completion: Reals) -> None:
        result = self.result
        for record in stage.records:
            passage = self._through(record.gate, self._sent_at(record.gate, completion))
            earlier = result.record_emissions.get(record.bit)
            is_first = None if earlier is None else np.isnan(earlier)
            self._put(result.record_arrivals, record.bit, passage.departures, np.nan, is_first)
            self._put(result.record_emissions, record.bit, completion, np.nan, is_first)
            if self.occurs is None:
                continue
            hits = self.no_hits[: len(completion)] if passage.waits is None else passage.waits
            self._put(result.record_hit_by, record.bit, hits, NOBODY, is_first)
            for barrier in record.content_barriers:
                occurs = np.zeros(result.finish.shape, bool)
                occurs[: len(completion)] = barrier.applies_at(passage.scheduled) & self.occurs(barrier)
                if occurs.any():
                    result.record_defects.setdefault(record.bit, []).append(RecordDefect(occurs, barrier))

    def _sent_at(self, gate: Gate, completion: Reals) -> Reals:
        """When a record of work that was completed then is sent: at once, which takes up to a minute. What
        has not come by now was caught by a failure that began in that minute.
        """
        if self.occurs is None:
            return completion
        sent_at = completion
        for barrier in gate.barriers:
            with np.errstate(invalid="ignore"):
                begins = barrier.since - completion
                is_caught = (begins > 0) & (begins <= SENDING) & (completion < self.setup.as_of - SENDING)
            if is_caught.any():
                sent_at = np.where(is_caught, barrier.since, sent_at)
        return sent_at

    def _put(
        self,
        into: dict[int, NDArray[Any]],
        bit: int,
        values: NDArray[Any],
        blank: float | np.int16,
        is_first: Flags | None,
    ) -> None:
        """Of a step that is completed in several laps the first record counts."""
        if len(values) < len(self.result.finish):
            whole = np.full(self.result.finish.shape, blank, values.dtype)
            whole[: len(values)] = values
            values = whole
        into[bit] = values if is_first is None else np.where(is_first, values, into[bit])

    def _pass(self, gate: Gate, arrival: Reals, step: int) -> Reals:
        passage = self._through(gate, arrival)
        departure, hit_by = passage.departures, passage.waits
        if hit_by is not None:
            hit_at = _hit_at(gate, arrival, hit_by)
            with np.errstate(invalid="ignore"):
                cost = departure - passage.scheduled
            self._note_hit(hit_by, step, hit_at, cost > self.setup.tolerance)
            rows = len(hit_by)
            is_held = (hit_by >= 0) & (hit_at <= self.setup.as_of) & (departure > self.setup.as_of)
            self.result.is_waiting[:rows] |= is_held
        return departure

    def _through(self, gate: Gate, arrival: Reals) -> Passage:
        """The passage of arrivals through a gate."""
        if self.occurs is None or not gate:
            scheduled_at = gate.scheduled_departures(arrival)
            return Passage(scheduled_at, scheduled_at, None)
        return gate.pass_through(arrival, self.occurs)

    def _change_content(self, barrier: Barrier, step: int, at: Reals) -> Flags | None:
        """Where (G, K) a barrier makes something happen twice or wrongly, without holding it."""
        occurs = self.occurs(barrier) if self.occurs is not None else False
        if occurs is False:
            return None
        where = barrier.applies_at(at) & occurs
        self.result.has_content_effect[: len(at)] |= where
        self._note_hit(np.where(where, np.int16(barrier.index), NOBODY), step, at, where)
        return where

    def _note_hit(self, hit_by: Indexes, step: int, at: Reals, matters: Flags) -> None:
        """Keeps the first hit that matters, else the first."""
        result = self.result
        rows = len(hit_by)
        is_hit = hit_by >= 0
        matters = matters & is_hit
        first = np.where(result.hit_by[:rows] < 0, is_hit, matters & ~result.hit_matters[:rows])
        if not first.any():
            return
        np.copyto(result.hit_by[:rows], hit_by, where=first)
        np.copyto(result.hit_step[:rows], np.int16(step), where=first)
        np.copyto(result.hit_at[:rows], at, where=first)
        result.hit_matters[:rows] |= matters


def _without(cohorts: Flags, surfaced: Flags) -> Flags:
    """The cohorts (G, 1 or K) with a wrong decision, without those (rows, K) in which it came to light."""
    remainder = np.broadcast_to(cohorts, (len(cohorts), SCENARIOS)).copy()
    rows = min(len(cohorts), len(surfaced))
    remainder[:rows] &= ~surfaced[:rows]
    return remainder


def _hit_at(gate: Gate, arrival: Reals, hit_by: Indexes) -> Reals:
    """When an arrival is stopped by its barrier: one that waits for a run already, when the barrier
    begins.
    """
    if gate.calendar is not None:
        for barrier in gate.barriers:
            arrival = np.where((hit_by == barrier.index) & (arrival < barrier.since), barrier.since, arrival)
    return arrival
