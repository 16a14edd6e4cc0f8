"""Propagation beside a plain Dijkstra with heapq over the same edges.

Prints the ratio; no assertion on time.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impairment import Impairments
from graph_models.time import HOUR
from impactgraph.propagation import FailureGraph, propagate
from tests.topologies import topology_of_size

OUTAGE = Failure("F", "system:s0", FailureClass.OUTAGE, 0, expected_end=3 * HOUR)


def dijkstra(links: tuple[list[tuple[int, int]], ...], source: int) -> dict[int, int]:
    """Distances in hops."""
    distances: dict[int, int] = {}
    heap = [(0, source)]
    while heap:
        distance, here = heappop(heap)
        if here in distances:
            continue
        distances[here] = distance
        for target, _ in links[here]:
            if target not in distances:
                heappush(heap, (distance + 1, target))
    return distances


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest run."""
    seconds: list[float] = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


@pytest.mark.parametrize("elements", [1_500, 10_000, 100_000])
def test_propagation_beside_dijkstra_over_the_same_edges(benchmark: BenchmarkFixture, elements: int) -> None:
    graph = FailureGraph.of(topology_of_size(elements))
    source = graph.numbers[OUTAGE.target]
    rounds = 3 if elements > 10_000 else 10

    def work() -> Impairments:
        return propagate(graph, [OUTAGE], recovery=lambda failure: 3 * HOUR)

    found = benchmark.pedantic(work, rounds=rounds)

    plain = best_of(rounds, lambda: dijkstra(graph.links, source))
    ratio = best_of(rounds, work) / plain
    benchmark.extra_info.update(
        impaired=len(found.by_element), dijkstra_ms=round(plain * 1000, 2), ratio=round(ratio, 2)
    )
    print(  # noqa: T201 - the figure that is asked for
        f"\n{elements} elements, {len(found.by_element)} impaired: {ratio:.2f} times Dijkstra "
        f"({plain * 1000:.1f} ms)"
    )
    assert set(found.by_element) <= {graph.ids[number] for number in dijkstra(graph.links, source)}


def test_every_impairment_of_10_000_elements_is_reported_in_words(benchmark: BenchmarkFixture) -> None:
    graph = FailureGraph.of(topology_of_size(10_000))

    told = benchmark.pedantic(
        lambda: list(propagate(graph, [OUTAGE], recovery=lambda failure: 3 * HOUR).by_element.values()),
        rounds=5,
    )

    assert all(told)


def test_a_topology_of_100_000_elements_is_compiled(benchmark: BenchmarkFixture) -> None:
    topology = topology_of_size(100_000)

    graph = benchmark.pedantic(lambda: FailureGraph.of(topology), rounds=2)

    assert len(graph.ids) == len(topology.elements)
