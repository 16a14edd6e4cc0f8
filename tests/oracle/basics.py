"""What the slow forecast is made of: durations, runs, branches, scopes and lives, in plain Python."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from graph_models.enums import Band, Effect, RecordKind
from graph_models.impairment import Impairment
from graph_models.scope import Scope
from graph_models.time import DAY, MINUTE
from graph_models.topology import Emission, Schedule, Step, Takes, Transition, Workflow
from impactgraph.forecast.durations import GRID, documented_distribution
from impactgraph.forecast.scenarios import SCENARIOS, scenario_sample
from tests.worlds import Journey

INF = math.inf
MOVING = (Effect.REJECTED, Effect.BLOCKED, Effect.DELAYED, Effect.DEGRADED)
SEVERITY = list(Effect)


@dataclass(frozen=True)
class Verdict:
    likelihood: float
    band: Band | None
    delay: float
    """Milliseconds, the lower median of the futures in which the order itself is hit; infinite: never
    done; 0: only records are.
    """
    delay_between: tuple[float, float] = (0.0, 0.0)
    """The delays beside the median: where a future ends at the very moment of a run, which of two runs it
    takes is a matter of rounding.
    """


@dataclass
class Met:
    """What a gate did to one arrival."""

    out: float
    by: Impairment | None = None
    chance: float = 0.0


@dataclass
class Life:
    """One order in one future of one world."""

    finish: float = math.nan
    hit: Impairment | None = None
    hit_at: float = math.nan
    waiting: bool = False
    chance: float = 0.0
    records: dict[tuple[RecordKind, str], tuple[float, float]] = field(
        default_factory=dict[tuple[RecordKind, str], tuple[float, float]]
    )
    """By kind and type: (completion of its step, arrival)."""
    spoiled: dict[tuple[RecordKind, str], float] = field(default_factory=dict[tuple[RecordKind, str], float])


@dataclass(frozen=True)
class Told:
    """What one future says: whether the order itself is hit, by how much it is later, and which records
    are.
    """

    flow: bool
    delay: float
    records: frozenset[tuple[RecordKind, str]]
    life: Life
    weight: float


def draw(name: str, k: int) -> float:
    return float(scenario_sample(name)[k])


def next_run(schedule: Schedule, at: float) -> float:
    """Runs at whole multiples of the interval from midnight UTC."""
    assert schedule.every
    if at == INF:
        return at
    day = at // DAY * DAY
    return min(day + math.ceil((at - day) / schedule.every) * schedule.every, day + DAY)


@cache
def shape(takes: Takes) -> list[float]:
    return documented_distribution(takes).at.tolist()


def quantile(takes: Takes, p: float) -> float:
    """Linear between the points of the grid."""
    at, steps = shape(takes), len(GRID) - 1
    here = min(int(p * steps), steps - 1)
    return at[here] + (at[here + 1] - at[here]) * (p * steps - here)


def chance_below(takes: Takes, value: float) -> float:
    at = shape(takes)
    if value <= at[0]:
        return 0.0
    if value >= at[-1]:
        return 1.0
    here = bisect_left(at, value) - 1
    return (here + (value - at[here]) / (at[here + 1] - at[here])) / (len(at) - 1)


def remaining(takes: Takes, least: float, most: float, p: float) -> float:
    """The duration, given that it is longer than `least` and at most `most`."""
    low, high = chance_below(takes, least), chance_below(takes, most)
    if high - low <= 1e-9:
        return min(least + (0.02 + 0.1 * p) * max(least, MINUTE), max(most, least))
    return min(max(quantile(takes, low + p * (high - low)), least), max(most, least))


def mean(values: Iterator[float]) -> float:
    """Over the futures."""
    return sum(values) / SCENARIOS


def emissions(workflow: Workflow) -> list[tuple[tuple[RecordKind, str], Emission]]:
    return [((e.kind, e.type), e) for _, e in workflow.records]


def covers(scope: Scope, journey: Journey) -> bool:
    values = {"locations": journey.location, "channels": journey.channel, "workflows": journey.workflow}
    return all(values[name] in allowed for name, allowed in scope.limits)


def only_worst(rows: Sequence[Impairment]) -> list[Impairment]:
    chances: dict[tuple[tuple[str, ...], Scope], Impairment] = {}
    for i in rows:
        if i.likelihood < 1:
            known = chances.setdefault((i.failures, i.scope), i)
            if SEVERITY.index(i.effect) < SEVERITY.index(known.effect):
                chances[i.failures, i.scope] = i
    return [i for i in rows if i.likelihood == 1 or any(i is each for each in chances.values())]


def open_ways(step: Step, journey: Journey) -> list[Transition]:
    for way in step.then:
        if way.when is not None and (not way.when.channels or journey.channel in way.when.channels):
            return [way]
    return [way for way in step.then if way.when is None]


def way_on(workflow: Workflow, step: Step, journey: Journey, k: int) -> Transition | None:
    ways = open_ways(step, journey)
    if len(ways) <= 1:
        return ways[0] if ways else None
    stated = sum(way.share for way in ways if way.share is not None)
    rest = max(1 - stated, 0) / max(sum(way.share is None for way in ways), 1)
    shares = [rest if way.share is None else way.share for way in ways]
    drawn, passed = draw(f"branch/{step.id}", k) * sum(shares), 0.0
    for way, share in zip(ways, shares, strict=True):
        passed += share
        if drawn <= passed:
            return way
    return ways[-1]
