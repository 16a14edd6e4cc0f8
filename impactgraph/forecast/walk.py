"""From the completion of a step to the end of the workflow, in every future at once.

`walk` composes the gates of the steps behind it. The same walk without impairments gives what would have been; the difference of the two
is the failure's doing. Arrays are (G, K): G orders (or classes of orders), K futures. Costs a few array operations a step.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from impactgraph.forecast.gates import Barrier, Gate
from impactgraph.forecast.lattice import FUTURES, Reals, strata
from impactgraph.forecast.plan import Plan, Stage

NOBODY = np.int16(-1)
Indexes = NDArray[np.int16]


@dataclass
class Spoiling:
    """A record doubled or wrong: the chance of it, and the barrier that does it."""

    chance: Reals
    barrier: Barrier


@dataclass
class Trace:
    """One world. `hit_by` is the first barrier that changed anything (an index of Hazards.all, else -1), at which step and when."""

    finish: Reals
    hit_by: Indexes
    hit_step: Indexes
    hit_at: Reals
    waiting: NDArray[np.bool_]
    """Where the first hit still holds it at the moment of the question."""
    chance: Reals
    """That the coins which strike in this world do strike; 0 where there are none."""
    wrong: Reals | None = None
    """(G, K) chance that a decision on stale data is wrong; None where there is none."""
    records: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """Arrival by record bit; NaN in futures whose route does not emit it."""
    completed: dict[int, Reals] = field(default_factory=dict[int, Reals])
    """Completion of the step that emits it, by record bit."""
    record_by: dict[int, Indexes] = field(default_factory=dict[int, Indexes])
    spoiled: dict[int, list[Spoiling]] = field(default_factory=dict[int, list[Spoiling]])

    def decide(self, futures: NDArray[np.intp] | slice, chance: Reals | float) -> None:
        """Notes one more decision that may be wrong."""
        if self.wrong is None:
            self.wrong = np.zeros_like(self.chance)
        self.wrong[:, futures] = 1 - (1 - self.wrong[:, futures]) * (1 - chance)

    @staticmethod
    def blank(rows: int) -> "Trace":
        shape = (rows, FUTURES)
        return Trace(np.full(shape, np.nan), np.full(shape, NOBODY), np.full(shape, NOBODY), np.full(shape, np.nan), np.zeros(shape, bool), np.zeros(shape))


@dataclass(frozen=True)
class World:
    """Whether the impairments hold, and whether the uncertain ones strike."""

    impaired: bool
    coin: bool = False


FREE = World(impaired=False)


@dataclass(frozen=True)
class Pending:
    """A wrong decision made before the walk begins: which step it was made in, where it comes to light."""

    read: int
    surfaces: int


def walk(plan: Plan, start: int, completion: Reals, world: World, trace: Trace, as_of: float, pending: Pending | None = None) -> Trace:
    """Goes on from `completion` (G, K) of step `start` and fills `trace`, whose hits so far are kept."""
    for route, futures in plan.routes(start):
        _Walker(plan, world, trace, futures, as_of, pending).follow(route, completion[:, futures])
    return trace


class _Walker:
    """One route in the futures that take it."""

    def __init__(self, plan: Plan, world: World, trace: Trace, futures: NDArray[np.intp], as_of: float, pending: Pending | None) -> None:
        self.as_of = as_of
        self.plan, self.world, self.trace = plan, world, trace
        self.k: NDArray[np.intp] | slice = futures if len(futures) < FUTURES else slice(None)
        self.futures = futures
        self.pending = pending
        self.wrong: NDArray[np.bool_] | None = None

    def follow(self, route: tuple[int, ...], done: Reals) -> None:
        for position, index in enumerate(route):
            stage = self.plan.stages[index]
            if position:
                done = self._stay(stage, done)
            done = self._surfaced(stage, route, done)
            done = self._pass(stage.completion, done, index)
            self._emit(stage, done)
            if position + 1 < len(route):
                done = self._hand_over(stage, route[position + 1], done)
        self.trace.finish[:, self.k] = done

    def _stay(self, stage: Stage, entered: Reals) -> Reals:
        begun = self._pass(stage.start, entered, stage.index)
        if self.world.coin:
            for barrier in stage.stale:
                self._read(stage, barrier, begun)
        return begun + stage.duration.quantile(strata(f"takes/{stage.step.id}")[self.k])

    def _read(self, stage: Stage, barrier: Barrier, at: Reals) -> None:
        met = barrier.meets_in(at, self.futures)
        self._strike(met, barrier, stage.index, at)
        if barrier.impairment.effect is Effect.STALE:
            self.trace.decide(self.k, np.where(met, barrier.chance, 0.0))
        surfaces = stage.step.surfaces_at
        self.pending = Pending(stage.index, self.plan.workflow.position(surfaces) if surfaces else stage.index)
        self.wrong = met

    def _surfaced(self, stage: Stage, route: tuple[int, ...], done: Reals) -> Reals:
        """A wrong decision comes to light: the order goes through the steps since the decision once more."""
        if self.pending is None or not self.world.coin or stage.index != self.pending.surfaces:
            return done
        again = sum(
            self.plan.stages[i].duration.quantile(strata(f"again/{self.plan.stages[i].step.id}")[self.k])
            for i in range(min(self.pending.read, stage.index), stage.index + 1)
        )
        wrong = np.ones_like(done, bool) if self.wrong is None else self.wrong
        return np.where(wrong, done + again, done)

    def _hand_over(self, stage: Stage, to: int, done: Reals) -> Reals:
        handoff = next(h for h in stage.handoffs if h.to == to)
        if self.world.coin:
            for barrier in handoff.doubling:
                self._strike(barrier.meets_in(done, self.futures), barrier, to, done)
        return self._pass(handoff.gate, done, to)

    def _emit(self, stage: Stage, done: Reals) -> None:
        trace = self.trace
        for record in stage.records:
            arrival, by = self._through(record.gate, done)
            self._put(trace.records, record.bit, arrival, np.nan)
            self._put(trace.completed, record.bit, done, np.nan)
            if self.world.impaired:
                self._put(trace.record_by, record.bit, by, NOBODY)
                for barrier in record.spoiling:
                    chance = np.zeros((len(done), FUTURES))
                    chance[:, self.k] = np.where(barrier.meets_in(done, self.futures), barrier.chance, 0.0)
                    trace.spoiled.setdefault(record.bit, []).append(Spoiling(chance, barrier))

    def _put(self, into: dict[int, NDArray[Any]], bit: int, values: NDArray[Any], blank: float | np.int16) -> None:
        if bit not in into:
            into[bit] = np.full(self.trace.finish.shape, blank, values.dtype)
        into[bit][:, self.k] = values

    def _pass(self, gate: Gate, t: Reals, step: int) -> Reals:
        out, by = self._through(gate, t)
        if self.world.impaired and gate:
            self._note(by, step, _met_at(gate, by, t), out)
        return out

    def _through(self, gate: Gate, t: Reals) -> tuple[Reals, Indexes]:
        if not self.world.impaired or not gate:
            return gate.unimpaired(t), np.full(t.shape, NOBODY)
        passage = gate.passed(t, coin=self.world.coin, futures=self.futures)
        if passage.chance is not None:
            old = self.trace.chance[:, self.k]
            self.trace.chance[:, self.k] = 1 - (1 - old) * (1 - passage.chance)
        return passage.out, passage.by

    def _strike(self, met: NDArray[np.bool_], barrier: Barrier, step: int, at: Reals) -> None:
        old = self.trace.chance[:, self.k]
        self.trace.chance[:, self.k] = np.where(met, 1 - (1 - old) * (1 - barrier.chance), old)
        self._note(np.where(met, np.int16(barrier.index), NOBODY), step, at, at)

    def _note(self, by: Indexes, step: int, at: Reals, out: Reals) -> None:
        if not (by >= 0).any():
            return
        trace, k = self.trace, self.k
        first = (trace.hit_by[:, k] < 0) & (by >= 0)
        trace.hit_by[:, k] = np.where(first, by, trace.hit_by[:, k])
        trace.hit_step[:, k] = np.where(first, np.int16(step), trace.hit_step[:, k])
        trace.hit_at[:, k] = np.where(first, at, trace.hit_at[:, k])
        trace.waiting[:, k] |= first & (at <= self.as_of) & (out > self.as_of)


def _met_at(gate: Gate, by: Indexes, t: Reals) -> Reals:
    """When what arrives at `t` meets the barrier that changes it: what waits for a run may do so before it misses it."""
    for barrier in gate.barriers:
        t = np.where(by == barrier.index, np.maximum(t, barrier.since), t)
    return t
