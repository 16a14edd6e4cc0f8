"""A slow forecast to hold the fast one against: one order, one future after the other, in plain Python,
from nothing but the impairments.

It shares the fixed futures (`strata`) and the shapes of distributions with the forecast, and none of its
code. It knows orders that no failure has held in a step behind them, and whose records have not come.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from graph_models.enums import Band, Effect, RecordKind, Transport
from graph_models.impairment import Impairment
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Emission, Schedule, Step, Workflow
from impactgraph.forecast.scenarios import SCENARIOS
from tests.oracle.basics import (
    INF,
    MOVING,
    Life,
    Told,
    Verdict,
    draw,
    emissions,
    mean,
    open_ways,
    quantile,
    remaining,
    way_on,
)
from tests.oracle.impaired import Impaired
from tests.worlds import Journey


class Oracle(Impaired):
    """Asked about one world."""

    # ---- where an order stands

    def least_still_held(self, rows: Sequence[Impairment], schedule: Schedule | None, k: int) -> float:
        """The earliest arrival that has not got through by now, found by trying."""
        certain = [i for i in rows if i.likelihood == 1]
        key = (*(id(i) for i in certain), schedule, k)
        if key not in self._least:
            self._least[key] = self._search(certain, schedule, k)
        return self._least[key]

    def _search(self, rows: Sequence[Impairment], schedule: Schedule | None, k: int) -> float:
        def held(t: float) -> bool:
            return self.passes(rows, schedule, t, k, coin=False).out > self.as_of

        begin = min([self.as_of, *(float(i.since) for i in rows)]) - 2 * HOUR
        before, here = begin, begin
        while here < self.as_of and not held(here):
            before, here = here, min(here + MINUTE, self.as_of)
        if not held(here):
            return self.as_of
        while here - before > 0.01:
            middle = (before + here) / 2
            before, here = (before, middle) if held(middle) else (middle, here)
        return here

    def tells(self, step: Step, journey: Journey) -> bool:
        """Whether a record that nothing keeps shows that the step is complete."""
        fast = (Transport.QUEUE, Transport.STREAM, Transport.SYNC)
        links = self.world.topology.integrations
        return any(
            (e.via is None or links[e.via.partition(":")[2]].transport in fast)
            and e.kind is not RecordKind.SUPPLIER_ORDER
            and not self.at(e.via, journey, *MOVING)
            for e in step.emits
        )

    def latest_work(self, step: Step, journey: Journey, k: int) -> float:
        """Work that ended before this would have shown by now."""
        low = self.least_still_held(self.end(step, journey), None, k)
        if self.tells(step, journey):
            return low
        held = (
            self.least_still_held(self.gate(t.via, journey), self.schedule(t.via), k)
            for t in open_ways(step, journey)
        )
        return min(low, *held) if step.then else low

    # ---- lives

    def live(self, journey: Journey, k: int, coin: bool) -> tuple[Life, Life]:
        """(with the failures, without them) from where the order stands to its end."""
        workflow = self.world.topology.workflows[journey.workflow]
        key, entered = journey.stays[-1]
        step, life, free = workflow.step(key), Life(), Life()
        met = self.passes(self.start(step, journey), None, entered, k, coin)
        least = max(self.latest_work(step, journey, k) - met.out, 0.0) if met.out < INF else 0.0
        work = remaining(step.takes, least, INF, draw(f"takes/{step.id}", k))
        life.chance = met.chance
        if met.by:
            life.hit, life.hit_at = met.by, entered
            life.waiting = met.out + (work if met.by.likelihood < 1 else 0) > self.as_of
        wrong = self.decided(workflow, journey, life) if coin else None
        self._go_on(workflow, step, journey, met.out + work, life, k, coin=coin, wrong=wrong)
        self._go_on(workflow, step, journey, entered + work, free, k, coin=False, wrong=None, impaired=False)
        return life, free

    def decided(self, workflow: Workflow, journey: Journey, life: Life) -> str | None:
        """The step where a decision on stale data was made about it that has not come to light."""
        entered = dict(journey.stays)
        for step in workflow.steps:
            stale = self.at(step.id, journey, Effect.STALE, Effect.DUPLICATED)
            surfaces = step.surfaces_at or step.key
            if not any(i.effect is Effect.STALE for i in stale) or step.key not in entered:
                continue
            if workflow.position(journey.stays[-1][0]) > workflow.position(surfaces):
                continue
            if any(i.since <= entered[step.key] < self.median_end(i) for i in stale):
                life.chance = 1 - (1 - life.chance) * (1 - stale[0].likelihood)
                if life.hit is None:
                    life.hit, life.hit_at = stale[0], self.as_of - 1
                return step.key
        return None

    def median_end(self, i: Impairment) -> float:
        ordered = sorted(self.until(i, k) for k in range(SCENARIOS))
        return (ordered[SCENARIOS // 2 - 1] + ordered[SCENARIOS // 2]) / 2

    def _go_on(
        self,
        workflow: Workflow,
        step: Step,
        journey: Journey,
        done: float,
        life: Life,
        k: int,
        *,
        coin: bool,
        wrong: str | None,
        impaired: bool = True,
    ) -> None:
        """From the completion of the work in `step` to the end of the workflow."""
        while True:
            if wrong is not None and step.key == (workflow.step(wrong).surfaces_at or wrong):
                first, last = workflow.position(wrong), workflow.position(step.key)
                done += sum(
                    quantile(s.takes, draw(f"again/{s.id}", k))
                    for s in workflow.steps[min(first, last) : last + 1]
                )
            done = self._through(self.end(step, journey) if impaired else [], None, done, life, k, coin)
            self._emit(step, journey, done, life, k, coin, impaired)
            way = way_on(workflow, step, journey, k)
            if way is None:
                life.finish = done
                return
            if coin:
                for i in self.at(way.via, journey, Effect.DUPLICATED):
                    self._strike(i, done, life, k)
            done = self._through(
                self.gate(way.via, journey) if impaired else [], self.schedule(way.via), done, life, k, coin
            )
            step = workflow.step(way.step)
            done = self._through(self.start(step, journey) if impaired else [], None, done, life, k, coin)
            if coin:
                for i in self.at(step.id, journey, Effect.STALE, Effect.DUPLICATED):
                    struck = self._strike(i, done, life, k)
                    if i.effect is Effect.STALE:
                        wrong = step.key if struck else None
            done += quantile(step.takes, draw(f"takes/{step.id}", k))

    def _through(
        self, rows: Sequence[Impairment], schedule: Schedule | None, t: float, life: Life, k: int, coin: bool
    ) -> float:
        met = self.passes(rows, schedule, t, k, coin)
        life.chance = 1 - (1 - life.chance) * (1 - met.chance)
        if met.by and life.hit is None:
            life.hit, life.hit_at = met.by, max(t, met.by.since)
            life.waiting = life.hit_at <= self.as_of < met.out
        return met.out

    def _strike(self, i: Impairment, t: float, life: Life, k: int) -> bool:
        if not i.since <= t < self.until(i, k):
            return False
        life.chance = 1 - (1 - life.chance) * (1 - i.likelihood)
        if life.hit is None:
            life.hit, life.hit_at = i, t
        return True

    def _emit(
        self, step: Step, journey: Journey, done: float, life: Life, k: int, coin: bool, impaired: bool
    ) -> None:
        for e in step.emits:
            met = self.passes(
                self.gate(e.via, journey) if impaired else [], self.schedule(e.via), done, k, coin
            )
            life.chance = 1 - (1 - life.chance) * (1 - met.chance)
            life.records[e.kind, e.type] = done, met.out
            spoiling = self.at(e.via, journey, Effect.STALE, Effect.DUPLICATED) if impaired else []
            intact = math.prod(1 - i.likelihood for i in spoiling if i.since <= done < self.until(i, k))
            life.spoiled[e.kind, e.type] = 1 - intact

    # ---- the verdict

    def verdict(self, journey: Journey) -> Verdict:
        worlds = [[self._told(journey, k, coin) for k in range(SCENARIOS)] for coin in (False, True)]
        worlds[0] = [replace(calm, weight=1 - struck.weight) for calm, struck in zip(*worlds, strict=True)]
        likelihood = mean(t.weight * (t.flow or bool(t.records)) for world in worlds for t in world)
        flow = mean(t.weight * t.flow for world in worlds for t in world)
        only_records = flow <= max(0.05 * likelihood, 1e-9)
        likelihood = max([likelihood, *(self._record(worlds, key) for key in self._keys(worlds))])
        if only_records:
            return Verdict(likelihood, Band.RECORDS_ONLY if likelihood > 0 else None, 0.0)
        lead = max(worlds, key=lambda world: sum(t.weight * t.flow for t in world))
        chosen = [t for t in lead if t.flow and t.weight > 0]
        delays = sorted(t.delay for t in chosen)
        middle = (len(delays) - 1) // 2
        return Verdict(
            likelihood,
            self._band(chosen),
            delays[middle],
            (delays[max(middle - 1, 0)], delays[min(middle + 1, len(delays) - 1)]),
        )

    def _told(self, journey: Journey, k: int, coin: bool) -> Told:
        life, free = self.live(journey, k, coin)
        delay = 0.0 if life.finish == free.finish else life.finish - free.finish
        marked = life.hit is not None and life.hit.effect in (Effect.STALE, Effect.DUPLICATED)
        workflow = self.world.topology.workflows[journey.workflow]
        hit = frozenset(
            key for key, e in emissions(workflow) if key in life.records and self._hit(key, e, life, free)
        )
        return Told(delay > self.tolerance or marked, delay, hit, life, life.chance if coin else 1.0)

    def _hit(self, key: tuple[RecordKind, str], emission: Emission, life: Life, free: Life) -> bool:
        _, arrives = life.records[key]
        completed, would = free.records[key]
        if arrives > completed + (emission.due or 0) and arrives - would > self.tolerance:
            return True
        others = [(emission.kind, type_) for type_ in emission.after]
        return any(
            life.records[other][1] > arrives + 1 and not free.records[other][1] > would + 1
            for other in others
            if other in life.records
        )

    def _record(self, worlds: list[list[Told]], key: tuple[RecordKind, str]) -> float:
        hit = mean(t.weight * (key in t.records) for world in worlds for t in world)
        spoiled = mean(t.life.spoiled.get(key, 0.0) for t in worlds[0])
        return 1 - (1 - hit) * (1 - spoiled)

    @staticmethod
    def _keys(worlds: list[list[Told]]) -> set[tuple[RecordKind, str]]:
        return {key for t in worlds[0] for key in t.life.records}

    def _band(self, chosen: Sequence[Told]) -> Band:
        half = len(chosen) / 2
        if sum(t.life.waiting for t in chosen) >= half:
            return Band.STUCK
        if sum(t.life.hit_at <= self.as_of and not t.life.waiting for t in chosen) >= half:
            return Band.EXPOSED
        return Band.UPCOMING
