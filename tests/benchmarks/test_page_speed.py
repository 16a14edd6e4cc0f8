"""Pages over HTTP: the first page of an answer, and the pages after it.

Orders of the widest failure of a store with a million orders, and all impaired elements of a graph of some
60,000 elements. Nothing here asserts on time; `make bench` prints the table.
"""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from api.app import create_app
from graph_models.time import HOUR, moment
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.benchmarks.million import NOW, built
from tests.functional.http.serving import served
from tests.topologies import topology_of_size

ELEMENTS = 63_666
PAGES = 40
ORDER = "band hitAt likelihood expectedDelay missesPromise"
ELEMENT = "element { id } effect from until likelihood"


class Walk:
    """Pages of one list, one after another."""

    def __init__(self, address: str, target: str, field: str, node: str, first: int) -> None:
        self._address = f"{address}/graphql"
        self._failure = {
            "target": target,
            "class": "OUTAGE",
            "startedAt": moment(NOW - HOUR).isoformat(),
            "expectedEnd": moment(NOW + HOUR).isoformat(),
        }
        page = "totalCount pageInfo { hasNextPage endCursor }"
        listed = f"{field}(first: {first}, after: $after) {{ {page} edges {{ node {{ {node} }} }} }}"
        self._query = (
            f"query Q($f: FailureInput!, $after: String) {{ blastRadius(suppose: [$f]) {{ {listed} }} }}"
        )
        self._field = field
        self.after: str | None = None

    def restart(self, second: int) -> None:
        """The first page of a question that was not asked before is the next."""
        self._failure["startedAt"] = moment(NOW - HOUR - second * 1000).isoformat()
        self.after = None

    def page(self) -> dict[str, Any]:
        variables = {"f": self._failure, "after": self.after}
        body = json.dumps({"query": self._query, "variables": variables}).encode()
        request = urllib.request.Request(self._address, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        page = answer["data"]["blastRadius"][self._field]
        self.after = page["pageInfo"]["endCursor"]
        return page

    def all(self) -> list[dict[str, Any]]:
        pages = [self.page()]
        while pages[-1]["pageInfo"]["hasNextPage"]:
            pages.append(self.page())
        return pages


def _serve(store: Store) -> Iterator[str]:
    with served(create_app(store, Settings(deadline=600), now=lambda: NOW)) as address:
        yield address
    store.close()


@pytest.fixture(scope="module")
def orders() -> Iterator[str]:
    """Address of a server over a million orders."""
    yield from _serve(open_store(str(built()), now=lambda: NOW))


@pytest.fixture(scope="module")
def elements(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server over a large graph without orders."""
    store = open_store(str(tmp_path_factory.mktemp("graph")), now=lambda: NOW)
    store.apply_topology(topology_of_size(ELEMENTS), {"graph.yaml": "impactgraph: 1"}, NOW - HOUR)
    yield from _serve(store)


@pytest.mark.parametrize("first", [50, 500])
@pytest.mark.parametrize("field", ["orders", "postings"])
def test_a_page_after_the_first(benchmark: BenchmarkFixture, orders: str, field: str, first: int) -> None:
    node = ORDER if field == "orders" else "type fulfillment effect due likelihood"
    walk = Walk(orders, "system:broker", field, node, first)
    walk.page()

    page = benchmark.pedantic(walk.page, rounds=PAGES)

    benchmark.extra_info["listed"] = page["totalCount"]


def test_the_first_page_of_orders(benchmark: BenchmarkFixture, orders: str) -> None:
    walk = Walk(orders, "system:broker", "orders", ORDER, 50)
    seconds = iter(range(1, 100))

    benchmark.pedantic(walk.page, setup=lambda: walk.restart(next(seconds)), rounds=5, warmup_rounds=1)


def test_all_elements_in_pages_of_500(benchmark: BenchmarkFixture, elements: str) -> None:
    walk = Walk(elements, "system:s0", "elements", ELEMENT, 500)
    walk.page()
    seconds = iter(range(1, 100))

    pages = benchmark.pedantic(walk.all, setup=lambda: walk.restart(next(seconds)), rounds=3)

    benchmark.extra_info["elements"] = pages[0]["totalCount"]
    benchmark.extra_info["pages"] = len(pages)
