"""A client that takes its answer slowly, or not at all, keeps nobody waiting."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

import api.list_export
import api.request_thread
import api.spool
from api.lists import row_blocks
from tests.functional.http.hardening import EVENT, STRUCTURED


async def _never() -> Any:
    await asyncio.Event().wait()


def _request(path: str, query: str, accept: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"accept", accept.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }


@pytest.mark.parametrize(
    ("path", "query", "accept"),
    [
        ("/export", "of=orders", "*/*"),
        ("/export/list", "of=orders", "*/*"),
        ("/export/repair", "of=replay", "*/*"),
        ("/graphql", "query={blastRadius{headline}}", "application/json"),
        ("/graphql", "query={blastRadius{headline}}", "text/event-stream"),
    ],
)
def test_events_are_taken_while_a_client_does_not_read_its_answer(
    client_of: Callable[..., TestClient], path: str, query: str, accept: str
) -> None:
    server = client_of()
    app = server.app

    async def download_and_send_event() -> int:
        has_begun = asyncio.Event()

        async def stalled(message: Any) -> None:
            if message["type"] == "http.response.body":
                has_begun.set()
                await _never()

        download = asyncio.create_task(app(_request(path, query, accept), _never, stalled))  # type: ignore[arg-type]
        await has_begun.wait()
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            response = await asyncio.wait_for(client.post("/events", content=EVENT, headers=STRUCTURED), 60)
        download.cancel()
        await asyncio.wait([download])
        return response.status_code

    assert server.portal is not None
    assert server.portal.call(download_and_send_event) == 200


class SlowClock:
    """Two seconds pass between any two looks."""

    def __init__(self) -> None:
        self._seconds = count(step=2)

    def monotonic(self) -> float:
        return float(next(self._seconds))


def test_an_export_may_take_longer_than_the_deadline_that_each_of_its_pages_has(
    client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SlowClock()
    monkeypatch.setattr(api.request_thread, "time", clock)
    monkeypatch.setattr(api.list_export, "row_blocks", partial(row_blocks, size=1))
    response = client_of(deadline=30.0).get("/export/list", params={"of": "orders"})

    assert response.status_code == 200
    assert len(response.text.splitlines()) == 1 + 6
    assert clock.monotonic() > 40


EXPORTS = [("/export", "of=orders"), ("/export/list", "of=orders"), ("/export/repair", "of=replay")]


@pytest.mark.parametrize(("path", "query"), EXPORTS)
def test_an_export_is_refused_while_the_disk_has_no_room_for_it(
    client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, path: str, query: str
) -> None:
    monkeypatch.setattr(api.spool, "MOST_IN_MEMORY", 10)
    response = client_of(max_spool=10).get(f"{path}?{query}")

    assert response.status_code == 503
    assert response.json()["code"] == "OVERLOADED"
    assert int(response.headers["retry-after"]) > 0


def test_a_small_export_needs_no_disk(client_of: Callable[..., TestClient]) -> None:
    assert client_of(max_spool=0).get("/export?of=orders").status_code == 200


def test_an_export_that_outgrows_the_disk_does_not_look_complete(
    client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.spool, "MOST_IN_MEMORY", 10)
    monkeypatch.setattr(api.list_export, "row_blocks", partial(row_blocks, size=1))
    server = client_of(max_spool=500)
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def download() -> None:
        await server.app(_request("/export/list", "of=orders", "*/*"), _never, send)  # type: ignore[arg-type]

    assert server.portal is not None
    server.portal.call(download)

    assert messages[0]["status"] == 200
    assert all(message.get("more_body") for message in messages[1:])
