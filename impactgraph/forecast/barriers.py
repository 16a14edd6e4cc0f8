"""Barriers: one impairment at one place, as a function of arrival times in all scenarios.

Times are float milliseconds; infinity is "never". Arrays are (G, K): G arrivals, K scenarios.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impairment import BACKLOG_GROWTH, CERTAIN, Impairment, RepeatedAttempts
from graph_models.time import FOREVER, MINUTE, SECOND
from impactgraph.forecast.chances import event_name
from impactgraph.forecast.durations import Distribution
from impactgraph.forecast.hold import HOLD
from impactgraph.forecast.impairment_forecast import ImpairmentForecast
from impactgraph.forecast.people_queue import PeopleQueue
from impactgraph.forecast.scenarios import SCENARIOS, Reals, scenario_sample
from impactgraph.topology.calendar import Calendar

REPORTED_AFTER = 10.0 * MINUTE
"""An outage may have begun so long before its reported start: monitors wait before they raise an alert."""
RETRY_LAG = 90.0 * SECOND
"""What waits for a recovered element tries again within this time."""
SENDING = 1.0 * MINUTE
"""What is sent at once has left within this time."""
_REPEATS = 4
_NO_EDGES = np.zeros(0)

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
    delays: Reals | float
    """DELAYED, DEGRADED: (K,), or the same in all scenarios."""
    place: str = ""
    """Where it stands: with that, the events that it depends on are named."""
    people: PeopleQueue | None = None
    """The queue of a location that is out of capacity: with it, arrivals wait for their turn."""
    is_supposed: bool = False
    """Of a question's supposition only: it begins exactly when the question says."""

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

    @cached_property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """(event, outcome) of all that has to happen for it to occur."""
        return tuple((event_name(self.place, c), c.outcome) for c in self.impairment.conditions)

    @property
    def is_hold_of_records(self) -> bool:
        return self.impairment.rule == HOLD

    @property
    def is_certain(self) -> bool:
        return self.impairment.likelihood >= CERTAIN

    @property
    def makes_wait(self) -> bool:
        return self.impairment.effect in (Effect.BLOCKED, Effect.REJECTED) and not self.impairment.hold

    @property
    def earliest_start(self) -> float:
        """When it may have begun, although a later start is reported: an outage that certainly occurred."""
        is_outage = self.makes_wait and self.is_certain and self.impairment.effect is Effect.BLOCKED
        return self.since - REPORTED_AFTER if is_outage and not self.is_supposed else self.since

    @property
    def can_hold(self) -> bool:
        """Whether it ever delays or rejects anything: a fallback that costs nothing does not."""
        makes_late = self.impairment.growing or self.run or self.people or np.any(self.delays)
        return self.impairment.effect in (Effect.BLOCKED, Effect.REJECTED) or bool(makes_late)

    @property
    def makes_wait_for_run(self) -> bool:
        """Whether what it holds at an integration with a schedule leaves with a later run."""
        return self.impairment.effect in (Effect.BLOCKED, Effect.REJECTED)

    @cached_property
    def latest_end(self) -> float:
        """Its end in the scenario in which it lasts longest."""
        return float(self.until.max())

    @cached_property
    def window_edges(self) -> Reals:
        """Its start, and its end in each scenario; none of a hold of records."""
        return _NO_EDGES if self.is_hold_of_records else np.append(self.until, self.since)

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
            case Effect.DELAYED if self.people:
                begin = np.minimum(self.people.begin(t), self.until + self.retry_lag)
                return np.where(self.applies_at(t), np.maximum(begin, t), t)
            case Effect.DELAYED if i.growing:
                return self._departures_of_growing_delay(t)
            case Effect.DELAYED | Effect.DEGRADED if i.remaining:
                return np.where(self.applies_at(t), np.minimum(self.until + self.retry_lag, t + i.delay), t)
            case Effect.DELAYED | Effect.DEGRADED:
                later = t + self.delays
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
        delay = self._grown_delay(t)
        most = self._grown_delay(self.until)
        drain = np.maximum(float(self.impairment.drain), 0.25 * most)
        after = self.until + most + (t - self.until) * (drain / np.maximum(drain + most, 1.0))
        return np.where(t < self.since, t, np.where(t < self.until, t + delay, np.maximum(t, after)))

    def _grown_delay(self, t: Reals) -> Reals:
        return self.impairment.delay * np.clip((t - self.since) / float(BACKLOG_GROWTH), 0.0, 1.0)

    def threshold(self, at: Reals) -> Reals:
        """(K,) the least arrival whose departure is after `at` (K,), given that it occurs and that it arrived
        by then.
        """
        return np.where(at < self.since, at, self._least(at))

    def _least(self, at: Reals) -> Reals:
        i = self.impairment
        match i.effect:
            case Effect.REJECTED:
                return np.full(SCENARIOS, self.since)
            case Effect.BLOCKED if i.hold:
                return np.maximum(at - self.manual_waits[0], self.since)
            case Effect.BLOCKED if self.backlog_slope > 0:
                return np.where(
                    self.until > at,
                    self.since,
                    np.minimum(at, self.since + (at - self.until) / self.backlog_slope),
                )
            case Effect.BLOCKED:
                return np.where(self.until > at, self.since, at)
            case Effect.DELAYED if self.people:
                first = np.maximum(self.people.first_waiting(at), self.since)
                return np.where(self.until + self.retry_lag > at, np.minimum(first, at), at)
            case Effect.DELAYED if i.growing:
                rate = i.delay / float(BACKLOG_GROWTH)
                growing = np.maximum((at + rate * self.since) / (1 + rate), at - i.delay)
                return np.where(self.until > at, np.maximum(growing, self.since), at)
            case Effect.DELAYED if not i.run:
                return np.where(self.until > at - self.delays, np.maximum(at - self.delays, self.since), at)
            case _:
                return at


Occurs = Callable[[Barrier], bool | Flags]
"""Whether a barrier occurs: in all scenarios or in none, or by scenario (K,)."""


def only_certain(barrier: Barrier) -> bool:
    """Nothing uncertain occurs."""
    return barrier.is_certain


def everything(barrier: Barrier) -> bool:
    """All that is uncertain occurs."""
    return True


def barriers(
    impairments: Sequence[tuple[int, Impairment]], forecast: ImpairmentForecast, place: str
) -> list[Barrier]:
    """Barriers of (index, impairment) at a place, in K scenarios; all impairments are of one element."""
    ends, people = forecast.ends, forecast.people
    # Load over rate of the queue: how fast a held backlog grows against how fast it clears.
    slope = forecast.queue_load.get(impairments[0][1].element, 0.0) if impairments else 0.0
    result: list[Barrier] = []
    for index, impairment in impairments:
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
                manual_wait=forecast.manual_wait,
                run=Calendar(impairment.run) if impairment.run else None,
                delays=_delays(impairment),
                place=place,
                people=next((people[key] for key in impairment.failures if key in people), None),
                is_supposed=forecast.supposed.issuperset(impairment.failures),
            )
        )
    return result


def _delays(impairment: Impairment) -> Reals | float:
    """(K,) or a number: the delay that it adds."""
    repeats = impairment.repeats
    if repeats is None or impairment.effect is not Effect.DELAYED:
        return float(impairment.delay)
    return _failed_attempts(repeats, scenario_sample(f"attempts/{impairment.element}")) * repeats.backoff


def _failed_attempts(repeats: RepeatedAttempts, sample: Reals) -> Reals:
    """(K,) how many attempts failed before one succeeded: at least one, and not all of them."""
    failures = np.arange(1, max(repeats.attempts, 2))
    chances = np.cumsum(repeats.error_rate ** (failures - 1.0))
    return failures[np.searchsorted(chances / chances[-1], sample)].astype(np.float64)


def _slope(impairment: Impairment, until: Reals, slope: float) -> float:
    if impairment.effect is not Effect.BLOCKED:
        return 0.0
    if impairment.drain:
        length = float(np.median(until)) - impairment.since
        return impairment.drain / max(length + impairment.drain, 1.0) if np.isfinite(length) else 0.0
    return min(slope, 0.95)
