"""How long it takes to bring the graph to a store of a million orders over Bolt, and then to follow a batch of events.

    python -m tests.benchmarks.graph        about ten minutes; IMPACTGRAPH_BENCH_ORDERS for fewer orders

A server of its own is started in a folder that goes with it. IMPACTGRAPH_BENCH_STORE names the folder of a store that is there.
"""

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.graph.projection import Projection
from tests.benchmarks.million import NOW, built
from tests.neo4j_jars import installed
from tests.neo4j_server import Neo4jServer

FLAGS = ("-Xms2g", "-Xmx2g", "-XX:+UseParallelGC")
SETTINGS = ("server.memory.pagecache.size=2g", "db.tx_log.rotation.retention_policy=keep_none")
BATCHES = (1, 200, 2_000, 20_000)


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measured(store: EmbeddedStore, database: Database) -> None:
    began = time.perf_counter()
    projection = Projection(database, store._reading, "benchmark", lambda said: tell(f"{time.perf_counter() - began:8.1f} s  {said}"))
    followed = projection.follow("benchmark", NOW)
    took = time.perf_counter() - began
    nodes = database.read("match (n) return count(n) as n")[0]["n"]
    relations = database.read("match ()-[r]->() return count(r) as n")[0]["n"]
    tell(f"{followed}: {took:.0f} s, {nodes:,} nodes and {relations:,} relations, {nodes / took:,.0f} nodes a second")
    watermark = database.read("match (g:Graph) return g.watermark as at")[0]["at"]
    for events in BATCHES:
        database.change("match (g:Graph) set g.watermark = $at", at=watermark - events)
        began = time.perf_counter()
        followed = projection.follow("benchmark", NOW)
        tell(f"{events:,} events: {time.perf_counter() - began:.2f} s, {followed}")
    tell(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def main() -> None:
    folder = built()
    home = Path(tempfile.mkdtemp(prefix="impactgraph-bench-"))
    server = Neo4jServer(home, installed(), FLAGS, SETTINGS)
    try:
        server.start()
        store, database = EmbeddedStore.open(folder, now=lambda: NOW), Database(read_address(server.address.url))
        measured(store, database)
        store.close()
        database.close()
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
