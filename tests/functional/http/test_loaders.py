"""Calls of the store do not grow with the page."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.schema import build_schema
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.questions import connections_of, page_of
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW

SCHEMA = build_schema(Settings())._schema


class Counted:
    """A store that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self._store, self.calls = store, Counter[str]()

    def __getattr__(self, name: str) -> object:
        self.calls[name] += 1
        return getattr(self._store, name)


@pytest.fixture
def counted(shop: Store) -> Counted:
    return Counted(shop)


@pytest.fixture
def counting(counted: Counted) -> Iterator[Api]:
    app = create_app(counted, Settings(), now=lambda: NOW)  # pyright: ignore[reportArgumentType] - it has all that a store has
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield Api(client)


def calls_for(counting: Api, counted: Counted, query: str) -> Counter[str]:
    counting.ask(query)  # what is kept from one question to the next is kept now
    counted.calls.clear()
    counting.ask(query)
    return counted.calls.copy()


@pytest.mark.parametrize("field", connections_of(SCHEMA, "Query"))
def test_a_large_page_asks_the_store_as_often_as_a_small_one(
    counting: Api, counted: Counted, field: str
) -> None:
    small = calls_for(counting, counted, "{" + page_of(SCHEMA, "Query", field, first=1, levels=2) + "}")
    large = calls_for(counting, counted, "{" + page_of(SCHEMA, "Query", field, first=50, levels=2) + "}")

    assert large == small


@pytest.mark.parametrize("field", connections_of(SCHEMA, "BlastRadius"))
def test_a_large_page_of_a_blast_radius_asks_the_store_as_often_as_a_small_one(
    counting: Api, counted: Counted, field: str
) -> None:
    small = calls_for(
        counting,
        counted,
        "{ blastRadius {" + page_of(SCHEMA, "BlastRadius", field, first=1, levels=2) + "} }",
    )
    large = calls_for(
        counting,
        counted,
        "{ blastRadius {" + page_of(SCHEMA, "BlastRadius", field, first=50, levels=2) + "} }",
    )

    assert large == small
