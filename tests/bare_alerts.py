"""Storms of bare alerts over service graphs: the name of a service and a minute, without class, monitors or
any other score.

What a failure does is drawn here, not propagated by impactgraph: each caller suffers with a chance, and each
that suffers raises an alert with a chance.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from graph_models.enums import Transport
from graph_models.incidents import Alert
from graph_models.needs import Needs
from graph_models.time import MINUTE, Millis
from graph_models.topology import Integration, System, Topology
from impactgraph.diagnosis.incidents import correlate
from impactgraph.propagation import FailureGraph
from tests.storms import LEAST_ALERTS

START: Millis = 1_773_000_000_000
Calls = dict[int, tuple[int, ...]]
"""By service: those that it calls."""


def tiers(count: int, dice: Random) -> Calls:
    """Services as in an online shop: each calls some that lie behind it, and a third of all call each of
    three shared ones.
    """
    shared = range(count - 3, count)
    calls: Calls = {}
    for n in range(count - 3):
        later = range(n + 1, min(n + 1 + count // 3, count - 3))
        own = dice.sample(later, min(len(later), dice.choice([1, 1, 2, 2, 3, 4])))
        calls[n] = tuple(sorted({*own, *(each for each in shared if dice.random() < 0.3)}))
    return {**calls, **dict.fromkeys(shared, ())}


def random_dag(count: int, dice: Random) -> Calls:
    """Each service calls two later ones on average, wherever they are."""
    return {n: tuple(m for m in range(n + 1, count) if dice.random() < 2 * 2 / count) for n in range(count)}


def by_needs(calls: Calls) -> Topology:
    """Each call as a need of the caller."""
    return Topology(
        systems={
            f"s{n}": System(f"s{n}", f"s{n}", needs=Needs(tuple(f"system:s{m}" for m in others)))
            for n, others in calls.items()
        }
    )


def by_integrations(calls: Calls) -> Topology:
    """Each call as an integration that the caller needs."""
    integrations = {
        f"{n}-{m}": Integration(f"{n}-{m}", f"system:s{n}", f"system:s{m}", Transport.SYNC)
        for n, others in calls.items()
        for m in others
    }
    systems = {
        f"s{n}": System(f"s{n}", f"s{n}", needs=Needs(tuple(f"integration:{n}-{m}" for m in others)))
        for n, others in calls.items()
    }
    return Topology(systems=systems, integrations=integrations)


@dataclass(frozen=True)
class BareStorm:
    cause: str
    alerts: tuple[Alert, ...]


def bare_storm(calls: Calls, dice: Random) -> BareStorm:
    """One cause, of which at least three services raise alerts; in whole minutes. One in twenty of the
    others raises one for no reason.
    """
    callers: dict[int, list[int]] = {n: [] for n in calls}
    for n, others in calls.items():
        for m in others:
            callers[m].append(n)
    while True:
        cause = dice.choice(sorted(calls))
        suffering = _spread(callers, cause, dice)
        firing = {n for n in calls if dice.random() < (0.85 if n in suffering else 0.05)}
        if len(firing & suffering) >= LEAST_ALERTS:
            break
    alerts = (
        Alert(f"a{n}", f"system:s{n}", START + dice.choice([0, 1, 2, 3]) * MINUTE) for n in sorted(firing)
    )
    return BareStorm(f"system:s{cause}", tuple(alerts))


def _spread(callers: Mapping[int, Sequence[int]], cause: int, dice: Random) -> set[int]:
    """The cause, and who suffers from it: each caller with a chance of three in four."""
    suffering, waiting = {cause}, [cause]
    while waiting:
        for caller in callers[waiting.pop(0)]:
            if caller not in suffering and dice.random() < 0.75:
                suffering.add(caller)
                waiting.append(caller)
    return suffering


@dataclass
class BareScore:
    storms: int = 0
    first: float = 0.0
    among_three: float = 0.0
    """Ties averaged: of n causes with the same likelihood each is first in one of n cases."""

    def add(self, storm: BareStorm, graph: FailureGraph) -> None:
        self.storms += 1
        incidents = correlate(graph, storm.alerts, now=START + 20 * MINUTE).incidents
        ranking = [(cause.likelihood, cause.element) for each in incidents[:1] for cause in each.causes]
        own = next((likelihood for likelihood, element in ranking if element == storm.cause), None)
        if own is None:
            return
        before = sum(likelihood > own + 1e-9 for likelihood, _ in ranking)
        ties = sum(abs(likelihood - own) <= 1e-9 for likelihood, _ in ranking)
        self.first += min(max(1 - before, 0) / ties, 1.0)
        self.among_three += min(max(3 - before, 0) / ties, 1.0)


GRAPHS: dict[str, tuple[Callable[[int, Random], Calls], int]] = {
    "an online shop of 40 services": (tiers, 40),
    "a random graph of 100 services": (random_dag, 100),
}
SHAPES: dict[str, Callable[[Calls], Topology]] = {"needs": by_needs, "integrations": by_integrations}


def measure(graph: str, shape: str, seeds: range) -> BareScore:
    make, count = GRAPHS[graph]
    score = BareScore()
    for seed in seeds:
        dice = Random(seed)
        calls = make(count, dice)
        compiled = FailureGraph.of(SHAPES[shape](calls))
        for _ in range(5):
            score.add(bare_storm(calls, dice), compiled)
    return score


def main() -> int:
    """Prints how often the cause of a storm is first, over both kinds of graphs."""
    lines = [
        "| services | calls are | storms | first | among first three |",
        "| --- | --- | --- | --- | --- |",
    ]
    for graph in GRAPHS:
        for shape in SHAPES:
            score = measure(graph, shape, range(200, 212))
            first, among_three = score.first / score.storms, score.among_three / score.storms
            lines.append(f"| {graph} | {shape} | {score.storms} | {first:.2f} | {among_three:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
