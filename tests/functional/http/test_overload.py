"""Requests and web sockets beyond what a server takes at a time."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from impactgraph.usecases.blast_radius import answer_question
from tests.functional.http.hardening import EVENT, STRUCTURED, ask, socket_of


class Held:
    """Answers questions once it is released."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.waiting = threading.Semaphore(0)

    def __call__(self, snapshot: Any, question: Any) -> Any:
        if question.horizon is not None:
            self.waiting.release()
            assert self.release.wait(60)
        return answer_question(snapshot, question)


HELD = '{ blastRadius(horizon: "PT5H") { headline } }'


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.release.set()


def in_threads(count: int, work: Callable[[], Any]) -> tuple[list[threading.Thread], list[Any]]:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


def test_more_requests_than_may_be_under_way_are_refused_and_it_heals_alone(
    client_of: Callable[..., TestClient], held: Held
) -> None:
    server = client_of(more={"ask_impact": held}, max_requests=4, deadline=60)
    threads, answers = in_threads(3, lambda: ask(server, HELD))
    for _ in threads:
        assert held.waiting.acquire(timeout=30)
    refused = ask(server)
    event_answer = server.post("/events", content=EVENT, headers={"content-type": "text/plain"})
    probe = server.get("/healthz")
    held.release.set()
    for thread in threads:
        thread.join()

    assert refused.status_code == 503
    assert refused.json()["code"] == "OVERLOADED"
    assert refused.headers["retry-after"]
    assert event_answer.status_code == 415, "a place was kept for events, whatever their form"
    assert probe.status_code == 200
    assert ["errors" in each.json() for each in answers] == [False] * 3
    assert ask(server).status_code == 200


def test_questions_can_have_the_place_that_is_kept(client_of: Callable[..., TestClient], held: Held) -> None:
    server = client_of(more={"ask_impact": held}, max_requests=4, deadline=60, ingest_first=False)
    threads, answers = in_threads(4, lambda: ask(server, HELD))
    for _ in threads:
        assert held.waiting.acquire(timeout=30)
    event_answer = server.post("/events", content=EVENT, headers=STRUCTURED)
    held.release.set()
    for thread in threads:
        thread.join()

    assert event_answer.status_code == 503
    assert ["errors" in each.json() for each in answers] == [False] * 4


def test_web_sockets_beyond_the_limit_are_closed(client_of: Callable[..., TestClient]) -> None:
    server = client_of(max_sockets=1)
    with socket_of(server) as first:
        first.send_json({"type": "connection_init"})
        assert first.receive_json() == {"type": "connection_ack"}
        with pytest.raises(WebSocketDenialResponse) as refusal, socket_of(server):
            pass
        assert refusal.value.status_code == 503
        assert refusal.value.headers["retry-after"]
    with socket_of(server) as again:
        again.send_json({"type": "connection_init"})
        assert again.receive_json() == {"type": "connection_ack"}
