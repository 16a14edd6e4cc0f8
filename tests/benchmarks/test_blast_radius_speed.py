"""The blast radius over HTTP with a million orders in flight, beside the least that could be done: a numpy mask, group and sum.

Each round asks what was not asked before. Nothing here asserts on time; `make bench` prints the table and the ratios.
"""

import itertools
import json
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import networkx as nx
import numpy as np
import pytest
import rustworkx as rx
import uvicorn
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from api.app import create_app
from graph_models.time import HOUR, moment
from impactgraph.bootstrap import open_store
from impactgraph.impact.columns import IN_FLIGHT, Columns
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.topology.edges import dependency_edges
from tests.benchmarks.million import NOW, built

NARROW = {"target": "system:storeops", "scope": {"locations": ["store-014", "store-015", "store-016"]}}
WIDE = {"target": "system:oms", "scope": {}}
CASES = {"narrow": NARROW, "wide": WIDE}
TOTALS = "totals { orders stuck exposed upcoming recordsOnly willMissPromise value { amount currency } }"
GROUPS = "breakdown(by: [CHANNEL, REGION]) { key orders stuck willMissPromise value { amount currency } }"
PAGE = "orders(first: 50) { totalCount edges { node { band hitAt likelihood expectedDelay missesPromise order { id } } } }"
_seconds = itertools.count()


@dataclass
class Served:
    address: str
    store: Store

    def ask(self, case: str, parts: str) -> dict[str, Any]:
        """The blast radius of a failure that started at a moment never asked about before."""
        started = moment(NOW - HOUR - next(_seconds) * 1000).isoformat()
        failure = {**CASES[case], "class": "OUTAGE", "startedAt": started, "expectedEnd": moment(NOW + HOUR).isoformat()}
        query = f"query Q($f: FailureInput!) {{ blastRadius(suppose: [$f]) {{ {parts} }} }}"
        body = json.dumps({"query": query, "variables": {"f": failure}}).encode()
        request = urllib.request.Request(self.address, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]["blastRadius"]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    store = open_store(str(built()), now=lambda: NOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(store, Settings(), now=lambda: NOW), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.02)
    yield Served(f"http://127.0.0.1:{port}/graphql", store)
    server.should_exit = True
    thread.join()
    store.close()


@dataclass
class Plain:
    """The least: the columns of the hit orders' place and a mask over them."""

    place: NDArray[np.int16]
    location: NDArray[np.int16]
    channel: NDArray[np.int16]
    region: NDArray[np.int16]
    value: NDArray[np.int64]
    promised: NDArray[np.int64]
    entered: NDArray[np.int64]
    hit: dict[str, NDArray[np.int16]]
    locations: NDArray[np.int16]

    @staticmethod
    def of(columns: Columns) -> "Plain":
        f, o = columns.fulfillments, columns.orders
        place = (f.workflow * 64 + f.step).astype(np.int16)
        place[f.status != IN_FLIGHT] = -1
        words = columns.vocabulary
        on: dict[str, list[int]] = {"narrow": [], "wide": list(range(len(words.workflows) * 64))}
        for n, workflow in enumerate(words.workflows):
            on["narrow"] += [n * 64 + m for m, step in enumerate(workflow.steps) if step in ("pick", "pack", "reserve", "receive")]
        chosen = [code for word in NARROW["scope"]["locations"] if (code := words.locations.find(word)) is not None]
        return Plain(
            place, f.location.astype(np.int16), o.channel[f.order].astype(np.int16), o.region[f.order].astype(np.int16), f.value.copy(),
            o.promised_by[f.order], f.entered_at.copy(), {k: np.array(v, np.int16) for k, v in on.items()}, np.array(chosen, np.int16),
        )  # fmt: skip

    def ask(self, case: str) -> tuple[NDArray[Any], ...]:
        """Orders and value by channel and region, and missed promises; nothing else."""
        table = np.zeros(64 * 64, bool)
        table[self.hit[case]] = True
        mask = (self.place >= 0) & table[self.place]
        if case == "narrow":
            mask &= np.isin(self.location, self.locations)
        else:
            mask &= self.entered > np.median(self.entered[::101])
        key = self.channel[mask].astype(np.int64) * 64 + self.region[mask]
        missed = self.promised[mask] < NOW + HOUR
        return np.bincount(key), np.bincount(key, weights=self.value[mask]), np.bincount(key, weights=missed)


def typical(work: Callable[[], object], rounds: int = 9) -> float:
    """Median seconds after one round to warm up."""
    seconds: list[float] = []
    for _ in range(rounds + 1):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return median(seconds[1:])


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize(("name", "parts"), [("totals and breakdown", f"{TOTALS} {GROUPS}"), ("with the first page", f"{TOTALS} {GROUPS} {PAGE}")])
def test_blast_radius_over_http(benchmark: BenchmarkFixture, served: Served, case: str, name: str, parts: str, capsys: pytest.CaptureFixture[str]) -> None:
    with served.store.columns() as columns:
        plain = Plain.of(columns)
    floor = typical(lambda: plain.ask(case))
    answer = served.ask(case, parts)

    seconds: list[float] = []

    def ask() -> None:
        start = perf_counter()
        served.ask(case, parts)
        seconds.append(perf_counter() - start)

    benchmark.pedantic(ask, rounds=9, warmup_rounds=2)

    took = median(seconds[2:])
    benchmark.extra_info.update(orders=answer["totals"]["orders"], numpy_ms=floor * 1000, ratio=took / floor)
    with capsys.disabled():
        hit = answer["totals"]["orders"]
        sys.stdout.write(f"\n{case}, {name}: {hit:,} orders, {took * 1000:.1f} ms, numpy {floor * 1000:.2f} ms, {took / floor:.1f} times")


@pytest.mark.parametrize("library", ["networkx", "rustworkx"])
def test_walking_a_graph_of_orders(benchmark: BenchmarkFixture, served: Served, library: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a dependency graph with the orders as nodes does: walk from the failed element to them."""
    answers = {case: typical(partial(served.ask, case, f"{TOTALS} {GROUPS}"), 5) for case in CASES}
    walk = {"networkx": _networkx, "rustworkx": _rustworkx}[library](served.store)
    seconds = {case: typical(partial(walk, str(CASES[case]["target"])), 1) for case in CASES}

    benchmark.pedantic(partial(walk, str(WIDE["target"])), rounds=1)

    with capsys.disabled():
        for case, took in seconds.items():
            sys.stdout.write(f"\n{case}: {library} walks in {took * 1000:.0f} ms, {took / answers[case]:.1f} times the blast radius")


def _edges(store: Store) -> tuple[list[tuple[str, str]], list[tuple[str, int]]]:
    """(element, what needs it) and (step, order) of everything in flight that has the step still to come."""
    topology = store.topology()
    between = [(edge.target, edge.source) for edge in dependency_edges(topology)]
    orders: list[tuple[str, int]] = []
    with store.columns() as columns:
        f = columns.fulfillments
        for n, words in enumerate(columns.vocabulary.workflows):
            for m, step in enumerate(words.steps):
                rows = columns.rows_at(n, m)
                for later in words.steps[m:]:
                    orders += [(f"step:{words.key}/{later}", order) for order in f.order[rows].tolist()]
                del step
    return between, orders


def _networkx(store: Store) -> Callable[[str], int]:
    between, orders = _edges(store)
    graph: nx.DiGraph = nx.DiGraph(between)
    graph.add_edges_from(orders)
    return lambda target: sum(1 for node in nx.descendants(graph, target) if isinstance(node, int))


def _rustworkx(store: Store) -> Callable[[str], int]:
    between, orders = _edges(store)
    graph: rx.PyDiGraph = rx.PyDiGraph()
    names = list(dict.fromkeys(name for pair in between for name in pair))
    number = dict(zip(names, graph.add_nodes_from(names), strict=True))
    most = max(order for _, order in orders) + 1
    first = graph.add_nodes_from(range(most))[0]
    graph.add_edges_from_no_data([(number[a], number[b]) for a, b in between])
    graph.add_edges_from_no_data([(number[step], first + order) for step, order in orders if step in number])
    return lambda target: sum(1 for node in rx.descendants(graph, number[target]) if node >= first)
