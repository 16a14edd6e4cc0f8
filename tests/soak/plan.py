"""The load: how many requests of each kind a second, and when they are ten times as many."""

from collections.abc import Iterator
from dataclasses import dataclass

EVENTS_OF_A_BATCH = 100
EVENTS_OF_AN_ORDER = 4


@dataclass(frozen=True, slots=True)
class Spike:
    start: float
    end: float
    """Seconds since the start of the load."""


@dataclass(frozen=True, slots=True)
class Plan:
    seconds: float
    rates: dict[str, float]
    """Requests a second by kind; an `events` request is a batch."""
    spikes: tuple[Spike, ...]
    factor: float

    def is_in_spike(self, at: float) -> bool:
        return any(spike.start <= at < spike.end for spike in self.spikes)

    def arrivals(self, kind: str) -> Iterator[float]:
        """When requests of this kind are due, in seconds: a schedule that waits for no answer."""
        at, rate = 0.0, self.rates[kind]
        if not rate:
            return
        while at < self.seconds:
            yield at
            at += 1 / (rate * (self.factor if self.is_in_spike(at) else 1))


def plan(
    seconds: float, rates: dict[str, float], *, spikes: int, spike_seconds: float, factor: float = 10
) -> Plan:
    """Spikes at equal distances, none at the beginning or the end."""
    gap = seconds / (spikes + 1)
    starts = [gap * (number + 1) - spike_seconds / 2 for number in range(spikes)]
    return Plan(seconds, rates, tuple(Spike(at, at + spike_seconds) for at in starts), factor)
