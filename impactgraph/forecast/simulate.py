"""From where orders stand to the end of the workflow: one sweep over its steps carries all of them, in every future at once.

A sweep composes the gates of the steps. The same sweep without impairments gives what would have been; the difference of the two is the
failures' doing. Arrays are (G, K): G classes of orders, K futures; NaN where a class does not come to a step in a future. Classes come in
the order in which the sweep meets the steps that they stand in. Costs a few array operations a step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from impactgraph.forecast.gates import Barrier, Flags, Gate
from impactgraph.forecast.plan import Plan, Stage
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample

NOBODY = np.int16(-1)
Indexes = NDArray[np.int16]


@dataclass
class RecordDefect:
    """A record doubled or wrong: the chance of it, and the barrier that does it."""

    chance: Reals
    barrier: Barrier


@dataclass
class SimulationResult:
    """One world. `hit_by` is the first barrier that changed anything (an index of Hazards.all, else -1), at which step and when."""

    finish: Reals
    hit_by: Indexes
    hit_step: Indexes
    hit_at: Reals
    is_waiting: Flags
    """Where the first hit still holds it at the moment of the question."""
    chance: Reals
    """That the coins which strike in this world do strike; 0 where there are none."""
    wrong_decision_chance: Reals | None = None
    """(G, K) chance that a decision on stale data is wrong; None where there is none."""
    record_arrivals: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """Arrival by record bit; NaN in futures whose route does not emit it."""
    record_emissions: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """Completion of the step that emits it, by record bit."""
    record_hit_by: dict[int, Indexes] = field(default_factory=dict[int, Indexes])
    record_defects: dict[int, list[RecordDefect]] = field(default_factory=dict[int, list[RecordDefect]])

    def add_wrong_decision(self, rows: slice, chance: Reals | float) -> None:
        """Notes one more decision that may be wrong."""
        if self.wrong_decision_chance is None:
            self.wrong_decision_chance = np.zeros_like(self.chance)
        self.wrong_decision_chance[rows] = 1 - (1 - self.wrong_decision_chance[rows]) * (1 - chance)

    @staticmethod
    def blank(rows: int) -> "SimulationResult":
        shape = (rows, SCENARIOS)
        return SimulationResult(
            np.full(shape, np.nan),
            np.full(shape, NOBODY),
            np.full(shape, NOBODY),
            np.full(shape, np.nan),
            np.zeros(shape, bool),
            np.zeros(shape),
        )


@dataclass(frozen=True)
class SimulationMode:
    """Whether the impairments hold, and whether the uncertain ones strike."""

    with_failures: bool
    chance_occurs: bool = False


COUNTERFACTUAL = SimulationMode(with_failures=False)


@dataclass(frozen=True)
class PendingDecision:
    """A wrong decision made before the walk begins: which step it was made in, where it comes to light."""

    step: int
    surfacing_step: int


@dataclass(frozen=True)
class SimulationStart:
    """Where the classes of some rows begin: the completions of the step that they stand in."""

    rows: slice
    completion: Reals


def simulate(
    plan: Plan,
    starts: Mapping[int, SimulationStart],
    world: SimulationMode,
    trace: SimulationResult,
    as_of: float,
    pace: Reals,
    wrong: Sequence[tuple[PendingDecision, Flags]] = (),
) -> SimulationResult:
    """Sweeps from the completions at `starts` (by step) and fills `trace`, whose hits so far are kept.

    `pace` (G,): how much longer than usual the steps on site take. `wrong`: decisions made before, each with the (G,) rows that they are of;
    they count in a world whose coins strike.
    """
    _Sweep(plan, world, trace, as_of, pace, wrong).run(starts)
    return trace


def simulate_emissions(
    plan: Plan, index: int, completed: Reals, world: SimulationMode, as_of: float
) -> SimulationResult:
    """Only the records of one step, which is completed at (G, K)."""
    sweep = _Sweep(plan, world, SimulationResult.blank(len(completed)), as_of, np.ones(len(completed)), ())
    sweep.emit(plan.stages[index], completed)
    return sweep.trace


class _Sweep:
    def __init__(
        self,
        plan: Plan,
        world: SimulationMode,
        trace: SimulationResult,
        as_of: float,
        pace: Reals,
        wrong: Sequence[tuple[PendingDecision, Flags]],
    ) -> None:
        self.plan, self.world, self.trace, self.as_of, self.pace = plan, world, trace, as_of, pace
        self.wrong: list[tuple[PendingDecision, Flags]] = (
            [(p, rows[:, None]) for p, rows in wrong] if world.chance_occurs else []
        )
        self.arrivals: dict[int, Reals] = {}

    def run(self, starts: Mapping[int, SimulationStart]) -> None:
        rows = 0
        for index in self.plan.order:
            start, came = starts.get(index), self.arrivals.pop(index, None)
            rows = max(rows, start.rows.stop if start else 0)
            if start is None and came is None:
                continue
            stage = self.plan.stages[index]
            done = np.full((rows, SCENARIOS), np.nan)
            if came is not None:
                done[: len(came)] = self._stay(stage, came)
            if start is not None:
                done[start.rows] = start.completion
            self._leave(stage, self._surfaced(stage, done))

    def _stay(self, stage: Stage, entered: Reals) -> Reals:
        begun = self._pass(stage.start, entered, stage.index)
        if self.world.chance_occurs:
            for barrier in stage.content_barriers:
                self._read(stage, barrier, begun)
        return begun + stage.durations(scenario_sample(f"takes/{stage.step.id}"), self.pace[: len(begun)])

    def _read(self, stage: Stage, barrier: Barrier, at: Reals) -> None:
        met = barrier.applies_at(at)
        self._strike(met, barrier, stage.index, at)
        if barrier.impairment.effect is Effect.STALE:
            self.trace.add_wrong_decision(slice(0, len(at)), np.where(met, barrier.chance, 0.0))
            surfaces = stage.step.surfaces_at
            self.wrong.append(
                (
                    PendingDecision(
                        stage.index, self.plan.workflow.position(surfaces) if surfaces else stage.index
                    ),
                    met,
                )
            )

    def _surfaced(self, stage: Stage, done: Reals) -> Reals:
        """A wrong decision comes to light: the order goes through the steps since the decision once more."""
        for decision, rows in self.wrong:
            if decision.surfacing_step == stage.index:
                mine = np.zeros((len(done), 1 if rows.shape[1] == 1 else SCENARIOS), bool)
                mine[: len(rows)] = rows[: len(done)]
                done = np.where(mine, done + self._again(decision, self.pace[: len(done)]), done)
        return done

    def _again(self, decision: PendingDecision, pace: Reals) -> Reals:
        """How long it takes from the decision to where it came to light, another time."""
        low, high = min(decision.step, decision.surfacing_step), decision.surfacing_step
        stages = self.plan.stages[low : high + 1]
        total = np.zeros((1, SCENARIOS))
        for stage in stages:
            total = total + stage.durations(scenario_sample(f"again/{stage.step.id}"), pace)
        return total

    def _leave(self, stage: Stage, done: Reals) -> None:
        done = self._pass(stage.completion, done, stage.index)
        self.emit(stage, done)
        branches = self.plan.branches(stage.index)
        if not branches:
            finish = self.trace.finish
            finish[: len(done)] = np.where(np.isnan(done), finish[: len(done)], done)
        for handoff, futures in branches:
            if self.world.chance_occurs:
                for barrier in handoff.duplication_barriers:
                    self._strike(barrier.applies_at(done) & futures, barrier, handoff.to, done)
            going = done if futures.all() else np.where(futures, done, np.nan)
            self._arrive(handoff.to, self._pass(handoff.gate, going, handoff.to))

    def _arrive(self, to: int, at: Reals) -> None:
        waiting = self.arrivals.get(to)
        if waiting is not None:
            if len(waiting) > len(at):
                at, waiting = waiting, at
            at = at.copy()
            at[: len(waiting)] = np.where(np.isnan(waiting), at[: len(waiting)], waiting)
        self.arrivals[to] = at

    def emit(self, stage: Stage, done: Reals) -> None:
        trace = self.trace
        for record in stage.records:
            arrival, by = self._through(record.gate, done)
            self._put(trace.record_arrivals, record.bit, arrival, np.nan)
            self._put(trace.record_emissions, record.bit, done, np.nan)
            if self.world.with_failures:
                self._put(trace.record_hit_by, record.bit, by, NOBODY)
                for barrier in record.content_barriers:
                    chance = np.zeros_like(trace.chance)
                    chance[: len(done)] = np.where(barrier.applies_at(done), barrier.chance, 0.0)
                    trace.record_defects.setdefault(record.bit, []).append(RecordDefect(chance, barrier))

    def _put(
        self, into: dict[int, NDArray[Any]], bit: int, values: NDArray[Any], blank: float | np.int16
    ) -> None:
        if len(values) < len(self.trace.finish):
            whole = np.full(self.trace.finish.shape, blank, values.dtype)
            whole[: len(values)] = values
            values = whole
        into[bit] = values

    def _pass(self, gate: Gate, t: Reals, step: int) -> Reals:
        out, by = self._through(gate, t)
        if self.world.with_failures and gate:
            self._note(by, step, _met_at(gate, t, by), out)
        return out

    def _through(self, gate: Gate, t: Reals) -> tuple[Reals, Indexes]:
        if not self.world.with_failures or not gate:
            return gate.scheduled_departures(t), np.full(t.shape, NOBODY)
        passage = gate.pass_through(t, chance_occurs=self.world.chance_occurs)
        if passage.chance is not None:
            chance = self.trace.chance[: len(t)]
            chance[:] = 1 - (1 - chance) * (1 - passage.chance)
        return passage.departures, passage.hit_by

    def _strike(self, met: Flags, barrier: Barrier, step: int, at: Reals) -> None:
        chance = self.trace.chance[: len(at)]
        chance[:] = np.where(met, 1 - (1 - chance) * (1 - barrier.chance), chance)
        self._note(np.where(met, np.int16(barrier.index), NOBODY), step, at, at)

    def _note(self, by: Indexes, step: int, at: Reals, out: Reals) -> None:
        trace, n = self.trace, len(by)
        first = (trace.hit_by[:n] < 0) & (by >= 0)
        if not first.any():
            return
        np.copyto(trace.hit_by[:n], by, where=first)
        np.copyto(trace.hit_step[:n], np.int16(step), where=first)
        np.copyto(trace.hit_at[:n], at, where=first)
        trace.is_waiting[:n] |= first & (at <= self.as_of) & (out > self.as_of)


def _met_at(gate: Gate, t: Reals, by: Indexes) -> Reals:
    """When what arrives at `t` meets what stops it: who waits for a run already is stopped when that begins."""
    if gate.calendar is not None:
        for barrier in gate.barriers:
            t = np.where((by == barrier.index) & (t < barrier.since), barrier.since, t)
    return t
