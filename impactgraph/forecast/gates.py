"""Gates: arrival-time functions that give when an arrival departs from an impaired element.

A gate maps arrays of arrivals to departures, elementwise and (but for fixed delays) monotone: the max-plus
algebra of timetables (Baccelli, Cohen, Olsder, Quadrat, "Synchronization and Linearity", 1992). Times are
float milliseconds; infinity is "never". Arrays are (G, K): G arrivals, K scenarios.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impairment import Impairment
from graph_models.time import FOREVER, SECOND
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.failure_ends import FailureEnds
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.topology.calendar import Calendar

RETRY_LAG = 90.0 * SECOND
"""What waits for a recovered element tries again within this time."""
CERTAIN = 1.0 - 1e-9
_REPEATS = 4

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Barrier:
    """One impairment in K scenarios. `index` is its position in `ImpairmentForecast.entries`."""

    index: int
    impairment: Impairment
    since: float
    until: Reals
    """(K,)"""
    backlog_slope: float
    """First in, first out: what arrived t after `since` leaves slope * t after the end."""
    retry_lag: Reals
    manual_wait: Distribution
    """The wait for a person."""
    run: Calendar | None

    @cached_property
    def manual_waits(self) -> Reals:
        """(4, K): waits for a person, one after another while the failure lasts and strikes again."""
        return np.stack(
            [
                self.manual_wait.quantile(scenario_sample(f"hold/{n}/{self.impairment.element}"))
                for n in range(_REPEATS)
            ]
        )

    @cached_property
    def repeat_draws(self) -> Reals:
        """(4, K): draws that decide whether it strikes again."""
        return np.stack([scenario_sample(f"again/{n}/{self.impairment.element}") for n in range(_REPEATS)])

    @property
    def chance(self) -> float:
        return self.impairment.likelihood

    @property
    def is_certain(self) -> bool:
        return self.impairment.likelihood >= CERTAIN

    @property
    def makes_wait(self) -> bool:
        return self.impairment.effect in (Effect.BLOCKED, Effect.REJECTED) and not self.impairment.hold

    @cached_property
    def latest_end(self) -> float:
        """Its end in the scenario in which it lasts longest."""
        return float(self.until.max())

    def may_change(self, t: Reals) -> bool:
        """Whether it can delay any of these arrivals; a backlog delays arrivals after its end too."""
        if float(np.fmax.reduce(t, axis=None, initial=-np.inf)) < self.since:
            return False
        return (
            self.backlog_slope > 0
            or self.impairment.growing
            or float(np.fmin.reduce(t, axis=None, initial=np.inf)) < self.latest_end
        )

    def applies_at(self, t: Reals) -> Flags:
        return (t >= self.since) & (t < self.until)

    def departures(self, t: Reals) -> Reals:
        """Departures given that the barrier occurs."""
        i = self.impairment
        match i.effect:
            case Effect.REJECTED:
                return np.where(self.applies_at(t), np.inf, t)
            case Effect.BLOCKED if i.hold:
                return self._departures_after_manual_waits(t)
            case Effect.BLOCKED if self.backlog_slope > 0:
                return np.where(
                    t >= self.since, np.maximum(t, self.until + (t - self.since) * self.backlog_slope), t
                )
            case Effect.BLOCKED:
                return np.where(self.applies_at(t), self.until + self.retry_lag, t)
            case Effect.DELAYED if i.growing:
                return self._departures_of_growing_delay(t)
            case Effect.DELAYED | Effect.DEGRADED if i.remaining:
                return np.where(self.applies_at(t), np.minimum(self.until + self.retry_lag, t + i.delay), t)
            case Effect.DELAYED | Effect.DEGRADED:
                later = t + i.delay
                return np.where(self.applies_at(t), self.run.run_from(later) if self.run else later, t)
            case _:
                return t

    def _departures_after_manual_waits(self, t: Reals) -> Reals:
        failing = self.applies_at(t)
        out = np.where(failing, t + self.manual_waits[0], t)
        for hold, draw in zip(self.manual_waits[1:], self.repeat_draws[1:], strict=True):
            failing &= self.applies_at(out) & (draw < self.chance)
            out = np.where(failing, out + hold, out)
        return out

    def _departures_of_growing_delay(self, t: Reals) -> Reals:
        length = np.maximum(self.until - self.since, 1.0)
        within = t + self.impairment.delay * np.clip((t - self.since) / length, 0.0, 1.0)
        worst = self.until + self.impairment.delay
        drain = max(float(self.impairment.drain), 0.25 * self.impairment.delay)
        after = worst + (t - self.until) * (drain / (drain + self.impairment.delay))
        return np.where(t < self.since, t, np.where(t < self.until, within, np.maximum(t, after)))

    def threshold(self, at: Reals) -> Reals:
        """(K,) the least arrival whose departure is after `at` (K,), given that it arrived by then."""
        return np.where(at < self.since, at, self._least(at)) if self.is_certain else at

    def _least(self, at: Reals) -> Reals:
        i = self.impairment
        match i.effect:
            case Effect.REJECTED:
                return np.full(SCENARIOS, self.since)
            case Effect.BLOCKED if i.hold:
                return at
            case Effect.BLOCKED if self.backlog_slope > 0:
                return np.where(
                    self.until > at,
                    self.since,
                    np.minimum(at, self.since + (at - self.until) / self.backlog_slope),
                )
            case Effect.BLOCKED:
                return np.where(self.until > at, self.since, at)
            case Effect.DELAYED if i.growing:
                rate = i.delay / np.maximum(self.until - self.since, 1.0)
                return np.where(
                    self.until > at, np.maximum((at + rate * self.since) / (1 + rate), self.since), at
                )
            case Effect.DELAYED if not i.run:
                return np.where(self.until > at - i.delay, np.maximum(at - i.delay, self.since), at)
            case _:
                return at


@dataclass(frozen=True)
class Passage:
    """Departures, the index of the barrier that changed each (else -1), and the chance that the uncertain
    barriers occur (None without any).
    """

    departures: Reals
    hit_by: NDArray[np.int16]
    chance: Reals | None


class Gate:
    """The barriers of one element as one function, with the runs of its schedule where it has one."""

    def __init__(self, barriers: Iterable[Barrier] = (), calendar: Calendar | None = None) -> None:
        # A full buffer rejects first; only what it accepts waits.
        self.barriers = tuple(
            sorted(barriers, key=lambda b: (b.impairment.effect is not Effect.REJECTED, b.since, b.index))
        )
        self.calendar = calendar
        self.uncertain_barriers = tuple(b for b in self.barriers if not b.is_certain)

    def __bool__(self) -> bool:
        return bool(self.barriers)

    def without_closed_at(self, at: float) -> "Gate":
        """The gate without the barriers that are certainly closed at that moment: a departure shows that they
        did not hold it.
        """
        return Gate(
            (
                b
                for b in self.barriers
                if not (b.makes_wait and b.is_certain and b.since <= at < float(b.until.min()))
            ),
            self.calendar,
        )

    def scheduled_departures(self, t: Reals) -> Reals:
        return self.calendar.run_from(t) if self.calendar else t

    def pass_through(self, t: Reals, *, chance_occurs: bool) -> Passage:
        """The passage of arrivals through all barriers.

        With `chance_occurs` every uncertain barrier that applies occurs, and the passage has the chance of
        that.
        """
        base = self.scheduled_departures(t)
        out = base
        by = np.full(t.shape, -1, np.int16)
        chance: Reals | None = None
        for again in range(2 if len(self.barriers) > 1 else 1):
            for barrier in self.barriers:
                # A delay applies once, but the end of a wait may fall into another wait.
                if (again and not barrier.makes_wait) or not barrier.may_change(out):
                    continue
                if not barrier.is_certain:
                    if not chance_occurs:
                        continue
                    applies = barrier.applies_at(out) & (by != barrier.index)
                    strike_chance = np.where(applies, barrier.chance, 0.0)
                    chance = strike_chance if chance is None else 1 - (1 - chance) * (1 - strike_chance)
                    by = np.where(applies & (by < 0), np.int16(barrier.index), by)
                later = barrier.departures(out)
                if again:  # an order that has waited in a queue does not queue a second time
                    later = np.where(barrier.applies_at(out), later, out)
                if self.calendar is not None:
                    later = np.where(later > out, self.calendar.run_from(later), out)
                by = np.where((later > out) & (by < 0), np.int16(barrier.index), by)
                out = later
        return Passage(out, by, chance)

    def threshold(self, at: float) -> Reals:
        """(K,) the earliest arrival that is still held at `at`, computed from the last barrier to the
        first.
        """
        least = np.full(SCENARIOS, at)
        for barrier in reversed(self.barriers):
            least = barrier.threshold(self._run_before(least))
        return self._run_before(least)

    def _run_before(self, at: Reals) -> Reals:
        return self.calendar.run_before(at) if self.calendar else at

    def rejects(self) -> bool:
        return any(b.impairment.effect is Effect.REJECTED for b in self.barriers)


OPEN = Gate()


def barriers(
    impairments: Sequence[Impairment],
    indexes: Sequence[int],
    ends: FailureEnds,
    hold: Distribution,
    slope: float = 0.0,
) -> list[Barrier]:
    """Barriers of impairments, in K scenarios.

    `hold`: the wait for a person; `slope`: load over rate of their queue, how fast a held backlog grows
    against how fast it clears.
    """
    result: list[Barrier] = []
    for index, impairment in zip(indexes, impairments, strict=True):
        shift = (
            np.zeros(SCENARIOS) if impairment.fixed_end else ends.shift(impairment.failures, impairment.until)
        )
        until = np.full(SCENARIOS, np.inf) if impairment.until >= FOREVER else impairment.until + shift
        until = np.maximum(until, float(impairment.since))
        result.append(
            Barrier(
                index=index,
                impairment=impairment,
                since=float(impairment.since),
                until=until,
                backlog_slope=_slope(impairment, until, slope),
                retry_lag=RETRY_LAG * scenario_sample(f"lag/{impairment.element}"),
                manual_wait=hold,
                run=Calendar(impairment.run) if impairment.run else None,
            )
        )
    return result


def _slope(impairment: Impairment, until: Reals, slope: float) -> float:
    if impairment.effect is not Effect.BLOCKED:
        return 0.0
    if impairment.drain:
        length = float(np.median(until)) - impairment.since
        return impairment.drain / max(length + impairment.drain, 1.0) if np.isfinite(length) else 0.0
    return min(slope, 0.95)
