from collections.abc import Iterator
from pathlib import Path

import pytest

from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.stores.events import DOCUMENTS, at, topology


@pytest.fixture(params=["embedded", "neo4j"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store in which nothing is."""
    if request.param == "embedded":
        store = EmbeddedStore.open(tmp_path / "store", now=lambda: at(600))
    else:
        address = read_address(request.getfixturevalue("neo4j_address").url)
        store = Neo4jStore.open(
            address, now=lambda: at(600), cache=tmp_path / "cache", freshness=0, graph=False
        )
    yield store
    store.close()


@pytest.fixture
def store(bare: Store) -> Store:
    """A store with the topology of tests/stores/events.py."""
    bare.apply_topology(topology(), DOCUMENTS, at(-60))
    return bare
