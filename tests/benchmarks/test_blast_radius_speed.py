"""The blast radius over HTTP with a million orders in flight, beside the least that could be done: a numpy
mask, group and sum.

Each round asks what was not asked before. Nothing here asserts on time; `make bench` prints the table and the
ratios.
"""

import itertools
import json
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any

import networkx as nx
import numpy as np
import pytest
import rustworkx as rx
import uvicorn
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from api.app import create_app
from graph_models.enums import Dimension, FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.scope import Scope
from graph_models.time import HOUR, moment
from impactgraph.bootstrap import open_store
from impactgraph.columns import IN_FLIGHT, Columns
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.topology.edges import dependency_edges
from impactgraph.usecases.blast_radius import blast_radius
from tests.benchmarks.million import NOW, built

NARROW: dict[str, Any] = {
    "target": "system:storeops",
    "scope": {"locations": ["store-014", "store-015", "store-016"]},
}
WIDE: dict[str, Any] = {"target": "system:broker", "scope": {}}
CASES: dict[str, dict[str, Any]] = {
    "narrow": NARROW,
    "wide, held": {"target": "system:oms", "scope": {}},
    "wide": WIDE,
}
"""A thousand orders, a quarter of all with half of them held now, and half of all."""
TOTALS = "totals { orders stuck exposed upcoming recordsOnly willMissPromise value { amount currency } }"
GROUPS = "breakdown(by: [CHANNEL, REGION]) { key orders stuck willMissPromise value { amount currency } }"
PAGE = (
    "orders(first: 50) { totalCount edges { node { band hitAt likelihood expectedDelay missesPromise order { "
    "id } } } }"
)
_seconds = itertools.count()


@dataclass
class Served:
    address: str
    store: Store

    def ask(self, case: str, parts: str) -> dict[str, Any]:
        """The blast radius of a failure that started at a moment never asked about before."""
        started = moment(NOW - HOUR - next(_seconds) * 1000).isoformat()
        failure = {
            **CASES[case],
            "class": "OUTAGE",
            "startedAt": started,
            "expectedEnd": moment(NOW + HOUR).isoformat(),
        }
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
    server = uvicorn.Server(
        uvicorn.Config(create_app(store, Settings(), now=lambda: NOW), port=port, log_level="warning")
    )
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
        words = columns.dictionaries
        everywhere = list(range(len(words.workflows) * 64))
        on: dict[str, list[int]] = {"narrow": [], "wide, held": everywhere, "wide": everywhere}
        for n, workflow in enumerate(words.workflows):
            on["narrow"] += [
                n * 64 + m
                for m, step in enumerate(workflow.steps)
                if step in ("pick", "pack", "reserve", "receive")
            ]
        chosen = [
            code for word in NARROW["scope"]["locations"] if (code := words.locations.find(word)) is not None
        ]
        return Plain(
            place,
            f.location.astype(np.int16),
            o.channel[f.order].astype(np.int16),
            o.region[f.order].astype(np.int16),
            f.value.copy(),
            o.promised_by[f.order],
            f.entered_at.copy(),
            {k: np.array(v, np.int16) for k, v in on.items()},
            np.array(chosen, np.int16),
        )

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


@dataclass(frozen=True)
class Cost:
    """Seconds: elapsed, and of CPU time of the process (client and server), which other work on the machine
    changes less.
    """

    elapsed: float
    cpu: float

    @staticmethod
    def of(work: Callable[[], object]) -> "Cost":
        elapsed, cpu = perf_counter(), process_time()
        work()
        return Cost(perf_counter() - elapsed, process_time() - cpu)

    @staticmethod
    def median(costs: Sequence["Cost"]) -> "Cost":
        return Cost(median(cost.elapsed for cost in costs), median(cost.cpu for cost in costs))


def typical(work: Callable[[], object], rounds: int = 9) -> float:
    """Median seconds after one round to warm up."""
    return typical_cost(work, rounds).elapsed


def typical_cost(work: Callable[[], object], rounds: int = 9) -> Cost:
    """Median after one round to warm up."""
    return Cost.median([Cost.of(work) for _ in range(rounds + 1)][1:])


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize(
    ("name", "parts"),
    [("totals and breakdown", f"{TOTALS} {GROUPS}"), ("with the first page", f"{TOTALS} {GROUPS} {PAGE}")],
)
def test_blast_radius_over_http(
    benchmark: BenchmarkFixture,
    served: Served,
    case: str,
    name: str,
    parts: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served.store.columns() as columns:
        plain = Plain.of(columns)
    floor = typical_cost(lambda: plain.ask(case))
    answer = served.ask(case, parts)

    costs: list[Cost] = []

    def ask() -> None:
        costs.append(Cost.of(lambda: served.ask(case, parts)))

    benchmark.pedantic(ask, rounds=9, warmup_rounds=2)

    took = Cost.median(costs[2:])
    ratio, ratio_of_cpu = took.elapsed / floor.elapsed, took.cpu / floor.cpu
    hit = answer["totals"]["orders"]
    benchmark.extra_info.update(
        orders=hit, numpy_ms=floor.elapsed * 1000, ratio=ratio, cpu_ms=took.cpu * 1000, cpu_ratio=ratio_of_cpu
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\n{case}, {name}: {hit:,} orders, {took.elapsed * 1000:.1f} ms, "
            f"numpy {floor.elapsed * 1000:.2f} ms, {ratio:.1f} times; CPU {took.cpu * 1000:.1f} ms, "
            f"numpy {floor.cpu * 1000:.2f} ms, {ratio_of_cpu:.1f} times"
        )


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("with_page", [False, True], ids=["totals and breakdown", "with the first page"])
def test_blast_radius_in_one_process(
    benchmark: BenchmarkFixture,
    served: Served,
    case: str,
    with_page: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The least CPU time of many rounds, without HTTP: other work on the machine changes it least."""
    costs: list[Cost] = []

    def ask() -> None:
        costs.append(Cost.of(lambda: _answer(served.store, case, with_page=with_page)))

    benchmark.pedantic(ask, rounds=16, warmup_rounds=2)

    least = min(cost.cpu for cost in costs)
    benchmark.extra_info.update(cpu_ms=least * 1000)
    with capsys.disabled():
        sys.stdout.write(f"\n{case}, page: {with_page}: CPU {least * 1000:.1f} ms")


def _answer(store: Store, case: str, *, with_page: bool) -> None:
    """Computes what `Served.ask` asks for."""
    failure = Failure(
        key="what-if",
        target=CASES[case]["target"],
        failure_class=FailureClass.OUTAGE,
        started_at=NOW - HOUR - next(_seconds) * 1000,
        expected_end=NOW + HOUR,
        scope=Scope.from_mapping(CASES[case]["scope"]),
        is_supposed=True,
    )
    with blast_radius(store, Question(suppose=(failure,)), NOW) as answer:
        assert answer.order_totals.orders
        answer.breakdown([Dimension.CHANNEL, Dimension.REGION])
        if with_page:
            answer.orders(first=50)


@pytest.mark.parametrize("records", [False, True], ids=["orders", "orders and records"])
@pytest.mark.parametrize("library", ["networkx", "rustworkx"])
def test_walking_a_graph_of_orders(
    benchmark: BenchmarkFixture,
    served: Served,
    library: str,
    records: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a dependency graph with the orders as nodes does: walk from the failed element to them, then
    sum up what was reached.
    """
    graph = _graph(served.store, records)
    walk = {"networkx": _networkx, "rustworkx": _rustworkx}[library](graph)
    answers = {case: typical(partial(served.ask, case, f"{TOTALS} {GROUPS}"), 5) for case in CASES}
    lines: list[str] = []
    for case, asked in CASES.items():
        target = str(asked["target"])
        took, walked, reached = answers[case], typical(partial(walk, target), 1), walk(target)
        summed = walked + typical(partial(_figures, graph, reached), 1)
        figures = (
            f"walks in {walked:.2f} s, {walked / took:.0f} times the blast radius; with figures {summed:.2f} "
            f"s, {summed / took:.0f} times"
        )
        lines.append(
            f"\n{case}: {library}, {len(graph.edges):,} edges, reaches {len(reached):,} orders, {figures}"
        )

    benchmark.pedantic(partial(walk, str(WIDE["target"])), rounds=1)

    with capsys.disabled():
        sys.stdout.write("".join(lines))


@dataclass
class Graph:
    """The graph that a team would build: elements, steps, fulfillments and orders, as docs/graph-schema.md
    has them, each with its id.
    """

    edges: list[tuple[str, str]]
    """From what fails to what is hit by it: to what needs it, to the step before, to the fulfillments in a
    step, to their orders (and records).
    """
    orders: dict[str, tuple[str, str, int, bool]]
    """Channel, region, value, and whether the promise is within the hour."""


def _graph(store: Store, records: bool) -> Graph:
    topology = store.topology()
    edges = [(edge.target, edge.source) for edge in dependency_edges(topology)]
    edges += [
        (f"step:{w.key}/{then.step}", step.id)
        for w in topology.workflows.values()
        for step in w.steps
        for then in step.then
    ]
    with store.columns() as columns:
        f, o, v = columns.fulfillments, columns.orders, columns.dictionaries
        names = [f"order:{key}" for key in o.ids]
        told = zip(
            o.channel.tolist(),
            o.region.tolist(),
            o.value.tolist(),
            (o.promised_by < NOW + HOUR).tolist(),
            strict=True,
        )
        orders = {
            name: (v.channels.values[c], v.regions.values[r], value, soon)
            for name, (c, r, value, soon) in zip(names, told, strict=True)
        }
        if records:
            r = columns.records
            mine = np.flatnonzero(f.status[r.fulfillment] == IN_FLIGHT)
            edges += [
                (f"fulfillment:{f.ids[row]}", f"record:{n}")
                for n, row in zip(mine.tolist(), r.fulfillment[mine].tolist(), strict=True)
            ]
        for row in np.flatnonzero(f.status == IN_FLIGHT).tolist():
            workflow, part = v.workflows[int(f.workflow[row])], f"fulfillment:{f.ids[row]}"
            edges += [
                (f"step:{workflow.key}/{workflow.steps[int(f.step[row])]}", part),
                (part, names[int(f.order[row])]),
            ]
    return Graph(edges, orders)


def _figures(graph: Graph, reached: list[str]) -> dict[tuple[str, str], list[int]]:
    """Orders, value and missed promises by channel and region."""
    found: dict[tuple[str, str], list[int]] = {}
    for order in reached:
        channel, region, value, soon = graph.orders[order]
        group = found.setdefault((channel, region), [0, 0, 0])
        group[0] += 1
        group[1] += value
        group[2] += soon
    return found


def _networkx(graph: Graph) -> Callable[[str], list[str]]:
    made: nx.DiGraph = nx.DiGraph(graph.edges)
    return lambda target: [node for node in nx.descendants(made, target) if node.startswith("order:")]


def _rustworkx(graph: Graph) -> Callable[[str], list[str]]:
    made: rx.PyDiGraph = rx.PyDiGraph()
    names = list(dict.fromkeys(name for edge in graph.edges for name in edge))
    number = dict(zip(names, made.add_nodes_from(names), strict=True))
    made.add_edges_from_no_data([(number[a], number[b]) for a, b in graph.edges])
    return lambda target: [
        name for node in rx.descendants(made, number[target]) if (name := names[node]).startswith("order:")
    ]
