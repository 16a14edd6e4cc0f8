"""Blocks of the log: time and size of packing, with zlib (format 1) beside Zstandard (format 2).

Processor time of one core, the least of four runs, over the blocks that the demo's events make.
"""

import time
import zlib
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from graph_models.time import DAY, Millis
from impactgraph.demo.generate import generate
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.packing import pack, unpack, zstd
from impactgraph.stores.local.record import Position, Record
from impactgraph.stores.local.replica import Replica
from impactgraph.topology.load import parse_topology

ORDERS = 4_000
NOW: Millis = 1_772_000_000_000
A = TypeVar("A")
B = TypeVar("B")


class _Recorder(Record):
    """An in-memory record that keeps the blocks written to it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        super().__init__(None)

    def apply(self, block: Block, position: Position | None = None) -> None:
        self.blocks.append(block)
        super().apply(block, position)


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    """The blocks of the demo's order events."""
    recorder = _Recorder()
    store = EmbeddedStore(Replica(recorder, lambda: NOW), lambda: NOW)
    demo = generate(ORDERS, NOW, 1, history=1)
    store.apply_topology(parse_topology(demo.documents), demo.documents, NOW - 30 * DAY)
    for lines in demo.events:
        store.ingest(lines.splitlines())
    return [block for block in recorder.blocks if "events" in block.rows]


def _least_seconds(work: Callable[[A], B], values: Iterable[A]) -> tuple[float, list[B]]:
    least = float("inf")
    results: list[B] = []
    for _ in range(4):
        start = time.process_time()
        results = [work(value) for value in values]
        least = min(least, time.process_time() - start)
    return least, results


def test_packing(blocks: list[Block], benchmark: BenchmarkFixture) -> None:
    events = sum(len(block.rows["events"]["seq"]) for block in blocks)
    packing, packed = benchmark.pedantic(lambda: _least_seconds(pack, blocks), rounds=1)
    unpacking, _ = _least_seconds(unpack, packed)
    texts = [zstd.decompress(data) for data in packed]
    codecs = {
        "zlib, level 1": (lambda text: zlib.compress(text, 1), zlib.decompress),
        "Zstandard, level 1": (lambda text: zstd.compress(text, 1), zstd.decompress),
    }
    lines = [f"{events:,} events: packed in {packing * 1e3:.0f} ms, unpacked in {unpacking * 1e3:.0f} ms"]
    for name, (compress, decompress) in codecs.items():
        compressing, results = _least_seconds(compress, texts)
        decompressing, _ = _least_seconds(decompress, results)
        size = sum(map(len, results)) / events
        lines.append(
            f"{name}: {compressing * 1e3:.0f} ms to compress, {decompressing * 1e3:.0f} ms to decompress, "
            f"{size:.1f} bytes an event"
        )
    print("", *lines, sep="\n")  # noqa: T201
