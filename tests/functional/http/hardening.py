"""Servers with settings of hardening, and what is sent to them."""

from collections.abc import Callable, Iterator
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import OPEN_ACCESS, Access
from tests.functional.http.shop import NOW, event

JSON = {"content-type": "application/json"}
QUERY = "{ __typename }"
REPORT = (
    'mutation { reportFailure(input: {id: "H-9", target: "system:oms", class: LATENCY, '
    'startedAt: "2026-03-02T09:00:00Z", delay: "PT1M"}) { failure { id } } }'
)
EVENT = event("order.cancelled", NOW, {"order": "O-0003", "reason": "test"}, "hardening-1")
STRUCTURED = {"content-type": "application/cloudevents+json"}


def clients_of(store: Store) -> Iterator[Callable[..., TestClient]]:
    """Makes clients of servers with settings."""
    clients: list[TestClient] = []

    def make(
        base_url: str = "http://localhost",
        access: Access = OPEN_ACCESS,
        more: dict[str, Any] | None = None,
        **settings: Any,
    ) -> TestClient:
        app = create_app(store, Settings(**settings), now=lambda: NOW, access=access, **(more or {}))
        clients.append(TestClient(app, base_url=base_url, raise_server_exceptions=False))
        return clients[-1].__enter__()

    yield make
    for each in clients:
        each.__exit__()


def ask(client: TestClient, query: str = QUERY, **headers: str) -> Any:
    return client.post("/graphql", json={"query": query}, headers=headers)


def socket_of(client: TestClient, **headers: str) -> Any:
    """A web socket; the test client names a host of its own."""
    return client.websocket_connect(
        "/graphql", ["graphql-transport-ws"], headers={"host": "localhost", **headers}
    )
