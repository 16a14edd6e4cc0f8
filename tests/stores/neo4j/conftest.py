"""Stores over one Neo4j database, as processes of a team have them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import Address, read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, topology

Opened = Callable[..., Neo4jStore]


@pytest.fixture
def address(neo4j_address: Neo4jAddress) -> Address:
    """Of an emptied database."""
    return read_address(neo4j_address.url)


@pytest.fixture
def opened(address: Address, tmp_path: Path) -> Iterator[Opened]:
    """Opens a store over the database, always current; all are closed at the end."""
    with ExitStack() as stores:

        def another(at_address: Address = address, **more: Any) -> Neo4jStore:
            options = {
                "now": lambda: at(600),
                "cache": tmp_path / "cache",
                "freshness": 0,
                "graph": False,
            } | more
            return stores.enter_context(closing(Neo4jStore.open(at_address, **options)))

        yield another


@pytest.fixture
def two(opened: Opened) -> tuple[Neo4jStore, Neo4jStore]:
    """With the topology of tests/stores/events.py."""
    first = opened()
    first.apply_topology(topology(), DOCUMENTS, at(-60))
    return first, opened()


@pytest.fixture
def alone() -> Iterator[EmbeddedStore]:
    """What a single process has, to compare with."""
    with closing(EmbeddedStore.in_memory(now=lambda: at(600))) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        yield store
