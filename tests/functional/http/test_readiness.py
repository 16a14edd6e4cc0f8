"""A server says whether it can answer, part by part, and sends clients elsewhere before it stops."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.services import Services
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.sources import SourceProgress
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.notices import NoNotices
from impactgraph.usecases.sources import NoSources, SourceState, SourceStatus
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW
from tests.own_loop import run_apart


class BrokenSources(NoSources):
    def statuses(self) -> list[SourceStatus]:
        states = (SourceState.FAILED, SourceState.RUNNING)
        return [
            SourceStatus(f"s{n}", "kafka", state, None, SourceProgress(), "db.internal:9092 is closed")
            for n, state in enumerate(states)
        ]


class BrokenNotices(NoNotices):
    problem = "https://hooks.internal/secret cannot be reached"


@pytest.fixture
def app(shop: Store) -> FastAPI:
    return create_app(shop, Settings(), now=lambda: NOW, services=Services(BrokenSources(), BrokenNotices()))


@pytest.fixture
def client(app: FastAPI) -> Iterator[httpx.Client]:
    with served(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_parts_that_need_attention_have_reasons_without_names_or_addresses(client: httpx.Client) -> None:
    answer = client.get("/readyz")

    parts = answer.json()["parts"]
    assert answer.status_code == 200
    assert {part: each["state"] for part, each in parts.items()} == {
        "store": "ok",
        "topology": "ok",
        "sources": "warn",
        "notices": "warn",
    }
    assert parts["sources"]["reason"].startswith("1 of 2 live sources cannot be read")
    assert "internal" not in answer.text


def test_a_server_that_is_about_to_stop_answers_and_is_not_ready(app: FastAPI, client: httpx.Client) -> None:
    before = client.get("/healthz")
    app.state.drain()
    ready, alive = client.get("/readyz"), client.get("/healthz")
    question = client.get("/graphql?query={__typename}")

    assert "connection" not in before.headers
    assert (ready.status_code, ready.json()["status"], ready.headers["retry-after"]) == (503, "draining", "5")
    assert (alive.status_code, question.json()["data"]) == (200, {"__typename": "Query"})
    assert [each.headers["connection"] for each in (ready, alive, question)] == ["close"] * 3


def test_an_application_that_has_not_started_is_not_ready(shop: Store) -> None:
    app = create_app(shop, Settings(), now=lambda: NOW)
    transport = httpx.ASGITransport(app)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/readyz")

    answer = run_apart(ask())
    assert (answer.status_code, answer.json()["status"]) == (503, "starting")


@pytest.mark.parametrize(("lag", "state"), [(5_000, "ok"), (5_001, "warn")])
def test_a_follower_of_a_log_that_is_behind_is_reported(
    shop: Store, monkeypatch: pytest.MonkeyPatch, lag: int, state: str
) -> None:
    monkeypatch.setattr(shop, "condition", lambda: StoreCondition("neo4j", 0, 0, lag))
    app = create_app(shop, Settings(), now=lambda: NOW)
    with served(app) as address:
        answer = httpx.get(f"{address}/readyz")

    assert (answer.status_code, answer.json()["parts"]["log"]["state"]) == (200, state)


def test_a_store_that_cannot_be_read_is_unavailable_and_metrics_say_so(
    shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailableError("the disk is gone")

    app = create_app(shop, Settings(), now=lambda: NOW)
    with served(app) as address:
        monkeypatch.setattr(shop, "topologies", fail)
        monkeypatch.setattr(shop, "columns", fail)
        ready, metrics = httpx.get(f"{address}/readyz"), httpx.get(f"{address}/metrics")

    assert (ready.status_code, ready.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert ready.json()["parts"]["store"]["state"] == "fail"
    assert "impactgraph_store_up 0.0" in metrics.text
    assert "impactgraph_watermark " not in metrics.text
