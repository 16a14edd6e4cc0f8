"""Findings about records, looked at plainly: one fulfillment, one record that it should have, one rule at
a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.enums import RecordEffect, RecordKind, Transport
from graph_models.time import MINUTE, SECOND, Millis
from graph_models.topology import Emission, Step, Topology, Workflow
from impactgraph.forecast.durations import documented_distribution
from impactgraph.topology.calendar import Calendar
from tests.worlds import Came, Journey, World

Told = tuple[str, str, str, RecordEffect, Millis | None, Millis | None, int | None, int | None]
"""(fulfillment, kind, type, effect, due, late by, amount, expected amount), money in millionths."""

_USUAL = {Transport.SYNC: 1, Transport.QUEUE: 5, Transport.STREAM: 5, Transport.BATCH: 15, Transport.FILE: 15}


def findings(world: World) -> list[Told]:
    return sorted((told for journey in world.journeys for told in _One(world, journey).findings()), key=repr)


@dataclass
class _One:
    world: World
    journey: Journey

    @property
    def topology(self) -> Topology:
        return self.world.topology

    @property
    def workflow(self) -> Workflow:
        return self.topology.workflows[self.journey.workflow]

    def findings(self) -> Iterator[Told]:
        for step in self.workflow.steps:
            for emission in step.emits:
                mine = self.came(emission)
                yield from self.missing_or_late(step, emission, mine)
                yield from self.out_of_sequence(step, emission, mine)
                yield from self.amounts(step, emission, mine)

    def came(self, emission: Emission) -> list[Came]:
        return sorted(
            (c for c in self.journey.came if (c.kind, c.type) == (emission.kind, emission.type)),
            key=lambda c: c.at,
        )

    def entered(self, step: str) -> Millis | None:
        return dict(self.journey.stays).get(step)

    def left(self, step: Step) -> Millis | None:
        entered = self.entered(step.key)
        if entered is None:
            return None
        following = [at for t in step.then if (at := self.entered(t.step)) is not None and at >= entered]
        if following:
            return min(following)
        if self.journey.stays[-1][0] == step.key and not self.journey.ended:
            return None
        others = [at for _, at in self.journey.stays if at > entered]
        return min(others) if others else self.journey.ended or None

    def completed(self, step: Step, emission: Emission) -> Millis | None:
        """By the moment the next step was entered, or another record of the step came."""
        entered, left = self.entered(step.key), self.left(step)
        if entered is None:
            return None
        told = [self.came(other)[0].at for other in step.emits if other is not emission and self.came(other)]
        moments = [at for at in told if at >= entered] + ([left] if left is not None else [])
        return min(moments) if moments else None

    def arrives(self, emission: Emission, completed: Millis) -> Millis:
        if emission.via is None:
            return completed + MINUTE
        integration = self.topology.integrations[emission.via.partition(":")[2]]
        span = max(_USUAL[integration.transport] * MINUTE, 4 * (integration.slo_latency or 0))
        if integration.schedule is None:
            return completed + span
        return round(float(Calendar(integration.schedule).run_from(np.array([float(completed)]))[0])) + span

    def missing_or_late(self, step: Step, emission: Emission, mine: Sequence[Came]) -> Iterator[Told]:
        completed = self.completed(step, emission)
        if completed is None:
            return
        if not mine:
            completed = self.before_the_run(step, completed)
        arrives = self.arrives(emission, completed)
        due = arrives if emission.due is None else completed + emission.due
        amount = self.expected(emission)
        if not mine:
            if max(due, arrives + (15 * MINUTE if emission.due is None else 0)) < self.world.as_of:
                yield self.told(emission, RecordEffect.MISSING, due, self.world.as_of - due, amount, amount)
        elif emission.due is not None and mine[0].at > max(due, arrives):
            yield self.told(emission, RecordEffect.LATE, due, mine[0].at - due, mine[0].micros, amount)

    def before_the_run(self, step: Step, completed: Millis) -> Millis:
        vias = [self.topology.integrations[t.via.partition(":")[2]] for t in step.then if t.via]
        schedule = vias[0].schedule if vias and len(vias) == len(step.then) else None
        if schedule is None or completed != self.left(step) or any(v.schedule is None for v in vias):
            return completed
        calendar, entered = Calendar(schedule), self.entered(step.key) or 0
        run = float(calendar.run_before(np.array([float(completed)]))[0])
        before = float(calendar.run_before(np.array([run - 1]))[0])
        earliest, latest = max(before - entered, 1.0), run - entered
        if latest <= earliest:
            return completed
        likely = documented_distribution(step.takes).between(
            np.array([earliest]), np.array([latest]), np.array([0.95])
        )
        return min(int(entered + likely[0]), completed)

    def out_of_sequence(self, step: Step, emission: Emission, mine: Sequence[Came]) -> Iterator[Told]:
        if not mine:
            return
        gaps = [gap for name in emission.after if (gap := self.overtaken(emission, name, mine[0].at))]
        if gaps:
            completed = self.completed(step, emission)
            due = mine[0].at if completed is None else completed + (emission.due or 0)
            yield self.told(
                emission,
                RecordEffect.OUT_OF_SEQUENCE,
                due,
                max(gaps),
                mine[0].micros,
                self.expected(emission),
            )

    def overtaken(self, emission: Emission, name: str, at: Millis) -> Millis | None:
        """By how much it came before the posting that it must follow; None where it did not."""
        earlier = [c.at for c in self.journey.came if (c.kind, c.type) == (RecordKind.POSTING, name)]
        other = min(earlier) if earlier else self.world.as_of
        if other - at <= 10 * SECOND:
            return None
        its = next(
            (
                e
                for s in self.workflow.steps
                for e in s.emits
                if (e.kind, e.type) == (RecordKind.POSTING, name)
            ),
            None,
        )
        runs = [
            self.run(via, moment) for via, moment in ((emission.via, at), (its.via if its else None, other))
        ]
        return None if runs[0] is not None and runs[0] == runs[1] else other - at

    def run(self, via: str | None, at: Millis) -> float | None:
        integration = self.topology.integrations[via.partition(":")[2]] if via else None
        if integration is None or integration.schedule is None:
            return None
        return float(Calendar(integration.schedule).run_before(np.array([float(at)]))[0])

    def amounts(self, step: Step, emission: Emission, mine: Sequence[Came]) -> Iterator[Told]:
        expected = self.expected(emission)
        foreign = [c for c in mine if expected is not None and self.is_foreign(c)]
        yield from self.in_another_currency(emission, foreign, expected)
        own = [c for c in mine if c not in foreign]
        if len(mine) == 1:
            if own and self.differs(mine[0], expected):
                yield self.told(emission, RecordEffect.WRONG, None, None, mine[0].micros, expected)
            return
        entered = self.entered(step.key) or 0
        for part in ([c for c in own if c.at >= entered], [c for c in own if c.at < entered]):
            found = self.surplus(emission, part, expected)
            if found is not None and not (foreign and found[3] is RecordEffect.WRONG):
                yield found
                return

    def is_foreign(self, came: Came) -> bool:
        return (
            came.kind is RecordKind.POSTING and came.micros is not None and came.currency not in ("", "EUR")
        )

    def in_another_currency(
        self, emission: Emission, foreign: Sequence[Came], expected: int | None
    ) -> Iterator[Told]:
        """The sum in the currency of the last posting whose currency does not sum up to nothing."""
        sums: dict[str, int] = {}
        for came in foreign:
            sums[came.currency] = sums.get(came.currency, 0) + (came.micros or 0)
        remaining = [came.currency for came in foreign if sums[came.currency]]
        if remaining:
            yield self.told(emission, RecordEffect.WRONG, None, None, sums[remaining[-1]], expected)

    def differs(self, came: Came, expected: int | None) -> bool:
        """By more than a cent."""
        if came.kind is not RecordKind.POSTING or expected is None or came.micros is None:
            return False
        return abs(came.micros - expected) > 10_000

    def surplus(self, emission: Emission, part: Sequence[Came], expected: int | None) -> Told | None:
        if len(part) < 2:
            return None
        amounts = [c.micros for c in part if c.micros is not None]
        if emission.kind is not RecordKind.POSTING or len(amounts) < len(part):
            return self.told(emission, RecordEffect.DUPLICATED, None, None, None, None)
        numbers = [c.document for c in part if c.document]
        currencies = [c.currency or "EUR" for c in part]
        distinct = set(zip(amounts, currencies, strict=True))
        again = len(distinct) < len(amounts) or len(set(numbers)) < len(numbers)
        if expected is not None and abs(sum(amounts) - expected) <= 10_000:
            return None
        if not again and expected is None:
            return None
        return self.told(
            emission,
            RecordEffect.DUPLICATED if again else RecordEffect.WRONG,
            None,
            None,
            sum(amounts) if len(set(currencies)) == 1 else None,
            expected,
        )

    def expected(self, emission: Emission) -> int | None:
        if emission.amount is None or emission.kind is not RecordKind.POSTING:
            return None
        micros = self.journey.value * 1_000_000
        return micros if emission.amount == 1.0 else round(micros * emission.amount / 10_000) * 10_000

    def told(
        self,
        emission: Emission,
        effect: RecordEffect,
        due: Millis | None,
        late: Millis | None,
        amount: int | None,
        expected: int | None,
    ) -> Told:
        return (
            self.journey.fulfillment,
            emission.kind.value,
            emission.type,
            effect,
            due or None,
            late or None,
            amount,
            expected,
        )
