"""Outcomes of classes of orders: same workflow, same step, same cell, same evidence, about the same moments."""

from dataclasses import dataclass, field, replace

import numpy as np

from graph_models.topology import Topology, Workflow
from impactgraph.forecast.durations import Durations
from impactgraph.forecast.gates import OPEN, Flags
from impactgraph.forecast.lattice import FUTURES, Reals
from impactgraph.forecast.outcome import Outcome, Pair, RecordOutcome, outcome
from impactgraph.forecast.plan import Cell, Hazards, Plan, plan_for
from impactgraph.forecast.standing import Evidence, Standing, standing
from impactgraph.forecast.walk import FREE, Indexes, Pending, Trace, World, walk

_IMPAIRED, _STRUCK = World(impaired=True), World(impaired=True, coin=True)


@dataclass
class Forecaster:
    """One question: its topology, durations and hazards, the moment and the tolerance (milliseconds)."""

    topology: Topology
    durations: Durations
    hazards: Hazards
    as_of: float
    tolerance: float
    _plans: dict[tuple[str, Cell], Plan] = field(default_factory=dict[tuple[str, Cell], Plan])

    def plan(self, workflow: Workflow, cell: Cell) -> Plan:
        found = self._plans.get((workflow.key, cell))
        if found is None:
            found = self._plans[workflow.key, cell] = plan_for(self.topology, workflow, self.durations, self.hazards, cell)
        return found

    def standing_at(
        self, plan: Plan, index: int, entered: Reals, shift: Reals, told: Reals, evidence: Evidence, pending: Pending | None, chance: float
    ) -> Outcome:
        """Orders in step `index` since `entered` (G,), held by `shift` (G,) before. `pending`: a wrong decision was made with `chance`."""
        here = standing(plan, index, entered, shift, told, evidence, self.as_of)
        trace = self._hit(here.hit_by, index, entered, here.held_now)
        impaired = walk(plan, index, here.completion, _IMPAIRED, trace, self.as_of)
        free = walk(plan, index, here.without, FREE, Trace.blank(len(entered)), self.as_of)
        pairs = [Pair(impaired, free, np.ones_like(here.completion))]
        if pending is not None or _has_coins(plan, index):
            pairs.append(self._coin_pair(plan, index, entered, here, pending, chance, free))
            pairs[0].weight = 1.0 - pairs[1].weight
        return outcome(plan, self.hazards, pairs, self.tolerance, self.as_of, shift)

    def _coin_pair(self, plan: Plan, index: int, entered: Reals, here: Standing, pending: Pending | None, chance: float, free: Trace) -> Pair:
        trace = self._hit(here.struck_by, index, entered, np.zeros_like(here.held_now))
        completion = here.completion
        if here.struck is not None and here.without_struck is not None:
            completion = np.where(here.chance > 0, here.struck, here.completion)
            trace.waiting |= (here.struck_by >= 0) & (here.struck > self.as_of)
            trace.chance = here.chance.copy()
            without = np.where(here.chance > 0, here.without_struck, here.without)
            free = walk(plan, index, without, FREE, Trace.blank(len(entered)), self.as_of)
        if pending is not None:
            barrier = plan.stages[pending.read].stale[0]
            trace.chance = 1 - (1 - trace.chance) * (1 - chance)
            trace.decide(slice(None), chance)
            first = trace.hit_by < 0
            trace.hit_by = np.where(first, np.int16(barrier.index), trace.hit_by)
            trace.hit_step = np.where(first, np.int16(pending.read), trace.hit_step)
            trace.hit_at = np.where(first, self.as_of - 1.0, trace.hit_at)
        struck = walk(plan, index, completion, _STRUCK, trace, self.as_of, pending)
        return Pair(struck, free, struck.chance)

    def rerouted(self, plan: Plan, index: int, entered: Reals, surfaces: int, rerouted_at: Reals, read: int) -> Outcome:
        """Orders that a wrong decision sent elsewhere: without it they had gone on from `surfaces` when they were rerouted."""
        here = standing(plan, index, entered, np.zeros(len(entered)), entered, Evidence(), self.as_of)
        barrier = plan.stages[read].stale[0]
        trace = Trace.blank(len(entered))
        trace.hit_by[:] = barrier.index
        trace.hit_step[:] = read
        trace.hit_at[:] = rerouted_at[:, None]
        trace.decide(slice(None), 1.0)
        impaired = walk(plan, index, here.completion, _IMPAIRED, trace, self.as_of)
        gone = np.broadcast_to(rerouted_at[:, None], (len(entered), FUTURES))
        free = walk(plan, surfaces, gone, FREE, Trace.blank(len(entered)), self.as_of)
        return outcome(plan, self.hazards, [Pair(impaired, free, np.ones_like(gone))], self.tolerance, self.as_of, np.ones(len(entered)))

    def passed(self, plan: Plan, index: int, completed: Reals, shift: Reals) -> list[RecordOutcome]:
        """Records of a step that was completed at `completed` (G,), later by `shift` than without the failures."""
        shape = (len(completed), FUTURES)
        worlds: list[Trace] = []
        for world, at in ((_IMPAIRED, completed), (FREE, completed - shift)):
            trace = Trace.blank(len(completed))
            worlds.append(_emitted(plan, index, np.broadcast_to(at[:, None], shape), world, trace, self.as_of))
        pair = Pair(worlds[0], worlds[1], np.ones(shape))
        return outcome(plan, self.hazards, [pair], self.tolerance, self.as_of, np.zeros(len(completed))).records

    def _hit(self, by: Indexes, index: int, entered: Reals, waiting: Flags) -> Trace:
        trace = Trace.blank(len(entered))
        trace.hit_by = by.copy()
        trace.hit_step = np.where(by >= 0, np.int16(index), np.int16(-1))
        trace.hit_at = np.where(by >= 0, entered[:, None], np.nan)
        trace.waiting = (by >= 0) & waiting
        return trace


def _emitted(plan: Plan, index: int, completed: Reals, world: World, trace: Trace, as_of: float) -> Trace:
    """Only what this step itself emits."""
    stages = tuple(replace(s, handoffs=(), completion=OPEN) if s.index == index else s for s in plan.stages)
    return walk(Plan(plan.workflow, stages), index, completed, world, trace, as_of)


def _has_coins(plan: Plan, start: int) -> bool:
    """Whether anything uncertain lies at or behind a step."""
    return any(plan.stages[index].uncertain for index in plan.reach(start))
