from collections.abc import Iterator

import pytest

from impactgraph.bootstrap import suit_process
from impactgraph.stores.embedded import EmbeddedStore
from tests.benchmarks.million import NOW, built


@pytest.fixture(scope="module")
def store() -> Iterator[EmbeddedStore]:
    """With a million orders in flight, as the product opens it."""
    suit_process()
    opened = EmbeddedStore.open(built(), now=lambda: NOW)
    yield opened
    opened.close()
