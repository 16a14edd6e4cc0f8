"""The levels of logs are changed while a server runs, by administrators."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.log_levels import LOGGERS
from graph_models.access import Principal, Role
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import Access, Credentials
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Sets the levels back."""
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_a_level_is_set_and_holds_for_the_logs_below_it(http: httpx.Client) -> None:
    changed = http.put("/logs", json={"impactgraph": "debug", "impactgraph.access": "error"})

    assert changed.status_code == 200
    assert changed.json() == http.get("/logs").json()
    assert (changed.json()["impactgraph.sources"], changed.json()["impactgraph.access"]) == ("debug", "error")
    assert logging.getLogger("impactgraph.api").isEnabledFor(logging.DEBUG)


def test_everything_that_is_wrong_is_reported_at_once_and_nothing_changes(http: httpx.Client) -> None:
    before = http.get("/logs").json()
    refused = http.put("/logs", json={"impactgraph": "debug", "impactgraph.source": "info", "neo4j": "loud"})

    assert refused.status_code == 400
    assert [each["message"] for each in refused.json()["problems"]] == [
        "There is no log 'impactgraph.source'. Did you mean impactgraph.sources or impactgraph.stores?",
        "neo4j: 'loud' is no level. Give one of debug, info, warning, error.",
    ]
    assert http.get("/logs").json() == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"debug", b"\xff", b'{"impactgraph": 10}', b'{"impactgraph": ["debug"]}']
)
def test_what_is_no_object_of_levels_is_bad_input(http: httpx.Client, body: bytes) -> None:
    refused = http.put("/logs", content=body)

    assert (refused.status_code, refused.json()["code"]) == (400, "BAD_INPUT")


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMIN])
def test_nobody_else_sees_or_changes_them(shop: Store, role: Role) -> None:
    class Somebody:
        async def verify(self, credentials: Credentials) -> Principal:
            return Principal("key:1", "somebody", frozenset({role}))

    app = create_app(shop, Settings(), now=lambda: NOW, access=Access(verifier=Somebody()))
    with served(app) as address, httpx.Client(base_url=address) as client:
        answers = [client.get("/logs"), client.put("/logs", json={"impactgraph": "debug"})]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "FORBIDDEN")] * 2
