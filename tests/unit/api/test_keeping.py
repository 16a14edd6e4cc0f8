"""Backups and removals are for administrators who see all orders; bodies that cannot be read are refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from graph_models.access import ALL_ORDERS, LOCAL, Principal, Role, RowFilter
from impactgraph.access.audit_file import FileAudit
from impactgraph.settings import Settings
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.access import Access, Credentials
from tests.functional.http.serving import served
from tests.stores.events import DOCUMENTS, at, topology

PATHS = ("/backup", "/forget", "/retention")


class Fixed:
    """A verifier for whom everybody is the same."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal

    async def verify(self, credentials: Credentials) -> Principal:
        return self.principal


@pytest.fixture
def verifier() -> Fixed:
    return Fixed(LOCAL)


@pytest.fixture
def client(verifier: Fixed, tmp_path: Path) -> Iterator[httpx.Client]:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    audit = FileAudit(tmp_path, lambda: at(600))
    app = create_app(store, Settings(), now=lambda: at(600), access=Access(verifier=verifier, audit=audit))
    with served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client
    store.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("roles", "rows"),
    [
        (frozenset(set(Role) - {Role.ADMIN}), ALL_ORDERS),
        (frozenset({Role.ADMIN}), RowFilter(regions=("emea",))),
    ],
)
def test_others_are_refused(
    client: httpx.Client, verifier: Fixed, path: str, roles: frozenset[Role], rows: RowFilter
) -> None:
    verifier.principal = Principal("key:1", "somebody", roles, rows)
    answer = client.post(path, content=b"")

    assert answer.status_code == 403
    assert "administer" in answer.json()["message"]


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 100_000, b'{"rules": 1, "orders": 1}', b"\xff", b'["x"]', b"null"]
)
@pytest.mark.parametrize("path", PATHS)
def test_a_body_that_cannot_be_read_is_refused(client: httpx.Client, path: str, body: bytes) -> None:
    answer = client.post(path, content=body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "BAD_INPUT"


def test_the_audit_log_names_what_was_forgotten_by_number_and_attribute_without_values(
    client: httpx.Client,
) -> None:
    asked = {"orders": ["O-1"], "attributes": [["customer-email", ["jane@example.com"]]]}
    assert client.post("/forget", json=asked).status_code == 200

    log = client.get("/audit").text

    entries = [json.loads(line) for line in log.splitlines()]
    assert [each["arguments"] for each in entries] == [{"orders": 1, "attributes": ["customer-email"]}] * 2
    assert "jane" not in log and "O-1" not in log


def test_nothing_to_forget_is_refused(client: httpx.Client) -> None:
    assert client.post("/forget", json={}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"orders": ["O-1", " "]}, "`orders[1]` is ' '"),
        ({"attributes": [["customer-email", ["jane@example.com", ""]]]}, "`attributes[0]` has a value of 0"),
        ({"attributes": [["customer-email", ["ab"]]]}, "3 to 1,000"),
        ({"attributes": [["customer-email", ["x" * 20_000]]]}, "a value of 20000 characters"),
        ({"attributes": [["customer-email", []]]}, "give a name and its values"),
        ({"attributes": [["", ["jane@example.com"]]]}, "give a name and its values"),
    ],
)
def test_what_would_be_found_everywhere_is_not_forgotten(
    client: httpx.Client, asked: dict[str, object], said: str
) -> None:
    answer = client.post("/forget", json=asked)

    assert answer.status_code == 400
    assert said in answer.text
