"""Events that are stamped ahead of a store's clock: kept at once, in effect when their time comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.time import HOUR
from impactgraph.ports.state import EventsAhead
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.properties.test_events_ahead import Clock
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology
from tests.stores.seen import fulfillments


@pytest.fixture
def clock() -> Clock:
    return Clock(at(30))


@pytest.fixture(params=["embedded", "neo4j"])
def store(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Iterator[Store]:
    """With a topology, at half an hour after noon."""
    if request.param == "embedded":
        store = EmbeddedStore.open(tmp_path / "store", now=clock)
    else:
        address = read_address(request.getfixturevalue("neo4j_address").url)
        store = Neo4jStore.open(address, now=clock, cache=tmp_path / "cache", freshness=0, graph=False)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    yield store
    store.close()


def step(store: Store, minute: float | None = None, fulfillment: str = "O-1/1") -> str | None:
    return fulfillments(store, None if minute is None else at(minute))[fulfillment]["step"]


def test_it_is_in_effect_when_its_time_comes(store: Store, clock: Clock) -> None:
    result = store.ingest([placed("O-1", 0), entered("promise", 10), entered("pick", 150)])

    assert (result.accepted_count, result.quarantined) == (3, [])
    assert step(store) == "promise"
    assert store.events_ahead(clock()) == EventsAhead(1, at(150), at(150))
    clock.now = at(149)
    assert step(store) == "promise"
    clock.now = at(150)
    assert step(store) == "pick"
    assert store.events_ahead(clock()) == EventsAhead()


def test_a_question_about_its_time_knows_it(store: Store) -> None:
    store.ingest([placed("O-1", 0), entered("promise", 10), entered("pick", 150)])

    assert [step(store, minute) for minute in (20, 149, 150, 200)] == ["promise", "promise", "pick", "pick"]


def test_an_order_that_is_placed_ahead_is_not_there_yet(store: Store, clock: Clock) -> None:
    store.ingest([placed("O-1", 0), placed("O-2", 90)])

    assert set(store.orders(["O-1", "O-2"])) == {"O-1"}
    assert {match.order for match in store.find("O-", 10)} == {"O-1"}
    assert store.timeline("O-2") is None
    clock.now = at(90)
    assert set(store.orders(["O-1", "O-2"])) == {"O-1", "O-2"}
    assert {match.order for match in store.find("O-", 10)} == {"O-1", "O-2"}


def test_a_timeline_ends_at_the_present(store: Store, clock: Clock) -> None:
    store.ingest([placed("O-1", 0), entered("promise", 10), of("notification.sent", 90, type="thanks")])

    now = store.timeline("O-1")
    clock.now = at(91)
    later = store.timeline("O-1")

    assert now is not None and later is not None
    assert (len(now.entries), len(now.records)) == (2, 0)
    assert (len(later.entries), len(later.records)) == (3, 1)


def test_later_events_of_its_order_take_effect_at_once(store: Store, clock: Clock) -> None:
    store.ingest([placed("O-1", 0), entered("hand-over", 150)])
    store.ingest([entered("promise", 10)])
    store.ingest([entered("pick", 20), of("fulfillment.failed", 25, step="pick", code="E1")])

    assert step(store) == "pick"
    clock.now = at(160)
    assert step(store) == "hand-over"


def test_an_event_of_an_order_whose_placement_is_ahead(store: Store, clock: Clock) -> None:
    store.ingest([placed("O-1", 90)])
    store.ingest([entered("promise", 10)])
    now = fulfillments(store)["O-1/1"]
    clock.now = at(90)

    assert (now["workflow"], now["status"]) == (None, 0)
    assert step(store) == "promise"


def test_an_end_ahead_does_not_end_it(store: Store, clock: Clock) -> None:
    store.ingest([placed("O-1", 0), entered("promise", 10), of("fulfillment.completed", 500_000)])

    assert fulfillments(store)["O-1/1"]["ended_at"] == 0
    clock.now = at(500_000)
    assert fulfillments(store)["O-1/1"]["ended_at"] == at(500_000)


def test_what_does_not_fit_is_quarantined_at_once(store: Store) -> None:
    store.ingest([placed("O-1", 0), entered("promise", 10)])

    result = store.ingest([entered("deliver", 150)])

    assert [each.reason for each in result.quarantined] == [store.quarantined()[0].reason]
    assert "deliver" in result.quarantined[0].reason
    assert store.events_ahead(0) == EventsAhead()


def test_what_no_longer_fits_leaves_before_its_time(store: Store, clock: Clock) -> None:
    store.ingest([entered("deliver", 150)])
    assert store.events_ahead(0).count == 1

    store.ingest([placed("O-1", 0)])

    assert store.events_ahead(0).count == 0
    assert len(store.quarantined()) == 1
    clock.now = at(200)
    assert step(store) is None


def test_a_failure_that_is_reported_ahead_is_not_there_yet(store: Store, clock: Clock) -> None:
    store.ingest([reported("F-1", 0), reported("F-2", 90), event("failure.resolved", 100, failure="F-1")])

    assert [(each.key, each.ended_at) for each in store.failures()] == [("F-1", None)]
    assert [each.key for each in store.failures(at(95))] == ["F-1", "F-2"]
    clock.now = at(100)
    assert [(each.key, each.ended_at) for each in store.failures()] == [("F-1", at(100)), ("F-2", None)]


def test_a_topology_that_is_applied_ahead_is_not_current_yet(store: Store, clock: Clock) -> None:
    store.apply_topology(topology(MORE), MORE, at(90))

    assert "step:ship/wrap" not in store.topology().elements
    assert [version.current for version in store.topologies()] == [False, True]
    clock.now = at(90)
    assert "step:ship/wrap" in store.topology().elements
    assert [version.current for version in store.topologies()] == [True, False]


def test_one_of_many_in_a_batch_holds_up_none(store: Store) -> None:
    lines = [placed(f"O-{n}", 0) for n in range(50)]
    lines += [entered("promise", 10 if n else 100, f"O-{n}/1") for n in range(50)]

    assert store.ingest(lines).accepted_count == 100
    assert [step(store, None, f"O-{n}/1") for n in range(50)] == [None, *["promise"] * 49]


def test_a_clock_that_is_set_back_takes_nothing_back(store: Store, clock: Clock) -> None:
    store.ingest([placed("O-1", 0), entered("promise", 10)])
    clock.now = at(5)

    assert step(store) == "promise"
    assert store.ingest([entered("pick", 20)]).accepted_count == 1
    assert step(store) == "pick"


def test_it_waits_over_a_restart(clock: Clock, tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path, now=clock)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.ingest([placed("O-1", 0), entered("promise", 10), entered("pick", 150), entered("hand-over", 700)])
    store.close()

    clock.now += HOUR
    again = EmbeddedStore.open(tmp_path, now=clock)
    assert (step(again), again.events_ahead(0).count) == ("promise", 2)
    again.close()
    clock.now += HOUR
    again = EmbeddedStore.open(tmp_path, now=clock)
    assert (step(again), again.events_ahead(0).count) == ("pick", 1)
    again.close()
