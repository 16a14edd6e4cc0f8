from collections.abc import Iterator

import pytest

from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, topology
from tests.stores.graph.kept import Kept, keeping


@pytest.fixture
def bare(neo4j_address: Neo4jAddress) -> Iterator[Kept]:
    """A graph of a store in which nothing is."""
    with keeping(neo4j_address, at(600)) as kept:
        yield kept


@pytest.fixture
def kept(bare: Kept) -> Kept:
    """With the topology of tests/stores/events.py."""
    bare.store.apply_topology(topology(), DOCUMENTS, at(-60))
    return bare
