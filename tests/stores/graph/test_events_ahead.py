"""Events stamped ahead of the clock come into the graph when their time comes, each once."""

from collections.abc import Iterator

import pytest

from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, entered, of, placed, topology
from tests.stores.graph.kept import LOG, Kept, everything, fulfillments, keeping, orders, records


@pytest.fixture
def ahead(neo4j_address: Neo4jAddress) -> Iterator[Kept]:
    """At half an hour after noon, with a fulfillment in `promise`."""
    with keeping(neo4j_address, at(30)) as kept:
        kept.store.apply_topology(topology(), DOCUMENTS, at(-60))
        kept.store.ingest([placed("O-1", 0), entered("promise", 10)])
        yield kept


def steps(kept: Kept) -> dict[str, list[str]]:
    return {id_: part["steps"] for id_, part in fulfillments(kept).items()}


def test_an_order_moves_on_when_the_time_comes(ahead: Kept) -> None:
    ahead.store.ingest([entered("pick", 90)])

    ahead.follow()
    before = steps(ahead)
    ahead.now = at(90)
    ahead.follow()

    assert before == {"fulfillment:O-1/1": ["step:collect/promise"]}
    assert steps(ahead) == {"fulfillment:O-1/1": ["step:collect/pick"]}


def test_what_comes_meanwhile_is_written_once(ahead: Kept) -> None:
    ahead.store.ingest([of("notification.sent", 90, type="thanks"), placed("O-2", 90), placed("O-3", 20)])
    ahead.follow()
    assert (sorted(orders(ahead)), records(ahead)) == (["order:O-1", "order:O-3"], [])

    ahead.store.ingest([of("notification.sent", 25, type="shipped")])
    ahead.follow()
    ahead.now = at(95)
    ahead.follow()
    ahead.follow()

    assert sorted(orders(ahead)) == ["order:O-1", "order:O-2", "order:O-3"]
    assert len(records(ahead)) == 2


def test_the_graph_is_that_of_a_load_at_the_end(ahead: Kept) -> None:
    ahead.store.ingest([entered("pick", 90), placed("O-2", 90), entered("promise", 95, "O-2/1")])
    for minute in (40, 90, 92, 100):
        ahead.now = at(minute)
        ahead.follow()
    grown = everything(ahead)

    ahead.another("another").update("another log", ahead.now)

    assert everything(ahead) == grown
    assert ahead.another("another").update(LOG, ahead.now)


def test_a_process_whose_clock_is_behind_takes_nothing_back(ahead: Kept) -> None:
    ahead.store.ingest([entered("pick", 90)])
    ahead.now = at(90)
    ahead.follow()

    ahead.now = at(60)
    ahead.follow()

    assert steps(ahead) == {"fulfillment:O-1/1": ["step:collect/pick"]}
