"""Servers without introspection, and with persisted operations."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from impactgraph.errors import BadInputError
from tests.functional.http.hardening import QUERY, ask, socket_of


def test_introspection_and_graphiql_can_be_switched_off(client_of: Callable[..., TestClient]) -> None:
    server = client_of(introspection=False, graphiql=False)
    page = server.get("/graphql", headers={"accept": "text/html"})

    assert ask(server, "{ __schema { types { name } } }").json()["errors"]
    assert "Did you mean" not in ask(server, "{ order { id } orderz { id } }").text
    assert not page.headers["content-type"].startswith("text/html")


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.graphql").write_text("query One { __typename }")
    two = "query Two { serverTime }"
    (tmp_path / "more.json").write_bytes(orjson.dumps({sha256(two.encode()).hexdigest(): two}))
    three = "query Three { about { orders } }"
    digest = sha256(three.encode()).hexdigest()
    manifest = {"format": "apollo-persisted-query-manifest", "operations": [{"id": digest, "body": three}]}
    (tmp_path / "apollo.json").write_bytes(orjson.dumps(manifest))
    return tmp_path


@pytest.mark.parametrize(
    "text", ["query One { __typename }", "query Two { serverTime }", "query Three { about { orders } }"]
)
def test_a_persisted_operation_is_executed_by_its_hash(
    client_of: Callable[..., TestClient], folder: Path, text: str
) -> None:
    server = client_of(operations=folder)
    by_post = server.post("/graphql", json={"extensions": persisted(text)})
    by_get = server.get("/graphql", params={"extensions": orjson.dumps(persisted(text)).decode()})

    assert by_post.json()["data"] == by_get.json()["data"] != {}


def test_an_unknown_hash_and_a_wrong_one_are_reported_as_apollos_clients_expect(
    client_of: Callable[..., TestClient],
) -> None:
    server = client_of()
    unknown = server.post("/graphql", json={"extensions": persisted("query Four { serverTime }")})
    wrong = server.post("/graphql", json={"query": QUERY, "extensions": persisted("other")})

    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert unknown.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert wrong.status_code == 400


def test_only_persisted_operations_where_the_settings_say_so(
    client_of: Callable[..., TestClient], folder: Path
) -> None:
    server = client_of(operations=folder, operations_only=True)
    stream = server.post("/graphql", json={"query": QUERY}, headers={"accept": "text/event-stream"})

    assert ask(server).status_code == 400
    assert ask(server, "query One { __typename }").status_code == 200
    assert "PERSISTED_QUERY_NOT_FOUND" in stream.text
    with socket_of(server) as socket:
        socket.send_json({"type": "connection_init"})
        socket.receive_json()
        for key, payload in (
            ("1", {"query": QUERY}),
            ("2", {"extensions": persisted("query One { __typename }")}),
            ("3", {"extensions": persisted("query Five { __typename }")}),
        ):
            socket.send_json({"id": key, "type": "subscribe", "payload": payload})
        answers = {
            each["id"]: each for each in (socket.receive_json() for _ in range(4)) if "payload" in each
        }
    assert "PERSISTED_QUERY_NOT_FOUND" in str(answers["1"])
    assert answers["2"]["payload"]["data"] == {"__typename": "Query"}
    assert "PERSISTED_QUERY_NOT_FOUND" in str(answers["3"])


@pytest.mark.parametrize(
    "text", ["[1]", "{", '{"ab": "query"}', '{"operations": [{"id": 1}]}', "[" * 100_000]
)
def test_operations_that_cannot_be_read_are_reported_with_their_file(
    client_of: Callable[..., TestClient], tmp_path: Path, text: str
) -> None:
    (tmp_path / "wrong.json").write_text(text)
    with pytest.raises(BadInputError, match=r"wrong\.json"):
        client_of(operations=tmp_path)
