"""One process at a time writes the graph, and one that lost its turn can write no more."""

import pytest

from impactgraph.stores.neo4j.graph import projection
from impactgraph.stores.neo4j.graph.lease import Lease, LeaseLostError
from tests.stores.events import at, placed
from tests.stores.graph.kept import LOG, Kept, orders

_TAKEN_OVER = "match (g:Graph) set g.heldUntil = timestamp() - 1"
_CLOCK_SET_BACK = "match (g:Graph) set g.heldUntil = g.heldUntil + 86400000"
_ADD = "create (:Order {id: 'order:' + $key})"


def test_while_a_process_is_at_it_another_leaves_it_alone(kept: Kept):
    kept.store.ingest([placed("O-1", 0)])
    kept.follow()
    kept.store.ingest([placed("O-2", 0)])
    assert Lease(kept.database, "a-process").acquire(LOG)

    assert kept.another("another").update(LOG, at(600)) is None
    assert set(orders(kept)) == {"order:O-1"}


def test_the_turn_is_given_back_when_it_ends(kept: Kept):
    kept.store.ingest([placed("O-1", 0)])
    kept.follow()
    kept.store.ingest([placed("O-2", 0)])

    followed = kept.another("another").update(LOG, at(600))

    assert followed and followed.orders == 1


def test_the_turn_of_a_process_that_is_gone_passes_to_the_next(kept: Kept):
    kept.follow()
    Lease(kept.database, "that-is-gone").acquire(LOG)
    kept.change(_TAKEN_OVER)

    assert Lease(kept.database, "the-next").acquire(LOG)


def test_the_turn_of_a_process_that_is_gone_passes_on_after_the_clock_was_set_back(kept: Kept):
    kept.follow()
    Lease(kept.database, "that-is-gone").acquire(LOG)
    kept.change(_CLOCK_SET_BACK)

    assert Lease(kept.database, "the-next").acquire(LOG)


def test_who_lost_its_turn_writes_nothing_more(kept: Kept):
    kept.follow()
    slow = Lease(kept.database, "slow")
    slow.acquire(LOG)
    slow.write((_ADD, {"key": "before"}))
    kept.change(_TAKEN_OVER)
    Lease(kept.database, "the-next").acquire(LOG)

    with pytest.raises(LeaseLostError):
        slow.write((_ADD, {"key": "after"}), watermark=99)
    assert set(orders(kept)) == {"order:before"}
    assert kept.one("match (g:Graph) return g.watermark") == 0


def test_a_process_that_loses_its_turn_on_the_way_leaves_the_rest(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
):
    kept.follow()
    kept.store.ingest([placed("O-1", 0)])

    def taken_over(*_: object) -> dict[str, list[str]]:
        kept.change(_TAKEN_OVER)
        Lease(kept.database, "the-next").acquire(LOG)
        return {}

    monkeypatch.setattr(projection, "places", taken_over)

    assert kept.follow() is None
    assert orders(kept) == {}
