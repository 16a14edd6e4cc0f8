"""Writes a store of the present format for tests/stores/formats: run it before the format is raised.

python -m tests.stores.formats.write embedded
python -m tests.stores.formats.write log bolt://user:password@host:port     # of an empty database
"""

import base64
import json
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from neo4j import GraphDatabase

from graph_models.time import Millis
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.tables import FORMAT
from impactgraph.stores.neo4j.address import Address, read_address
from impactgraph.stores.neo4j.log import FORMAT as LOG_FORMAT
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.stores.events import DOCUMENTS, at, topology

FOLDER = Path(__file__).parent


def now() -> Millis:
    return at(600)


def fill(store: Store) -> None:
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    for name in ("events.ndjson", "more.ndjson"):
        number = store.begin_ingest([], at(600))
        store.ingest((FOLDER / name).read_bytes().splitlines(), ingest=number)
        store.end_ingest(number, {}, at(600))


def write_embedded(target: Path) -> None:
    with TemporaryDirectory() as folder:
        store = EmbeddedStore.open(Path(folder), now=now)
        fill(store)
        store.close()
        with tarfile.open(target, "w:xz") as archive:
            archive.add(Path(folder) / "impactgraph.duckdb", "impactgraph.duckdb")


def write_log(address: Address, target: Path) -> None:
    store = Neo4jStore.open(address, now=now, cache=None, graph=False)
    fill(store)
    store.close()
    target.write_text(json.dumps(read_log(address), indent=1) + "\n")


def read_log(address: Address) -> dict[str, Any]:
    """The properties of the log and of its blocks."""
    with GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver:
        log = driver.execute_query("match (l:Log) return properties(l) as each").records[0]["each"]
        records = driver.execute_query(
            "match (b:Block) return properties(b) as each order by b.number"
        ).records
    blocks = [dict(record["each"]) for record in records]
    return {
        "log": log,
        "blocks": [each | {"data": base64.b64encode(each["data"]).decode()} for each in blocks],
    }


if __name__ == "__main__":
    if sys.argv[1] == "embedded":
        write_embedded(FOLDER / f"embedded-{FORMAT}.tar.xz")
    else:
        write_log(read_address(sys.argv[2]), FOLDER / f"log-{LOG_FORMAT}.json")
