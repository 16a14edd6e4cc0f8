"""What is followed is told when it changes, by web socket and as events, whoever changed it."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets.exceptions
from websockets import Subprotocol
from websockets.sync.client import connect

from api.app import create_app
from graph_models.impact import Question
from graph_models.time import MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.snapshot import Snapshot
from tests.functional.http.following import follower, streamed
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, event, fill

RADIUS = (
    "subscription { blastRadius { asOf watermark failures { id } totals { orders } orders(first: 500) { "
    "totalCount } } }"
)
ORDER = (
    "subscription ($id: ID!) { order(id: $id) { id status fulfillments { step { key } } timeline { title } } "
    "}"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    fill(store, 30)
    yield store
    store.close()


@pytest.fixture
def address(store: Store) -> Iterator[str]:
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        yield address


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def packed(order: str) -> bytes:
    return event(
        "fulfillment.entered",
        NOW - MINUTE,
        {"order": order, "fulfillment": f"{order}/1", "step": "pack"},
        f"packed-{order}",
    )


def post(http: httpx.Client, line: bytes) -> None:
    answer = http.post("/events", content=line, headers={"content-type": "application/cloudevents+json"})
    assert answer.json()["taken"] == 1


def test_the_present_answer_comes_first_and_is_that_of_the_query(address: str, http: httpx.Client) -> None:
    with follower(address) as reader:
        reader.ask("1", RADIUS)

        assert reader.next("1") == Api(http).ask(RADIUS.replace("subscription", "query"))


def test_an_event_changes_what_is_followed(address: str, http: httpx.Client) -> None:
    with follower(address) as reader:
        reader.ask("1", RADIUS)
        before = reader.next("1")["blastRadius"]
        post(http, packed("O-0001"))
        after = reader.next("1")

    assert after["blastRadius"]["totals"]["orders"] == before["totals"]["orders"] - 1
    assert after == Api(http).ask(RADIUS.replace("subscription", "query"))


def test_what_another_process_wrote_is_reported_too(address: str, store: Store) -> None:
    with follower(address) as reader:
        reader.ask("1", RADIUS)
        before = reader.next("1")["blastRadius"]["totals"]["orders"]
        store.ingest([packed("O-0001")])

        assert reader.next("1")["blastRadius"]["totals"]["orders"] == before - 1


def test_a_reported_failure_is_sent_where_none_was_active(address: str, http: httpx.Client) -> None:
    api = Api(http)
    with follower(address) as reader:
        api.ask('mutation { resolveFailure(id: "F-1") { problems { message } } }')
        reader.ask("1", RADIUS)
        assert reader.next("1")["blastRadius"]["failures"] == []

        api.ask(
            """mutation { reportFailure(input: {id: "F-2", target: "integration:pick-confirm", class: OUTAGE,
                startedAt: "2026-03-02T09:10:00Z"}) {
                problems { message } } }"""
        )
        told = reader.next("1")["blastRadius"]

    assert told["failures"] == [{"id": "failure:F-2"}]
    assert told["totals"]["orders"] > 0


def test_an_order_is_sent_when_it_changes_and_not_when_others_do(address: str, http: httpx.Client) -> None:
    with follower(address) as reader:
        reader.ask("one", ORDER, id="order:O-0001")
        reader.ask("two", ORDER, id="O-0002")
        reader.next("one")
        reader.next("two")
        post(http, packed("O-0002"))
        assert [part["step"]["key"] for part in reader.next("two")["order"]["fulfillments"]] == [
            "ship-from-store/pack"
        ]

        post(http, packed("O-0001"))
        told = reader.next("one")["order"]

    assert [part["step"]["key"] for part in told["fulfillments"]] == ["ship-from-store/pack"]


def test_questions_and_changes_are_answered_over_the_socket_too(address: str) -> None:
    with follower(address) as reader:
        reader.ask("q", "{ serverTime }")
        assert reader.next("q") == {"serverTime": "2026-03-02T09:30:00Z"}
        assert reader.message("q") == {"id": "q", "type": "complete"}

        reader.ask("m", 'mutation { resolveFailure(id: "F-1") { failure { active } } }')
        assert reader.next("m") == {"resolveFailure": {"failure": {"active": False}}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('subscription { order(id: "O-9999") { id } }', "NOT_FOUND"),
        ('subscription { blastRadius(failures: ["F-9"]) { headline } }', "NOT_FOUND"),
        ('subscription { blastRadius(horizon: "PT0S") { headline } }', "BAD_INPUT"),
        ("subscription { blastRadius { nothing } }", "BAD_INPUT"),
        ("subscription { blastRadius {", "BAD_INPUT"),
        ('subscription { a: order(id: "O-0001") { id } b: order(id: "O-0001") { id } }', "BAD_INPUT"),
        (
            (
                "subscription { blastRadius { orders(first: 500) { edges { node { order { timeline { failure "
                "{ "
                "target { dependents(first: 500) { edges { node { id } } } } } } } } } } } }"
            ),
            "TOO_COMPLEX",
        ),
        ("{ failures(first: 0) { totalCount } }", "BAD_INPUT"),
    ],
)
def test_what_is_wrong_is_reported_with_its_code_and_the_socket_stays(
    address: str, query: str, code: str
) -> None:
    with follower(address) as reader:
        reader.ask("1", query)
        message = reader.message("1")
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == code

        reader.ask("2", "subscription { blastRadius { headline } }")
        assert reader.next("2")


def test_events_are_streamed(http: httpx.Client, store: Store) -> None:
    with streamed(http, ORDER, id="O-0001") as events:
        assert next(events)[0] == "next"
        store.ingest([packed("O-0001")])
        name, answer = next(events)

    assert (name, answer["data"]["order"]["fulfillments"]) == (
        "next",
        [{"step": {"key": "ship-from-store/pack"}}],
    )


def test_a_stream_that_cannot_begin_says_why_and_ends(http: httpx.Client) -> None:
    with streamed(http, ORDER, id="O-9999") as events:
        (first, answer), (last, _) = list(events)

    assert (first, answer["errors"][0]["extensions"]["code"], last) == ("next", "NOT_FOUND", "complete")


def test_a_plain_request_gets_an_error_with_how_to_subscribe(http: httpx.Client) -> None:
    response = http.post("/graphql", json={"query": RADIUS})

    assert response.status_code == 400
    assert "text/event-stream" in response.json()["errors"][0]["message"]


def test_after_a_lost_connection_the_present_answer_comes_at_once(address: str, store: Store) -> None:
    with follower(address) as reader:
        reader.ask("1", RADIUS)
        before = reader.next("1")["blastRadius"]["totals"]["orders"]
        reader.socket.socket.shutdown(socket.SHUT_RDWR)
        store.ingest([packed("O-0001")])

    with follower(address) as again:
        again.ask("1", RADIUS)
        assert again.next("1")["blastRadius"]["totals"]["orders"] == before - 1


def test_a_page_of_another_host_may_not_follow(address: str) -> None:
    with pytest.raises(websockets.exceptions.InvalidStatus, match="403"):
        connect(
            address.replace("http", "ws", 1) + "/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            origin="https://elsewhere.example",  # pyright: ignore[reportArgumentType]
        )


def test_who_follows_is_counted(address: str, http: httpx.Client) -> None:
    with follower(address) as reader:
        for name in ("1", "2"):
            reader.ask(name, RADIUS)
            reader.next(name)
        reader.ask("3", ORDER, id="O-0001")
        reader.next("3")

        figures = http.get("/metrics").text
    assert 'impactgraph_subscribers{topic="blastRadius"} 2.0' in figures
    assert 'impactgraph_subscribers{topic="order"} 1.0' in figures


class Asking:
    """Counts what is worked out, and can fail."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.broken = False

    def __call__(self, s: Snapshot, question: Question) -> Answer:
        self.counts[threading.current_thread().name.partition("_")[0]] += 1
        if self.broken:
            raise StoreUnavailableError("The record cannot be reached.")
        return answer_question(s, question)


def test_a_hundred_who_ask_the_same_cost_one_answer(store: Store) -> None:
    asking = Asking()
    with (
        served(create_app(store, Settings(), ask_impact=asking, now=lambda: NOW)) as address,
        follower(address) as reader,
    ):
        for n in range(100):
            reader.ask(str(n), RADIUS)
        first = [reader.next(str(n)) for n in range(100)]
        begun = asking.counts.total()
        store.ingest([packed("O-0001")])
        then = [reader.next(str(n)) for n in range(100)]
        worked_out = asking.counts.total() - begun

    assert begun < 5
    assert worked_out == 1
    assert all(answer == first[0] for answer in first)
    assert all(answer == then[0] for answer in then)


def test_a_store_that_cannot_be_reached_for_a_while_is_reported_and_the_answers_go_on(store: Store) -> None:
    asking = Asking()
    with (
        served(create_app(store, Settings(), ask_impact=asking, now=lambda: NOW)) as address,
        follower(address) as reader,
    ):
        reader.ask("1", RADIUS)
        before = reader.next("1")["blastRadius"]["totals"]["orders"]
        asking.broken = True
        store.ingest([packed("O-0001")])
        message = reader.message("1")
        assert (message["type"], message["payload"]["errors"][0]["extensions"]["code"]) == (
            "next",
            "STORE_UNAVAILABLE",
        )

        asking.broken = False
        assert reader.next("1")["blastRadius"]["totals"]["orders"] == before - 1


def test_an_answer_that_takes_too_long_is_given_up(store: Store) -> None:
    released = threading.Event()

    def slow(s: Snapshot, question: Question) -> Answer:
        released.wait(60)
        return answer_question(s, question)

    with (
        served(create_app(store, Settings(deadline=0.2), ask_impact=slow, now=lambda: NOW)) as address,
        follower(address) as reader,
    ):
        reader.ask("1", RADIUS)
        code = reader.code("1")
        released.set()

    assert code == "DEADLINE_EXCEEDED"
