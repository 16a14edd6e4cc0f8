"""The record in Neo4j under load: `python -m tests.benchmarks.neo4j_record --orders 100000 --seconds 120`.
Prints what it measured; writes nothing but scratch.

It starts a server of its own (IMPACTGRAPH_TEST_NEO4J names a running one instead, which is emptied) and
measures, after each other: loading the demo's history into log and graph, opening without and with a replica,
a blast radius against the embedded store over the same events, one event alone, how the graph follows
batches, a writer with two readers, and opening again without a replica, what these wrote in small blocks.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, process_time, sleep

from graph_models.impact import Question
from graph_models.time import HOUR
from impactgraph.bootstrap import suit_process
from impactgraph.columns import Columns
from impactgraph.demo.generate import generate
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.graph.projection import GraphUpdate
from impactgraph.stores.neo4j.store import Neo4jStore
from impactgraph.topology.load import parse_topology
from impactgraph.usecases.blast_radius import blast_radius
from tests.benchmarks.million import NOW, SEED
from tests.neo4j_jars import installed
from tests.neo4j_server import Neo4jServer, empty, named_address
from tests.stores.events import event

RATE = 2_000
"""Events a second that are sustained."""
BATCH = 200


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def opened(url: str, cache: Path | None, *, graph: bool = True) -> Neo4jStore:
    suit_process()
    return Neo4jStore.open(read_address(url), now=lambda: NOW, cache=cache, graph=graph)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Address of a server with a gigabyte of heap, or of the one that is named."""
    if named := named_address():
        with named.driver() as driver:
            empty(driver, named.database)
        yield named.url
        return
    own = Neo4jServer(
        folder, installed(), flags=("-Xms512m", "-Xmx1g"), settings=("server.memory.pagecache.size=512m",)
    )
    own.start()
    try:
        yield own.address.url
    finally:
        own.kill()


def timed(work: Callable[[], object]) -> float:
    start = monotonic()
    work()
    return monotonic() - start


def load(store: Neo4jStore, orders: int) -> None:
    """Of all orders into the log, while the graph follows, and how long that takes longer."""
    demo = generate(orders, NOW, SEED)
    store.apply_topology(parse_topology(demo.documents), demo.documents, NOW - 400 * 24 * HOUR)
    start, taking, taken = monotonic(), 0.0, 0
    for block in demo.events:
        lines = block.splitlines()
        begin = monotonic()
        taken += store.ingest(lines).accepted_count
        taking += monotonic() - begin
    store.ingest(demo.failures)
    whole = monotonic() - start
    say(
        f"load: {taken:,} events of {orders:,} orders in {taking:.1f} s ({taken / taking:,.0f} a second; "
        f"{whole:.1f} s with making them)"
    )
    while store.graph.update() != GraphUpdate():
        pass
    took = monotonic() - start
    nodes = store.database.read("match (n) return count(n) as n")[0]["n"]
    relations = store.database.read("match ()-[r]->() return count(r) as n")[0]["n"]
    say(f"log and graph: {took:.1f} s for {nodes:,} nodes and {relations:,} relations")


def opening(url: str, cache: Path) -> None:
    start = monotonic()
    store = opened(url, cache, graph=False)
    with store.columns() as columns:
        took = monotonic() - start
        say(
            f"open without a replica: {took:.1f} s for {columns.watermark:,} events "
            f"({columns.watermark / took:,.0f} a second)"
        )
    store.close()
    start = monotonic()
    store = opened(url, cache, graph=False)
    with store.columns():
        say(f"open with a replica: {monotonic() - start:.2f} s")
    store.close()


def ask(store: Store) -> None:
    with blast_radius(store, Question(), NOW) as answer:
        assert answer.totals.orders


def latency(url: str, cache: Path) -> None:
    """The same questions over the same events, by turns so that the machine's moods hit both."""
    (folder,) = (path.parent for path in cache.rglob("columns.json"))
    with (
        closing(EmbeddedStore.open(folder, now=lambda: NOW)) as embedded,
        closing(opened(url, None, graph=False)) as shared,
    ):
        times: dict[str, list[float]] = {"embedded": [], "neo4j": []}
        for _ in range(15):
            for name, store in (("embedded", embedded), ("neo4j", shared)):
                with store.columns() as columns:
                    columns.mark_changed(columns.fulfillments.order[:0])
                times[name].append(timed(lambda store=store: ask(store)))
        plain, over = (median(times[name][3:]) * 1000 for name in times)
        say(f"blast radius: {over:.1f} ms, on the embedded store {plain:.1f} ms (ratio {over / plain:.2f})")


def alone(store: Store) -> None:
    times = [
        timed(
            lambda n=n: store.ingest(
                [
                    event(
                        "inventory.reported",
                        n,
                        id=f"alone-{n}",
                        item="x",
                        location="store-001",
                        on_hand="1",
                        system="oms",
                    )
                ]
            )
        )
        for n in range(200)
    ]
    say(
        f"one event alone: median {median(times) * 1000:.1f} ms, 99 of 100 within "
        f"{quantiles(times, n=100)[98] * 1000:.0f} ms"
    )


def following(store: Neo4jStore) -> None:
    """Batches of the events of further orders, as they come after each other."""
    lines, times = further(3_000, "F", SEED + 2), dict[int, list[float]]()
    for size in (*(200,) * 20, *(2_000,) * 8, 10_000):
        part, lines = lines[:size], lines[size:]
        store.ingest(part)
        began = monotonic()
        store.graph.update()
        times.setdefault(size, []).append(monotonic() - began)
    for size, took in times.items():
        say(f"the graph follows {size:,} events in {median(took):.2f} s, at most {max(took):.2f} s")


def further(orders: int, letter: str, seed: int) -> list[bytes]:
    """Events of orders of the day after."""
    return [
        line
        for block in generate(orders, NOW + 24 * HOUR, seed).events
        for line in block.replace(b'"O-', f'"{letter}-'.encode()).splitlines()
    ]


# A writer and two readers, processes each


def digest(columns: Columns) -> str:
    """Of all orders and fulfillments, whatever their rows and codes."""
    f, v = columns.fulfillments, columns.dictionaries
    steps = [
        v.workflows[w].steps[s] if w >= 0 and s >= 0 else ""
        for w, s in zip(f.workflow.tolist(), f.step.tolist(), strict=True)
    ]
    lines = sorted(
        zip(f.ids.tolist(), steps, f.status.tolist(), f.entered_at.tolist(), f.records.tolist(), strict=True)
    )
    return blake2b(repr((len(columns.orders), lines)).encode(), digest_size=8).hexdigest()


def memory() -> float:
    """Megabytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def read(url: str, cache: Path, last: Path) -> None:
    """Prints (moment, watermark, megabytes, seconds of CPU) twenty times a second until the sequence
    number in the file is read; then the digest.
    """
    store = opened(url, cache)
    while True:
        with store.columns() as columns:
            say(json.dumps([monotonic(), columns.watermark, memory(), process_time()]))
            if last.exists() and columns.watermark >= int(last.read_text()):
                say(json.dumps(digest(columns)))
                break
        sleep(0.05)
    store.close()


def write(url: str, cache: Path, seconds: int) -> None:
    """Prints (moment, watermark, megabytes, seconds of CPU) after each batch."""
    store = opened(url, cache)
    # A tenth again beside the events of the demo's orders: those that are told twice.
    lines = further(max(200, RATE * seconds // 12), "S", SEED + 1)
    store.ingest([])
    start, sent = monotonic(), 0
    while sent < min(RATE * seconds, len(lines)):
        store.ingest(lines[sent : sent + BATCH] + lines[max(0, sent - BATCH // 10) : sent])
        sent += BATCH
        with store.columns() as columns:
            say(json.dumps([monotonic(), columns.watermark, memory(), process_time()]))
        sleep(max(0.0, start + sent / RATE - monotonic()))
    say(json.dumps([sent, monotonic() - start]))
    store.close()


def sustained(url: str, cache: Path, seconds: int, scratch: Path) -> None:
    last = scratch / "last"

    def process(role: str) -> "subprocess.Popen[str]":
        given = [
            sys.executable,
            "-m",
            "tests.benchmarks.neo4j_record",
            "--role",
            role,
            "--cache",
            str(cache),
            "--last",
            str(last),
            "--seconds",
            str(seconds),
        ]
        return subprocess.Popen(
            given,
            stdout=(scratch / f"{role}.json").open("w"),
            text=True,
            env=os.environ | {"IMPACTGRAPH_BENCH_URL": url},
        )

    readers = [process(role) for role in ("read-1", "read-2")]
    process("write").wait()
    written = [json.loads(line) for line in (scratch / "write.json").read_text().splitlines()]
    last.write_text(str(written[-2][1]))
    for reader in readers:
        reader.wait()
    sent, took = written.pop()
    seen = {
        role: [json.loads(line) for line in (scratch / f"{role}.json").read_text().splitlines()]
        for role in ("read-1", "read-2")
    }
    digests = {role: rows.pop() for role, rows in seen.items()}
    say(
        f"sustained: {sent:,} events in {took:.0f} s ({sent / took:,.0f} a second, and a tenth again told "
        "twice)"
    )
    for role, rows in [("write", written), *seen.items()]:
        quarter = rows[len(rows) // 4][2]
        behind = "" if role == "write" else f"; {_behind(written, rows)}"
        busy = (rows[-1][3] - rows[0][3]) / (rows[-1][0] - rows[0][0])
        say(
            f"  {role}: {rows[-1][2]:.0f} MB at the end, {quarter:.0f} MB after a quarter, {busy:.0%} of a "
            f"core{behind}"
        )
    given_out = written[-1][1] - written[0][1] + BATCH
    say(
        f"  sequence numbers given out {given_out:,} for {sent:,} events; both readers the same: "
        f"{len(set(digests.values())) == 1}"
    )


def _behind(written: list[list[float]], rows: list[list[float]]) -> str:
    lags: list[float] = []
    at = 0
    for moment, watermark, *_ in written:
        while at < len(rows) - 1 and rows[at][1] < watermark:
            at += 1
        if rows[at][1] >= watermark and rows[0][0] < moment:
            lags.append(max(0.0, rows[at][0] - moment))
    return (
        f"behind the writer by {median(lags) * 1000:.0f} ms, 99 of 100 within "
        f"{quantiles(lags, n=100)[98] * 1000:.0f} ms, at most {max(lags) * 1000:.0f} ms"
    )


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--orders", type=int, default=100_000)
    options.add_argument("--seconds", type=int, default=600)
    options.add_argument("--role")
    options.add_argument("--cache", type=Path)
    options.add_argument("--last", type=Path)
    given = options.parse_args()
    if given.role:
        url = os.environ["IMPACTGRAPH_BENCH_URL"]
        write(url, given.cache, given.seconds) if given.role == "write" else read(
            url, given.cache, given.last
        )
        return
    with (
        tempfile.TemporaryDirectory(prefix="impactgraph-bench-") as folder,
        server(Path(folder) / "neo4j") as url,
    ):
        scratch = Path(folder)
        with closing(opened(url, scratch / "first")) as store:
            load(store, given.orders)
        opening(url, scratch / "cache")
        latency(url, scratch / "cache")
        with closing(opened(url, scratch / "cache", graph=False)) as store:
            alone(store)
            following(store)
        sustained(url, scratch / "cache", given.seconds, scratch)
        opening(url, scratch / "again")


if __name__ == "__main__":
    main()
