from collections.abc import Iterator
from pathlib import Path

import pytest

from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, at, topology


@pytest.fixture(params=["embedded"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store in which nothing is."""
    store = EmbeddedStore.open(tmp_path / "store", now=lambda: at(600))
    yield store
    store.close()


@pytest.fixture
def store(bare: Store) -> Store:
    """A store with the topology of tests/stores/events.py."""
    bare.apply_topology(topology(), DOCUMENTS, at(-60))
    return bare
