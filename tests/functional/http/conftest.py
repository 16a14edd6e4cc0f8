from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.hardening import clients_of
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, fill

ORDERS = 60


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A filled store that the tests of a module share: they add, and take nothing away."""
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, ORDERS)
    yield store
    store.close()


@pytest.fixture(scope="module")
def http(shop: Store) -> Iterator[httpx.Client]:
    with (
        served(create_app(shop, Settings(), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def api(http: httpx.Client) -> Api:
    return Api(http)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """A store in which nothing is."""
    store = open_store(str(tmp_path / "empty"), now=lambda: NOW)
    yield store
    store.close()


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with six orders for servers with settings: tests add to it, and take nothing away."""
    store = open_store(str(tmp_path_factory.mktemp("small")), now=lambda: NOW)
    fill(store, 6)
    yield store
    store.close()


@pytest.fixture
def client_of(small_shop: Store) -> Iterator[Callable[..., TestClient]]:
    """Makes clients of servers with the given settings."""
    yield from clients_of(small_shop)
