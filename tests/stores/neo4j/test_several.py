"""Several stores over one database: each sees what the others wrote, and none overtakes another."""

import json
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.store import LocalStore
from impactgraph.stores.neo4j.log import Log
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology
from tests.stores.neo4j.conftest import Opened
from tests.stores.seen import everything, fulfillments

_LOG = "match (b:Block) return b.number as number, b.first as first, b.last as last order by number"


def _aside(store: Store) -> list[tuple[str, str]]:
    return sorted((json.loads(refused.text)["id"], refused.reason) for refused in store.quarantined())


def _seen(store: Store) -> dict[str, Any]:
    return everything(store) | {
        "aside": _aside(store),
        "topologies": [version.key for version in store.topologies()],
    }


def _life(order: str) -> list[bytes]:
    """All that can happen to an order, some of which does not fit until more is known."""
    part = f"{order}/1"
    return [
        placed(order, 0, attributes={"carrier": order}),
        entered("promise", 1, part),
        entered("pick", 2, part),
        entered("deliver", 3, part),
        entered("pack", 4, part),
        of("fulfillment.rerouted", 3, part, workflow="ship", step="promise", location="store-2"),
        of("posting.recorded", 5, part, type="invoice"),
        of("fulfillment.failed", 4, part, step="pack", code=f"E{order}"),
        of("fulfillment.failed", 2, part, step="hand-over", code="LOST"),
        of("fulfillment.completed", 9, part),
        event("order.cancelled", 8, order=order),
        reported(f"F-{order}", 5),
        entered("wrap", 6, part),
    ]


def test_what_one_writes_the_other_shows(two: tuple[Neo4jStore, Neo4jStore]) -> None:
    first, second = two

    first.ingest([placed("O-1"), entered("pick", 5)])

    assert fulfillments(second)["O-1/1"]["step"] == "pick"


def test_an_event_that_another_took_is_a_repeat(two: tuple[Neo4jStore, Neo4jStore]) -> None:
    first, second = two
    first.ingest([placed("O-1")])

    assert second.ingest([placed("O-1"), entered("pick", 5)]).duplicate_count == 1


def test_answers_say_how_far_they_have_read(two: tuple[Neo4jStore, Neo4jStore]) -> None:
    first, second = two
    first.ingest([placed("O-1"), entered("pick", 5), entered("promise", 1)])

    with second.columns() as columns:
        assert columns.watermark == 3


def test_a_topology_that_one_applies_is_the_others_too(two: tuple[Neo4jStore, Neo4jStore]) -> None:
    first, second = two
    second.ingest([placed("O-1", workflow="ship"), entered("wrap", 5)])

    first.apply_topology(topology(MORE), MORE, at(5))

    assert (
        second.quarantined(),
        fulfillments(second)["O-1/1"]["step"],
        "step:ship/wrap" in second.topology().elements,
    ) == ([], "wrap", True)


def test_what_one_keeps_aside_another_can_replay(two: tuple[Neo4jStore, Neo4jStore]) -> None:
    first, second = two
    first.ingest([b"{broken", entered("deliver", 1, "O-1/1"), placed("O-1")])

    kept = second.quarantined()
    second.replay_quarantined([kept[0].number])

    assert (len(kept), _aside_texts(first)) == (2, _aside_texts(second))


def _aside_texts(store: Store) -> list[str]:
    return [refused.text for refused in store.quarantined()]


def test_what_is_looked_at_does_not_change_under_the_one_who_looks(
    two: tuple[Neo4jStore, Neo4jStore],
) -> None:
    first, second = two
    with second.columns() as columns:
        first.ingest([placed("O-1")])

        assert (len(columns.orders), len(second.failures())) == (0, 0)
    with second.columns() as columns:
        assert len(columns.orders) == 1


@pytest.mark.parametrize("seed", range(6))
def test_by_whomever_the_events_are_taken_all_show_what_one_process_would(
    seed: int, opened: Opened, alone: EmbeddedStore
) -> None:
    chance = random.Random(seed)
    lines = [line for number in range(6) for line in _life(f"O-{number}")]
    lines += chance.sample(lines, 20)
    chance.shuffle(lines)
    stores = [opened(), opened(), opened(freshness=1e9)]  # the last looks only where it has to
    stores[0].apply_topology(topology(), DOCUMENTS, at(-60))

    def apply_more() -> None:
        chance.choice(stores).apply_topology(topology(MORE), MORE, at(40))

    for start in range(0, len(lines), 9):
        chance.choice(stores).ingest(lines[start : start + 9])
        if start == 45:
            apply_more()
    alone.ingest(lines[:54])
    alone.apply_topology(topology(MORE), MORE, at(40))
    alone.ingest(lines[54:])

    stores[2].ingest([])
    expected = _seen(alone)
    assert [_seen(store) == expected for store in stores[:2]] == [True, True]
    assert [everything(store, at(4)) for store in stores[:2]] == [everything(alone, at(4))] * 2


def test_writers_at_once_lose_nothing_and_double_nothing(opened: Opened, alone: EmbeddedStore) -> None:
    lines = [line for number in range(24) for line in _life(f"O-{number}")]
    stores = [opened() for _ in range(4)]
    stores[0].apply_topology(topology(), DOCUMENTS, at(-60))

    def write(number: int) -> None:
        own = lines[:]  # all of them: three of four are repeats
        random.Random(number).shuffle(own)
        for start in range(0, len(own), 37):
            stores[number].ingest(own[start : start + 37])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    alone.ingest(lines)

    expected = _seen(alone)
    assert [_seen(store) == expected for store in stores] == [True] * 4
    assert [_recorded(store) for store in stores] == [_recorded(alone)] * 4
    _assert_unbroken(stores[0])


def _recorded(store: LocalStore) -> list[str]:
    """Ids of all events, as often as they are there."""
    return [id_ for (id_,) in store._replica.record.rows("select id from events order by id")]


def _assert_unbroken(store: Neo4jStore) -> None:
    """Blocks by number, sequence numbers given out once, in the order of the blocks."""
    blocks = store.database.read(_LOG)
    assert [block["number"] for block in blocks] == list(range(1, len(blocks) + 1))
    assert [block["first"] for block in blocks[1:]] == [block["last"] + 1 for block in blocks[:-1]]


def test_whoever_writes_later_waits_for_the_one_before(
    two: tuple[Neo4jStore, Neo4jStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock the second would sort its events out against a state that the first is about to
    change.
    """
    first, second = two
    came_in, done = threading.Event(), threading.Event()
    appended = Log.append

    def append_while_another_tries(*given: Any) -> Any:
        if not came_in.is_set() and threading.current_thread() is threading.main_thread():
            other.start()
            done.wait(1)  # with the lock it cannot be done before this commits
            overtook.append(done.is_set())
        return appended(*given)

    overtook: list[bool] = []
    intakes: list[int] = []

    def write() -> None:
        intakes.append(second.ingest([placed("O-1"), placed("O-2")]).duplicate_count)
        done.set()

    other = threading.Thread(target=write)
    monkeypatch.setattr(Log, "append", staticmethod(append_while_another_tries))
    first.ingest([placed("O-1")])
    other.join(30)

    assert (overtook, intakes) == ([False], [1])
    _assert_unbroken(first)


_WRITE = """
import sys
from pathlib import Path
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.stores.events import at
store = Neo4jStore.open(read_address(sys.argv[1]), now=lambda: at(600), cache=Path(sys.argv[2]), graph=False)
lines = Path(sys.argv[3]).read_bytes().splitlines()
results = [store.ingest(lines[start : start + 50]) for start in range(0, len(lines), 50)]
print(sum(result.accepted_count for result in results), flush=True)
store.close()
"""


def test_processes_that_write_at_once_take_each_event_once(
    opened: Opened, neo4j_address: Any, tmp_path: Path, alone: EmbeddedStore
) -> None:
    lines = [
        line
        for number in range(40)
        for line in _life(f"O-{number}")
        if b"wrap" not in line and b"rerouted" not in line and b"pack" not in line
    ]
    lines = [line for line in lines if b"deliver" not in line]
    store = opened()
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    processes: list[subprocess.Popen[str]] = []
    for number in range(3):
        random.Random(number).shuffle(lines)
        file = tmp_path / f"events-{number}.ndjson"
        file.write_bytes(b"\n".join(lines))
        given = [sys.executable, "-c", _WRITE, neo4j_address.url, str(tmp_path / "cache"), str(file)]
        processes.append(subprocess.Popen(given, stdout=subprocess.PIPE, text=True))
    taken = [int(process.communicate(timeout=120)[0]) for process in processes]
    alone.ingest(lines)

    with alone.columns() as columns:
        assert sum(taken) == columns.watermark == len(lines)
    assert _seen(store) == _seen(alone)
    _assert_unbroken(store)


def test_who_lacks_much_reads_it_before_it_keeps_others_waiting(
    two: tuple[Neo4jStore, Neo4jStore], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = two
    late = opened(freshness=1e9)
    missing, inside = Log.missing, list[int]()

    def noting(*given: Any) -> Any:
        found = list(missing(*given))
        inside.append(len(found))
        return iter(found)

    monkeypatch.setattr(late._follower, "_poll", lambda: None)  # nothing is read while nobody writes
    for number in range(8):
        first.ingest([placed(f"O-{number}")])
    monkeypatch.setattr(Log, "missing", staticmethod(noting))

    assert (late.ingest([placed("O-0"), entered("pick", 5, "O-7/1")]).duplicate_count, inside) == (1, [0])
    assert everything(first) == everything(opened(cache=None))
