"""Alert storms: failures that are propagated through a topology, seen by monitors that are late, that miss
some, and that raise false alarms.

Chances and times are drawn per monitor and failure, not from the tables that explain alerts: a monitor sees
nearly everything or half of it, at once or after minutes.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from random import Random

from graph_models.enums import Effect, ElementKind, FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairments
from graph_models.incidents import Alert, Incident
from graph_models.time import HOUR, MINUTE, SECOND, Millis
from impactgraph.demo.topology import documents
from impactgraph.diagnosis.incidents import Correlation, Monitoring, correlate
from impactgraph.propagation import FailureGraph, propagate
from impactgraph.topology.load import parse_topology
from tests.topologies import topology_of_size

START: Millis = 1_773_000_000_000
AFTER: Millis = 20 * MINUTE
"""From the end of the storm to the moment at which it is judged."""
SENSITIVITIES = (0.5, 0.8, 0.95, 1.0)
LEAST_ALERTS = 3
"""Of each cause: with fewer it would be no part of the storm."""
MOST_REACHED = 40
"""Monitors that one cause reaches."""
_MOST_OVERLAP = 0.7
_LITTLE = 0.25
"""Shares of the smaller reach of two causes that lie in the other."""
_CAUSES = (ElementKind.SYSTEM, ElementKind.INTEGRATION, ElementKind.API, ElementKind.DATA)
_CLASSES = {
    ElementKind.SYSTEM: (FailureClass.OUTAGE, FailureClass.OUTAGE, FailureClass.LATENCY),
    ElementKind.API: (FailureClass.OUTAGE, FailureClass.TRANSIENT, FailureClass.LATENCY),
    ElementKind.INTEGRATION: (FailureClass.OUTAGE, FailureClass.BACKLOG, FailureClass.SCHEMA_MISMATCH),
    ElementKind.DATA: (FailureClass.STALE_DATA,),
}
_SEEN_AS = {
    Effect.BLOCKED: (FailureClass.OUTAGE, FailureClass.TRANSIENT, FailureClass.BACKLOG),
    Effect.REJECTED: (FailureClass.TRANSIENT, FailureClass.SCHEMA_MISMATCH),
    Effect.DELAYED: (FailureClass.LATENCY, FailureClass.BACKLOG),
    Effect.STALE: (FailureClass.STALE_DATA,),
    Effect.DUPLICATED: (FailureClass.DUPLICATE,),
    Effect.DEGRADED: (FailureClass.LATENCY, FailureClass.TRANSIENT),
}


Seen = list[tuple[tuple[str, ...], Alert]]
"""(path of the harm, alert of a monitor there)."""


@dataclass(frozen=True)
class Storm:
    alerts: tuple[Alert, ...]
    causes: tuple[str, ...]
    """Full ids of the elements that failed."""
    cause_of: dict[str, frozenset[str]]
    """By key of the alert: the causes that would each have raised it; none of a false alarm."""
    monitors: frozenset[str]
    hops: dict[tuple[str, str], frozenset[tuple[str, ...]]]
    """By cause and element: the paths along which the element was harmed."""
    now: Millis


@dataclass(frozen=True)
class _Monitor:
    sensitivity: float
    delay: Millis
    states_class: bool


def storm(
    graph: FailureGraph,
    seed: int,
    *,
    causes: int = 12,
    alerts: int = 2_000,
    monitored: float = 0.8,
    false_alarms: int = 15,
    over: Millis = 30 * MINUTE,
    sensitivities: Sequence[float] = SENSITIVITIES,
) -> Storm:
    """A storm of about so many alerts, with repetitions of the same alert among them."""
    dice = Random(seed)
    monitors = _monitors(graph, dice, monitored, sensitivities)
    chosen = _choose(graph, dice, causes, monitors, over)
    own: dict[str, tuple[Alert, frozenset[str]]] = {}
    hops: dict[tuple[str, str], frozenset[tuple[str, ...]]] = {}
    for element, seen in chosen.items():
        for path, alert in seen:
            first, others = own.get(alert.key, (alert, frozenset[str]()))
            earliest = min(first, alert, key=lambda each: each.started_at)
            own[alert.key] = earliest, others | {element}
            hops[element, alert.element] = hops.get((element, alert.element), frozenset()) | {path}
    for number in range(false_alarms):
        element = dice.choice(sorted(monitors))
        key = f"false-{number}"
        own[key] = Alert(key, element, START + dice.randrange(over)), frozenset()
    now = START + over + AFTER
    own = {key: each for key, each in own.items() if each[0].started_at <= now}
    repeated = _repeat([alert for alert, _ in own.values()], dice, alerts)
    return Storm(
        alerts=tuple(repeated),
        causes=tuple(chosen),
        cause_of={key: by for key, (_, by) in own.items()},
        monitors=frozenset(monitors),
        hops=hops,
        now=now,
    )


def _monitors(
    graph: FailureGraph, dice: Random, share: float, sensitivities: Sequence[float]
) -> dict[str, _Monitor]:
    able = [
        element
        for element, kind in zip(graph.ids, graph.kinds, strict=True)
        if kind in (*_CAUSES, ElementKind.STEP) and dice.random() < share
    ]
    return {
        element: _Monitor(
            sensitivity=dice.choice(sensitivities),
            delay=dice.choice([20 * SECOND, MINUTE, 3 * MINUTE, 5 * MINUTE]),
            states_class=dice.random() < 0.6,
        )
        for element in able
    }


def _choose(
    graph: FailureGraph, dice: Random, count: int, monitors: dict[str, _Monitor], over: Millis
) -> dict[str, Seen]:
    """Elements that failed, with the alerts of each: at least three, or it would be no part of the storm.
    Some overlap: a quarter may impair much of what another one impairs, the others share little.
    """
    able = [(element, kind) for element, kind in zip(graph.ids, graph.kinds, strict=True) if kind in _CAUSES]
    dice.shuffle(able)
    chosen: dict[str, Seen] = {}
    reaches: list[frozenset[str]] = []
    overlaps = 0
    for element, kind in able:
        if len(chosen) == count:
            break
        failure = Failure("f", element, dice.choice(_CLASSES[kind]), START + dice.randrange(over))
        impairments = propagate(graph, [failure], recovery=lambda _, each=failure: each.started_at + 2 * HOUR)
        reach = frozenset(impairments.by_element.keys() & monitors.keys())
        if len(reach) < LEAST_ALERTS or len(reach) > MOST_REACHED:
            continue
        share = max((_overlap(reach, other) for other in reaches), default=0.0)
        if share > _MOST_OVERLAP or (share > _LITTLE and overlaps == count // 4):
            continue
        seen = _seen(dice, monitors, failure, impairments)
        if sum(alert.started_at <= START + over + AFTER for _, alert in seen) < LEAST_ALERTS:
            continue
        overlaps += share > _LITTLE
        chosen[element] = seen
        reaches.append(reach)
    return chosen


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b))


def _seen(dice: Random, monitors: dict[str, _Monitor], failure: Failure, impairments: Impairments) -> Seen:
    """The alert of each monitor that sees the failure."""
    seen: Seen = []
    for element, effects in sorted(impairments.by_element.items()):
        monitor = monitors.get(element)
        if monitor is None:
            continue
        each = max(effects, key=lambda effect: effect.likelihood)
        if dice.random() >= monitor.sensitivity * each.likelihood:
            continue
        started_at = max(each.since, failure.started_at) + monitor.delay + int(dice.expovariate(1 / MINUTE))
        stated = dice.choice(_SEEN_AS[each.effect]) if monitor.states_class else None
        alert = Alert(f"monitor:{element}", element, started_at, failure_class=stated)
        seen.append((tuple(hop.element for hop in each.hops), alert))
    return seen


def _repeat(alerts: Sequence[Alert], dice: Random, count: int) -> list[Alert]:
    """The alerts, with repetitions that monitors send: the same key and start."""
    repeats = [dice.choice(alerts) for _ in range(max(count - len(alerts), 0) if alerts else 0)]
    return [*alerts, *repeats]


@dataclass(frozen=True)
class StormScore:
    causes: int
    first: int
    """Causes that are first in an incident."""
    among_three: int
    incidents: int
    """Those that a cause explains."""
    misplaced: int
    """Alerts in the incident of another cause: of the one that made most of its alerts."""
    paths: int
    grounded: int
    """Explanations of an alert whose hops are the hops that were harmed."""

    def __add__(self, other: "StormScore") -> "StormScore":
        return StormScore(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def score(truth: Storm, correlation: Correlation) -> StormScore:
    explained = [each for each in correlation.incidents if each.is_explained]
    firsts = {cause.element for each in correlation.incidents for cause in each.causes[:1]}
    leading = {cause.element for each in correlation.incidents for cause in each.causes[:3]}
    element_of = {alert.key: alert.element for alert in truth.alerts}
    misplaced = sum(_misplaced(truth, each) for each in explained)
    paths = grounded = 0
    for incident in explained:
        cause = incident.causes[0]
        if cause.element not in truth.causes:
            continue
        for evidence in {each.alert: each for each in cause.explains}.values():
            paths += 1
            harmed = truth.hops.get((cause.element, element_of[evidence.alert]), frozenset())
            grounded += evidence.hops in harmed
    return StormScore(
        causes=len(truth.causes),
        first=len(firsts & set(truth.causes)),
        among_three=len(leading & set(truth.causes)),
        incidents=len(explained),
        misplaced=misplaced,
        paths=paths,
        grounded=grounded,
    )


def _misplaced(truth: Storm, incident: Incident) -> int:
    makers = [by for key in {alert.key for alert in incident.alerts} if (by := truth.cause_of[key])]
    counts = Counter(cause for by in makers for cause in by)
    return len(makers) - max(counts.values(), default=0)


def main() -> int:
    """Prints the scores of storms over the demo's topology and over a random one."""
    graphs = {
        "the demo's topology": FailureGraph.of(parse_topology(documents())),
        "a random topology of 1,000 elements": FailureGraph.of(topology_of_size(1_000)),
    }
    columns = "topology", "causes", "storms", "first", "among first three", "incidents", "misplaced", "paths"
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    cases = [(name, graph, case) for name, graph in graphs.items() for case in CASES]
    complete = "the demo's topology, every element has a sure monitor"
    cases.append((complete, graphs["the demo's topology"], COMPLETE))
    for name, graph, case in cases:
        scores = [_one(graph, seed, case) for seed in SEEDS]
        total = sum(scores[1:], scores[0])
        lines.append(f"| {name} | {case.causes} | {len(scores)} | {_cells(total, len(scores))} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


@dataclass(frozen=True)
class Case:
    causes: int
    false_alarms: int
    monitored: float = 0.8
    sensitivities: tuple[float, ...] = SENSITIVITIES


SEEDS = range(100, 110)
CASES = (Case(12, 15), Case(3, 8), Case(1, 4), Case(0, 8))
COMPLETE = Case(12, 15, monitored=1.0, sensitivities=(1.0,))


def _one(graph: FailureGraph, seed: int, case: Case) -> StormScore:
    truth = storm(
        graph,
        seed,
        causes=case.causes,
        alerts=160 * case.causes,
        false_alarms=case.false_alarms,
        monitored=case.monitored,
        sensitivities=case.sensitivities,
    )
    monitoring = Monitoring(truth.monitors)
    return score(truth, correlate(graph, truth.alerts, now=truth.now, monitoring=monitoring))


def _cells(total: StormScore, storms: int) -> str:
    causes, paths = max(total.causes, 1), max(total.paths, 1)
    return " | ".join(
        [
            f"{total.first / causes:.2f}",
            f"{total.among_three / causes:.2f}",
            f"{total.incidents / storms:.1f}",
            f"{total.misplaced}",
            f"{total.grounded / paths:.2f}",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
