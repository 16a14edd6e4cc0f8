"""The database is lost, hangs or answers too late: what was acknowledged is there, what was not is told, and
nothing needs a restart.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from neo4j.exceptions import TransientError

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.record import Record
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.database import CommitUnknownError, Database
from impactgraph.stores.neo4j.log import Log
from impactgraph.stores.neo4j.log_follower import Intervals, LogFollower
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.neo4j_gate import Gate, gate
from tests.neo4j_server import Neo4jAddress, Neo4jServer
from tests.stores.events import DOCUMENTS, at, entered, event, placed, reported, topology
from tests.stores.neo4j.conftest import Opened
from tests.stores.seen import everything, fulfillments


@pytest.fixture
def way(neo4j_address: Neo4jAddress, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """To the database; a shut one is noticed soon."""
    monkeypatch.setattr("impactgraph.stores.neo4j.database.RETRY_SECONDS", 0.2)
    with gate(neo4j_address) as way:
        yield way


@pytest.fixture
def far(opened: Opened, way: Gate) -> Neo4jStore:
    """A store behind the gate, with a topology and an order."""
    store = opened(read_address(way.address.url))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.ingest([placed("O-1"), entered("promise", 1)])
    return store


QUESTIONS: dict[str, Callable[[Neo4jStore], object]] = {
    "columns": lambda store: store.columns().__enter__(),
    "failures": lambda store: store.failures(),
    "topology": lambda store: store.topology(),
    "topologies": lambda store: store.topologies(),
    "story": lambda store: store.timeline("O-1"),
    "aside": lambda store: store.quarantined(),
}
CHANGES: dict[str, Callable[[Neo4jStore], object]] = {
    "ingest": lambda store: store.ingest([entered("pick", 5)]),
    "apply_topology": lambda store: store.apply_topology(
        topology(), {"other.yaml": DOCUMENTS["shop.yaml"]}, at(5)
    ),
    "replay": lambda store: store.replay_quarantined(),
}


@pytest.mark.parametrize("call", [*QUESTIONS, *CHANGES])
def test_while_the_database_is_lost_every_call_says_so_and_works_when_it_is_back(
    call: str, far: Neo4jStore, way: Gate
) -> None:
    do = (QUESTIONS | CHANGES)[call]
    way.shut()
    with pytest.raises(StoreUnavailableError):
        do(far)
    way.open()

    before = everything(far)
    far.ingest([entered("pick", 5)])
    assert (before["fulfillments"]["O-1/1"]["step"], fulfillments(far)["O-1/1"]["step"]) == (
        "promise",
        "pick",
    )


def test_words_of_events_that_were_not_taken_are_not_given_away(
    far: Neo4jStore, way: Gate, opened: Opened
) -> None:
    way.shut()
    with pytest.raises(StoreUnavailableError):
        far.ingest([placed("O-2", channel="fax", customer_tier="gold"), reported("F-1", 2)])
    way.open()
    near = opened()
    near.ingest([placed("O-3", channel="shop", customer_tier="basic")])
    far.ingest([placed("O-4", channel="mail", customer_tier="gold")])

    assert everything(far) == everything(near) == everything(opened(cache=None))


def test_a_server_that_is_started_again_is_used_again(
    neo4j_server: Neo4jServer, neo4j_address: Neo4jAddress, opened: Opened
) -> None:
    store = opened()
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.ingest([placed("O-1")])
    neo4j_server.kill()
    with pytest.raises(StoreUnavailableError):
        store.failures()
    neo4j_server.start()

    assert store.ingest([placed("O-1"), entered("pick", 5)]).duplicate_count == 1
    assert fulfillments(store)["O-1/1"]["step"] == "pick"


def _answer_lost(
    database: Database, work: Callable[[Any], Any], write: Callable[..., Any] = Database.write
) -> None:
    """A change that is committed, and the connection breaks before that is told."""
    write(database, work)
    raise CommitUnknownError("The connection broke.")


def _fail(error: Exception) -> None:
    raise error


def test_a_commit_whose_answer_was_lost_counts_where_it_came_through(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    with monkeypatch.context() as broken:
        broken.setattr(Database, "write", _answer_lost)
        assert store.ingest([placed("O-1")]).accepted_count == 1

    assert store.ingest([placed("O-1")]).duplicate_count == 1
    assert everything(store) == everything(opened(cache=None))


def test_a_retry_is_no_second_event(far: Neo4jStore, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """The server asks for another try when all but the commit is done; others write in between."""
    near, appended, tries = opened(), Log.append, list[int]()

    def append(*given: Any) -> Any:
        at_end = appended(*given)
        if not tries:
            tries.append(1)
            raise TransientError("try again")
        return at_end

    with monkeypatch.context() as shaky:
        shaky.setattr(Log, "append", staticmethod(append))
        intake = far.ingest([placed("O-2", channel="fax"), reported("F-1", 3)])

    near.ingest([placed("O-3", channel="mail")])
    assert (intake.accepted_count, intake.duplicate_count, tries) == (2, 0, [1])
    assert everything(far) == everything(near) == everything(opened(cache=None))


def test_a_disk_that_is_full_here_does_not_lose_what_was_committed(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    store.apply_topology(topology(), DOCUMENTS, at(-60))

    def full(*_: object) -> None:
        raise StoreUnavailableError("No space left on device")

    with monkeypatch.context() as broken, pytest.raises(StoreUnavailableError, match="No space left"):
        broken.setattr(Record, "append", full)
        store.ingest([placed("O-1", channel="fax")])

    assert (
        store.ingest([placed("O-1", channel="fax"), event("order.cancelled", 9, order="O-1")]).duplicate_count
        == 1
    )
    assert everything(store) == everything(opened(cache=None))


def _following(ask: Callable[[], None], *, freshness: float = 0.0, timeout: float = 0.05) -> LogFollower:
    intervals = Intervals(freshness=freshness, poll=3600, timeout=timeout)
    follower = LogFollower(ask, tick=lambda: 0.0, intervals=intervals)
    follower.start()
    return follower


def test_a_database_that_hangs_is_an_error_and_no_wait() -> None:
    hangs = threading.Event()

    def ask() -> None:
        hangs.wait()

    following = _following(ask)
    try:
        with pytest.raises(StoreUnavailableError, match="did not answer within"):
            following.wait_until_current()
    finally:
        hangs.set()
        following.close()


def test_what_was_asked_a_moment_ago_is_not_asked_again() -> None:
    asked: list[int] = []
    following = _following(lambda: asked.append(1), freshness=1.0, timeout=30)
    for _ in range(3):
        following.wait_until_current()
    following.close()

    assert asked == [1]


def test_an_error_is_reported_until_an_answer_comes() -> None:
    errors = [StoreUnavailableError("lost"), StoreUnavailableError("lost")]
    following = _following(lambda: _fail(errors.pop()) if errors else None, freshness=1.0, timeout=30)
    for _ in range(2):
        with pytest.raises(StoreUnavailableError, match="lost"):
            following.wait_until_current()
    following.wait_until_current()
    following.close()
