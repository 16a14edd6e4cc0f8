"""POST /events, in every mode of the HTTP binding."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.ingest import IngestResult
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.serving import served
from tests.functional.http.shop import FAILURE, NOW, event, fill

STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
UPDATE = {"failure": "F-1", "summary": "Still down"}


def update(number: str) -> bytes:
    return event("failure.updated", NOW, UPDATE, number)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    fill(store, 2)
    yield store
    store.close()


@pytest.fixture
def http(store: Store) -> Iterator[httpx.Client]:
    with (
        served(create_app(store, Settings(max_body=20_000), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def counts(response: httpx.Response) -> tuple[int, int, int, int]:
    told = response.json()
    return response.status_code, told["taken"], told["repeated"], told["rejected"]


def test_one_structured_event_is_taken(http: httpx.Client, store: Store) -> None:
    response = http.post("/events", content=update("u1"), headers=STRUCTURED)

    assert counts(response) == (200, 1, 0, 0)
    assert store.failures()[0].summary == "Still down"


def test_an_event_that_comes_again_changes_nothing(http: httpx.Client) -> None:
    http.post("/events", content=update("u1"), headers=STRUCTURED)

    assert counts(http.post("/events", content=update("u1"), headers=STRUCTURED)) == (200, 0, 1, 0)


def test_a_batch_is_answered_event_by_event(http: httpx.Client) -> None:
    bad = event("failure.updated", NOW, {"failure": "F-1", "severity": "dreadful"}, "u2")

    response = http.post(
        "/events", content=b"[" + b",".join((update("u1"), bad, update("u1"))) + b"]", headers=BATCH
    )

    assert counts(response) == (200, 1, 1, 1)
    assert [result["result"] for result in response.json()["results"]] == ["taken", "rejected", "repeated"]
    assert "dreadful" in response.json()["results"][1]["reason"]


def test_a_binary_event_is_taken(http: httpx.Client, store: Store) -> None:
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": "u1",
        "ce-source": "/test",
        "ce-type": "failure.updated",
        "ce-time": "2026-03-02T09:30:00Z",
    }

    response = http.post(
        "/events", content=json.dumps(UPDATE), headers=attributes | {"content-type": "application/json"}
    )

    assert counts(response) == (200, 1, 0, 0)
    assert store.failures()[0].summary == "Still down"


def test_an_empty_batch_is_answered_with_nothing(http: httpx.Client) -> None:
    assert counts(http.post("/events", content=b"[]", headers=BATCH)) == (200, 0, 0, 0)


def test_the_one_event_of_a_request_that_is_invalid_is_refused_and_kept_with_its_reason(
    http: httpx.Client, store: Store
) -> None:
    response = http.post(
        "/events",
        content=event("failure.reported", NOW, FAILURE | {"failure": "F-2", "class": "sadness"}, "u1"),
        headers=STRUCTURED,
    )

    assert counts(response) == (400, 0, 0, 1)
    assert response.json()["code"] == "BAD_INPUT"
    assert [refused.reason for refused in store.quarantined()] == [response.json()["message"]]


@pytest.mark.parametrize("body", [b"{", b"{}", b"[1]", b'"text"'])
def test_a_batch_that_is_no_array_of_events_takes_nothing(http: httpx.Client, body: bytes) -> None:
    response = http.post("/events", content=body, headers=BATCH)

    assert response.status_code == 400 or counts(response)[1] == 0


@pytest.mark.parametrize("media", ["text/plain", "application/xml", ""])
def test_a_media_type_that_is_not_read_is_415(http: httpx.Client, media: str) -> None:
    response = http.post("/events", content=update("u1"), headers={"content-type": media} if media else {})

    assert (response.status_code, response.json()["code"]) == (415, "BAD_INPUT")


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_413_whether_its_length_is_stated_or_not(
    http: httpx.Client, told: bool
) -> None:
    body: Any = b" " * 30_000

    response = http.post("/events", content=body if told else iter([body]), headers=STRUCTURED)

    assert (response.status_code, response.json()["code"]) == (413, "BAD_INPUT")


class Away:
    """A store that cannot take anything now."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def ingest(self, *_: object, **__: object) -> IngestResult:
        raise StoreUnavailableError("The disk is full.")


def test_a_store_that_cannot_take_it_is_503_with_when_to_come_back(store: Store) -> None:
    with served(create_app(Away(store), Settings(), now=lambda: NOW)) as address:  # pyright: ignore[reportArgumentType] - it has all that a store has
        response = httpx.post(f"{address}/events", content=update("u1"), headers=STRUCTURED)

    assert (response.status_code, response.json()["code"], "retry-after" in response.headers) == (
        503,
        "STORE_UNAVAILABLE",
        True,
    )


def test_events_that_arrive_together_are_each_answered_for_themselves(http: httpx.Client) -> None:
    def post(number: int) -> tuple[int, int, int, int]:
        return counts(http.post("/events", content=update(f"u{number // 2}"), headers=STRUCTURED))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(60)))

    assert (sum(taken for _, taken, _, _ in answers), sum(repeated for _, _, repeated, _ in answers)) == (
        30,
        30,
    )


def test_events_are_taken_while_questions_are_answered(http: httpx.Client) -> None:
    question = {
        "query": (
            "{ blastRadius { totals { orders } orders { edges { node { order { id timeline { at } } } } } } }"
        )
    }

    def either(number: int) -> int:
        if number % 2:
            return http.post("/events", content=update(f"u{number}"), headers=STRUCTURED).json()["taken"]
        return len(http.post("/graphql", json=question).json()["data"])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(either, range(60))) == [1] * 60
