"""No request gets a status of 500, an internal error or a traceback, and none leaves half of something."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings

from api.permissions import SUBSCRIPTIONS
from impactgraph.bootstrap import open_store
from tests.functional.http.shop import NOW, fill
from tests.hostile.administration import administration_requests
from tests.hostile.assistants import CALLS, assistant_requests
from tests.hostile.endpoint import REQUESTS, SLOW, Endpoint
from tests.hostile.events import AT, MEDIA
from tests.hostile.paths import paths_of
from tests.hostile.questions import DOCUMENTS, PATHS
from tests.hostile.request import Request
from tests.hostile.sockets import QUERIES, Talk, streams, talks
from tests.hostile.values import MOMENTS, NOT_JSON, NUMBERS, RAW, TEXTS, encoded

JSON = {"content-type": "application/json"}
ASSISTANT = {**JSON, "accept": "application/json, text/event-stream"}
CYPHER, SQL = "' }) match (n) detach delete n //", "'; DROP TABLE events; --"
FAR = "9999-12-31T23:59:59Z"
BINARY = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/h", "ce-type": "order.placed", "ce-time": AT}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    store = open_store(str(folder), now=lambda: NOW)
    fill(store, 20)
    endpoint = Endpoint(store)
    yield endpoint
    endpoint.check_store()
    endpoint.close()
    store.close()


@settings(max_examples=800, suppress_health_check=SLOW)
@given(hostile=REQUESTS)
def test_any_request_is_answered_without_a_defect(endpoint: Endpoint, hostile: Request) -> None:
    endpoint.send(hostile)


@settings(max_examples=40, suppress_health_check=SLOW)
@given(hostile=administration_requests())
def test_any_request_of_an_administrator_is_answered_without_a_defect(
    endpoint: Endpoint, hostile: Request
) -> None:
    endpoint.send(hostile)


@settings(max_examples=80, suppress_health_check=SLOW)
@given(hostile=assistant_requests())
def test_any_request_of_an_assistant_is_answered_without_a_defect(
    endpoint: Endpoint, hostile: Request
) -> None:
    endpoint.send(hostile)


@pytest.mark.parametrize("tool", CALLS)
def test_a_hostile_value_as_every_argument_of_a_tool(endpoint: Endpoint, tool: str) -> None:
    for name in CALLS[tool]:
        for value in (float("nan"), "\x00", "@surrogate@", FAR, CYPHER):
            params = {"name": tool, "arguments": {**CALLS[tool], name: value}}
            body = encoded({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
            endpoint.send(Request("POST", "/mcp", headers=ASSISTANT, body=body))


def test_hostile_values_at_every_path_and_method(endpoint: Endpoint) -> None:
    for path in paths_of(endpoint.app):
        for text in ("", "\x00", SQL, "x" * 20_000):
            for request in path.requests(text):
                endpoint.send(request)


def test_every_subscription_is_tried() -> None:
    assert {name for name in SUBSCRIPTIONS if not any(f"{{ {name}" in each for each in QUERIES)} == set()


def test_an_error_in_the_log_of_any_part_is_a_defect(endpoint: Endpoint) -> None:
    structlog.get_logger("impactgraph.any").error("it went wrong", exc_info=ValueError("odd"))

    with pytest.raises(AssertionError, match=r"(?s)it went wrong.*ValueError: odd"):
        endpoint.send(Request("GET", "/healthz"))


@settings(max_examples=200, suppress_health_check=SLOW)
@given(said=talks())
def test_anything_said_over_a_web_socket_is_answered_without_a_defect(endpoint: Endpoint, said: Talk) -> None:
    endpoint.talk(said)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(hostile=streams())
def test_any_request_for_a_stream_is_answered_without_a_defect(endpoint: Endpoint, hostile: Request) -> None:
    endpoint.stream(hostile)


@pytest.mark.parametrize(
    "value", [*TEXTS, *MOMENTS, *NUMBERS, *NOT_JSON, *RAW], ids=lambda each: repr(each)[:20]
)
def test_a_hostile_value_at_every_place_of_an_event(endpoint: Endpoint, value: object) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/h", "type": "order.placed", "time": AT, "data": {}}
    data = {"order": "H", "currency": "EUR", "value": "1", "channel": "web", "mode": "m", "fulfillments": []}
    bodies = [value, *({**event, name: value} for name in event)]
    bodies += [{**event, "data": {**data, name: value}} for name in data]
    for body in map(encoded, bodies):
        for media in MEDIA:
            endpoint.send(Request("POST", "/events", headers={"content-type": media}, body=body))
    endpoint.send(Request("POST", "/events", headers={**JSON, **BINARY}, body=encoded(value)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each[:20])
def test_a_hostile_document(endpoint: Endpoint, document: str) -> None:
    for accept in ("application/json", "application/graphql-response+json"):
        body = encoded({"query": document})
        endpoint.send(Request("POST", "/graphql", headers={**JSON, "accept": accept}, body=body))


@pytest.mark.parametrize("path", PATHS, ids=lambda each: each[:20])
def test_an_odd_path(endpoint: Endpoint, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        endpoint.send(Request(method, path))


def test_nothing_is_executed_where_no_operation_is_named(endpoint: Endpoint) -> None:
    report = (
        'mutation M {reportFailure(input: {id: "H-9", target: "system:oms", class: LATENCY, '
        'startedAt: "2026-03-02T09:00:00Z", delay: "PT1M"}) {failure {id}}}'
    )
    for text in (f"{report} query Q {{serverTime}}", f"query Q {{serverTime}} {report}"):
        before = endpoint.statuses["/graphql 400"]
        endpoint.send(Request("POST", "/graphql", headers=JSON, body=encoded({"query": text})))
        assert endpoint.statuses["/graphql 400"] == before + 1

    assert "H-9" not in {failure.key for failure in endpoint.store.failures()}
