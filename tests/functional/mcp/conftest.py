from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.mcp.options import McpOptions
from api.services import Services
from graph_models.access import Principal, Role
from impactgraph.bootstrap import open_store
from impactgraph.errors import UnauthenticatedError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import Access, Credentials
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, fill

ORDERS = 60
VIEWER, SENDER = "token-of-a-viewer", "token-of-a-sender"
ISSUER = "https://login.example.com/realms/shop"


@dataclass(frozen=True)
class Tokens:
    """Verifies two tokens: of somebody who may ask, and of somebody who may only send events."""

    async def verify(self, credentials: Credentials) -> Principal:
        roles = {VIEWER: Role.VIEWER, SENDER: Role.INGEST}
        if credentials.bearer not in roles:
            raise UnauthenticatedError("Send a token.")
        role = roles[credentials.bearer]
        return Principal(f"key:{role}", role.value, frozenset({role}))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, ORDERS)
    yield store
    store.close()


@pytest.fixture(scope="session")
def address(store: Store) -> Iterator[str]:
    """Of a server with authentication, whose tools are reached under one host."""
    options = McpOptions(hosts=("127.0.0.1",), issuers=(ISSUER,))
    with served(
        create_app(
            store,
            Settings(),
            now=lambda: NOW,
            access=Access(verifier=Tokens()),
            services=Services(mcp=options),
        )
    ) as address:
        yield address


@pytest.fixture(scope="session")
def api(address: str) -> Iterator[Api]:
    """GraphQL of the same server, for the same principal."""
    headers = {"authorization": f"Bearer {VIEWER}"}
    with httpx.Client(base_url=address, timeout=60, headers=headers) as client:
        yield Api(client)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a closed store."""
    folder = tmp_path_factory.mktemp("closed") / "shop"
    store = open_store(str(folder), now=lambda: NOW)
    fill(store, ORDERS)
    store.close()
    return folder
