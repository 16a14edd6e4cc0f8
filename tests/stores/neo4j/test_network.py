"""The network to the database is slow, narrow, silent or cut: questions are answered or refused in their
time, and after it heals nothing that was acknowledged is lost, and nothing is there twice.
"""

import threading
from collections.abc import Iterator

import pytest

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.neo4j_server import Neo4jAddress
from tests.network_faults import SOUND, BadNetwork, Toxic, bad_network
from tests.stores.events import DOCUMENTS, at, entered, placed, topology
from tests.stores.neo4j.conftest import Opened
from tests.stores.seen import everything, orders

CUTS = [Toxic(limit=bytes_) for bytes_ in (0, 40, 300, 900, 2500, 6000)]
"""A connection breaks in its handshake, in a statement, in a commit or in an answer."""
SLOW = [Toxic(latency=0.02), Toxic(bandwidth=200_000)]
LONGEST = 60
"""Seconds after which a call hangs for good."""


@pytest.fixture
def network(neo4j_address: Neo4jAddress, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadNetwork]:
    """To the database; what does not answer is noticed soon."""
    monkeypatch.setattr("impactgraph.stores.neo4j.database.RETRY_SECONDS", 0.2)
    monkeypatch.setattr("impactgraph.stores.neo4j.store.TIMEOUT_SECONDS", 2.0)
    with bad_network(neo4j_address) as network:
        yield network


@pytest.fixture
def far(opened: Opened, network: BadNetwork) -> Neo4jStore:
    """A store behind the bad network, with a topology."""
    store = opened(read_address(network.address.url))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    return store


def _ingest(store: Neo4jStore, number: int) -> bool:
    """Whether an order was acknowledged."""
    try:
        store.ingest([placed(f"O-{number}"), entered("promise", 1, f"O-{number}/1")])
    except StoreUnavailableError:
        return False
    return True


def _in_time(call: threading.Thread) -> bool:
    call.start()
    call.join(LONGEST)
    return not call.is_alive()


@pytest.mark.parametrize("toxic", SLOW, ids=str)
def test_a_slow_network_changes_no_answer(far: Neo4jStore, network: BadNetwork, toxic: Toxic) -> None:
    network.become(toxic)
    acknowledged = [_ingest(far, number) for number in range(3)]

    assert acknowledged == [True, True, True]
    assert set(orders(far)) == {"O-0", "O-1", "O-2"}


@pytest.mark.timeout(300)
def test_connections_that_break_at_any_byte_lose_and_double_nothing(
    far: Neo4jStore, network: BadNetwork, opened: Opened
) -> None:
    acknowledged: set[int] = set()
    for number, toxic in enumerate(CUTS):
        network.become(toxic)
        network.reset()
        if _ingest(far, number):
            acknowledged.add(number)
    network.become(SOUND)
    network.reset()

    assert set(orders(far)) >= {f"O-{number}" for number in acknowledged}
    for number in range(len(CUTS)):
        assert _ingest(far, number)
    seen = everything(far)
    assert set(seen["orders"]) == {f"O-{number}" for number in range(len(CUTS))}
    assert seen == everything(opened(cache=None))
    with far.columns() as columns:
        assert columns.watermark == 2 * len(CUTS)


@pytest.mark.timeout(300)
def test_a_silent_network_is_an_error_in_time_and_is_left_when_it_heals(
    far: Neo4jStore, network: BadNetwork, opened: Opened
) -> None:
    assert _ingest(far, 1)
    network.become(Toxic(silent=True))
    refusals: list[str] = []

    def ask() -> None:
        try:
            orders(far)
        except StoreUnavailableError as error:
            refusals.append(f"question: {error}")

    def change() -> None:
        if not _ingest(far, 2):
            refusals.append("change")

    assert _in_time(threading.Thread(target=ask, daemon=True))
    assert _in_time(threading.Thread(target=change, daemon=True))
    assert len(refusals) == 2
    network.become(SOUND)

    assert _ingest(far, 2)
    assert set(orders(far)) == {"O-1", "O-2"}
    assert everything(far) == everything(opened(cache=None))


def test_a_network_that_refuses_connections_is_an_error_and_then_used_again(
    far: Neo4jStore, network: BadNetwork
) -> None:
    network.become(Toxic(refuses=True))
    network.reset()
    refused = _ingest(far, 1)
    network.become(SOUND)

    assert (refused, _ingest(far, 1)) == (False, True)
