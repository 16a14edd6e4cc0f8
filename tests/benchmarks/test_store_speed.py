"""Taking events, one alone and many, and opening a million orders.

Prints what it measured; no assertion on time.
"""

import itertools
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from impactgraph.bootstrap import suit_process
from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import parse_topology
from tests.benchmarks.million import NOW, SEED, built

_ORDERS = 15_000
_FIRST_ANSWER = """
import re, sys
from pathlib import Path
from time import perf_counter
start = perf_counter()
from graph_models.impact import Question
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.blast_radius import blast_radius
loaded = perf_counter()
now = int(sys.argv[2])
store = EmbeddedStore.open(Path(sys.argv[1]), now=lambda: now)
opened = perf_counter()
with blast_radius(store, Question(), now) as answer:
    answer.totals
done = perf_counter()
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(opened - loaded, done - loaded, int(peak[1]) / 1024)
"""


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    suit_process()
    store = EmbeddedStore.open(tmp_path / "store", now=lambda: NOW)
    documents = generate(10, NOW, SEED).documents
    store.apply_topology(parse_topology(documents), documents, NOW - 10 * 86_400_000)
    return store


def _say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}")


def test_bulk_ingest(
    benchmark: BenchmarkFixture, store: EmbeddedStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """With all rules, durable when a block is acknowledged."""
    blocks = [block.splitlines() for block in generate(_ORDERS, NOW, SEED).events]
    events = sum(len(block) for block in blocks)

    def take() -> None:
        for block in blocks:
            store.ingest(block)

    start = perf_counter()
    benchmark.pedantic(take, rounds=1)
    seconds = perf_counter() - start
    _say(capsys, f"bulk ingest: {events:,} events in {seconds:.1f} s, {events / seconds:,.0f} a second")
    store.close()


def test_one_event_alone(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """In a store of a million orders."""
    store = EmbeddedStore.open(built(), now=lambda: NOW)
    numbers = itertools.count()
    seconds: list[float] = []
    line = (
        '{"specversion":"1.0","id":"bench-%d-%d","source":"/bench","type":"inventory.reported",'
        '"time":"2026-03-03T12:00:00Z","data":%s}'
    )
    stamp = int(perf_counter() * 1e6)

    def take() -> None:
        event = line % (
            stamp,
            next(numbers),
            '{"location":"store-001","item":"i","system":"pos","on_hand":1}',
        )
        start = perf_counter()
        taken = store.ingest([event.encode()])
        seconds.append(perf_counter() - start)
        assert taken.accepted_count == 1

    benchmark.pedantic(take, rounds=50, warmup_rounds=5)
    _say(
        capsys,
        f"one event alone: {median(seconds[5:]) * 1000:.1f} ms, at worst {max(seconds[5:]) * 1000:.1f} ms",
    )
    store.close()


def test_opening_a_million_orders(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """In a process of its own, to the totals of all active failures."""
    folder = built()

    def opened() -> list[float]:
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_ANSWER, str(folder), str(NOW)],
            capture_output=True,
            text=True,
            check=True,
        )
        return [float(word) for word in done.stdout.split()]

    figures = benchmark.pedantic(opened, rounds=3, warmup_rounds=1)
    _say(
        capsys,
        f"a million orders: open in {figures[0]:.2f} s, first answer after {figures[1]:.2f} s, "
        f"{figures[2]:,.0f} MiB resident",
    )
