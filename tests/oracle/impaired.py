"""What impairments do to one arrival in one future."""

from collections.abc import Sequence

from graph_models.enums import Effect
from graph_models.failure import Failure
from graph_models.impairment import Impairment
from graph_models.time import FOREVER, HOUR, MINUTE, SECOND
from graph_models.topology import Schedule, Step
from impactgraph.forecast.scenarios import SCENARIOS
from tests.oracle.basics import INF, MOVING, Met, covers, draw, next_run, only_worst
from tests.worlds import Journey, World


class Impaired:
    """The impairments of one world, which were found before."""

    def __init__(self, world: World, impairments: Sequence[Impairment], tolerance: float) -> None:
        self.world, self.impairments, self.tolerance = world, impairments, tolerance
        self.as_of = float(world.as_of)
        self.ends = {f.key: self._ends(f) for f in world.failures}
        self._least: dict[tuple[object, ...], float] = {}

    # ---- when things end

    def _ends(self, failure: Failure) -> tuple[float, list[float]]:
        """(nominal, by future): the reported end is right within a fifth of the length, and has not come
        yet.
        """
        assert failure.expected_end is not None
        slack = 0.2 * max(failure.expected_end - failure.started_at, MINUTE)
        low, high = max(failure.expected_end - slack, self.as_of), failure.expected_end + slack
        if high <= low + MINUTE:
            high = low + max(slack, 0.2 * (self.as_of - failure.started_at), MINUTE)
        ends = [low + draw(f"end/{failure.key}", k) * (high - low) for k in range(SCENARIOS)]
        ordered = sorted(ends)
        return round((ordered[SCENARIOS // 2 - 1] + ordered[SCENARIOS // 2]) / 2), ends

    def until(self, i: Impairment, k: int) -> float:
        if i.until >= FOREVER:
            return INF
        if i.fixed_end or not i.failures:
            return max(i.until, i.since)
        nominal, ends = min((self.ends[key] for key in i.failures), key=lambda each: abs(each[0] - i.until))
        return max(i.until + ends[k] - nominal, i.since)

    def backlog(self, i: Impairment) -> float:
        """What arrives t after the onset of a held queue leaves so many times t after its end."""
        if not i.drain:
            return 0.0
        ordered = sorted(self.until(i, k) for k in range(SCENARIOS))
        return i.drain / ((ordered[SCENARIOS // 2 - 1] + ordered[SCENARIOS // 2]) / 2 - i.since + i.drain)

    # ---- one impairment

    def leaves(self, i: Impairment, t: float, k: int) -> float:
        """When what meets it at `t` gets through."""
        until = self.until(i, k)
        inside = i.since <= t < until
        match i.effect:
            case Effect.REJECTED:
                return INF if inside else t
            case Effect.BLOCKED if i.hold:
                return self._person(i, t, k)
            case Effect.BLOCKED if self.backlog(i) > 0:
                return max(t, until + (t - i.since) * self.backlog(i)) if t >= i.since else t
            case Effect.BLOCKED:
                return until + 90 * SECOND * draw(f"lag/{i.element}", k) if inside else t
            case Effect.DELAYED if i.growing:
                return self._growing(i, t, until)
            case Effect.DELAYED if i.remaining:
                return min(until + 90 * SECOND * draw(f"lag/{i.element}", k), t + i.delay) if inside else t
            case Effect.DELAYED | Effect.DEGRADED if inside:
                return next_run(i.run, t + i.delay) if i.run else t + i.delay
            case _:
                return t

    def _person(self, i: Impairment, t: float, k: int) -> float:
        """Somebody looks within the hour; while it lasts it may fail again, four times at most."""
        inside = i.since <= t < self.until(i, k)
        for n in range(4):
            if not inside:
                break
            t += HOUR * (1 + 2 * draw(f"hold/{n}/{i.element}", k)) / 3
            inside = (
                i.since <= t < self.until(i, k)
                and n < 3
                and draw(f"again/{n + 1}/{i.element}", k) < i.likelihood
            )
        return t

    @staticmethod
    def _growing(i: Impairment, t: float, until: float) -> float:
        if t < i.since:
            return t
        if t < until:
            return t + i.delay * (t - i.since) / max(until - i.since, 1)
        drain = max(i.drain, 0.25 * i.delay)
        return max(t, until + i.delay + (t - until) * drain / (drain + i.delay))

    # ---- several impairments of one element

    def passes(
        self, rows: Sequence[Impairment], schedule: Schedule | None, t: float, k: int, coin: bool
    ) -> Met:
        """Refused first; then each delay once, each wait as often as one ends in another; messages of a
        batch with its runs.
        """
        met = Met(next_run(schedule, t) if schedule else t)
        rows = sorted(
            rows, key=lambda i: (i.effect is not Effect.REJECTED, i.since, self.impairments.index(i))
        )
        for sweep in range(2):
            for i in rows:
                if sweep and (
                    i.hold
                    or i.effect not in (Effect.BLOCKED, Effect.REJECTED)
                    or not i.since <= met.out < self.until(i, k)
                ):
                    continue
                self._meets(met, i, schedule, k, coin)
        return met

    def _meets(self, met: Met, i: Impairment, schedule: Schedule | None, k: int, coin: bool) -> None:
        if i.likelihood < 1:
            if not coin:
                return
            if i.since <= met.out < self.until(i, k) and met.by is not i:
                met.chance = 1 - (1 - met.chance) * (1 - i.likelihood)
                met.by = met.by or i
        moved = self.leaves(i, met.out, k)
        if schedule and moved > met.out:
            moved = next_run(schedule, moved)
        if moved > met.out:
            met.by = met.by or i
        met.out = moved

    def at(self, element: str | None, journey: Journey, *effects: Effect) -> list[Impairment]:
        return [
            i
            for i in self.impairments
            if i.element == element and i.effect in effects and covers(i.scope, journey)
        ]

    def gate(self, element: str | None, journey: Journey) -> list[Impairment]:
        """What moves an order there; of the chances of one failure only the worst, since they exclude each
        other.
        """
        return only_worst(self.at(element, journey, *MOVING))

    def start(self, step: Step, journey: Journey) -> list[Impairment]:
        return only_worst([i for i in self.at(step.id, journey, *MOVING) if i.at_start])

    def end(self, step: Step, journey: Journey) -> list[Impairment]:
        return only_worst([i for i in self.at(step.id, journey, *MOVING) if i.at_completion and not i.hold])

    def schedule(self, via: str | None) -> Schedule | None:
        return self.world.topology.integrations[via.partition(":")[2]].schedule if via else None
