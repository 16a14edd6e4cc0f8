"""What a process keeps of the log: used again where it is still true, made anew where it is not."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.local.record_file import FILE
from impactgraph.stores.neo4j.address import Address
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.log import FORMAT, Log, LogEnd, LogEntry
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology
from tests.stores.neo4j.conftest import Opened
from tests.stores.seen import everything

_FIRST = [placed("O-1"), entered("pick", 5), entered("deliver", 6, "O-2/1"), reported("F-1", 9), b"{broken"]
_THEN = [
    placed("O-2", workflow="collect"),
    of("fulfillment.failed", 7, step="pick", code="X"),
    event("order.cancelled", 9, order="O-1"),
]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the blocks that were fetched."""
    numbers: list[int] = []
    between = Log.between

    def noting(log: Log, position: Any, end: LogEnd) -> Iterator[LogEntry]:
        for entry in between(log, position, end):
            numbers.append(entry.end.position.block)
            yield entry

    monkeypatch.setattr(Log, "between", noting)
    return numbers


@pytest.fixture
def cache(address: Address, tmp_path: Path) -> Path:
    """The folder of a process that ended; a topology and two batches are in the log."""
    with closing(_store(address, tmp_path / "cache")) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest(_FIRST)
        store.ingest(_THEN)
    return tmp_path / "cache"


@pytest.fixture
def database(address: Address) -> Iterator[Database]:
    with closing(Database(address)) as database:
        yield database


def _store(address: Address, cache: Path | None) -> Neo4jStore:
    return Neo4jStore.open(address, now=lambda: at(600), cache=cache, freshness=0, graph=False)


def _seen(store: Neo4jStore) -> dict[str, Any]:
    return everything(store) | {
        "aside": store.quarantined(),
        "topologies": store.topologies(),
        "past": everything(store, at(6)),
    }


def _fresh(opened: Opened) -> dict[str, Any]:
    """What a process shows that has read everything from the database."""
    return _seen(opened(cache=None))


def _opens_right(opened: Opened, cache: Path) -> bool:
    return _seen(opened(cache=cache)) == _fresh(opened)


def test_a_restart_reads_nothing_that_it_has(opened: Opened, cache: Path, read: list[int]) -> None:
    again = opened(cache=cache)

    assert (len(everything(again)["orders"]), read) == (2, [])


def test_a_restart_shows_what_was_there(opened: Opened, cache: Path) -> None:
    assert _opens_right(opened, cache)


def test_a_process_that_was_away_reads_what_came_meanwhile(
    opened: Opened, cache: Path, read: list[int]
) -> None:
    other = opened(cache=None)
    other.apply_topology(topology(MORE), MORE, at(40))
    other.ingest([placed("O-3", workflow="ship"), entered("wrap", 50, "O-3/1")])
    read.clear()

    again = opened(cache=cache)
    assert _seen(again) == _seen(other)
    assert min(read) == 4


def test_columns_that_were_saved_are_brought_up_to_date(
    opened: Opened, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impactgraph.stores.local.store.SAVE_ON_CLOSE", 1)
    with closing(_store(address, tmp_path / "cache")) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest(_FIRST)
    opened(cache=None).ingest(_THEN)

    assert list((tmp_path / "cache").glob("*/*/columns.json"))
    assert _opens_right(opened, tmp_path / "cache")


def test_a_database_that_was_emptied_and_filled_anew_is_read_anew(
    opened: Opened, cache: Path, database: Database
) -> None:
    database.change("match (n) detach delete n")
    other = opened(cache=None)
    other.apply_topology(topology(MORE), MORE, at(-60))
    for number in range(4):
        other.ingest([placed(f"P-{number}")])

    assert _opens_right(opened, cache)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_database_that_was_set_back_is_read_anew(
    goes_on: bool, opened: Opened, cache: Path, database: Database
) -> None:
    set_back(database, to=2)
    if goes_on:
        opened(cache=None).ingest([placed("O-9")])

    assert _opens_right(opened, cache)


def set_back(database: Database, *, to: int) -> None:
    """As from a backup."""
    database.change("match (b:Block) where b.number > $to delete b", to=to)
    database.change(
        "match (b:Block {number: $to}) match (l:Log) set l.block = b.number, l.last = b.last, l.token = "
        "b.token",
        to=to,
    )


@pytest.mark.parametrize("harm", ["not a database", "half gone", "all gone"])
def test_a_copy_that_cannot_be_read_is_made_anew(harm: str, opened: Opened, cache: Path) -> None:
    (file,) = cache.glob(f"*/0/{FILE}")
    if harm == "all gone":
        file.unlink()
    else:
        file.write_bytes(b"not a database" * 1000 if harm == "not a database" else file.read_bytes()[:5000])

    assert _opens_right(opened, cache)


def test_each_process_of_a_machine_has_a_copy_of_its_own(opened: Opened, cache: Path) -> None:
    first, second = opened(cache=cache), opened(cache=cache)
    first.ingest([placed("O-7")])

    assert _seen(first) == _seen(second)
    assert sorted(path.parent.name for path in cache.glob(f"*/*/{FILE}")) == ["0", "1"]


def test_where_nothing_can_be_kept_it_works_all_the_same(opened: Opened, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert _opens_right(opened, tmp_path / "file")


def test_what_is_kept_for_one_run_goes_with_it(
    address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = _store(address, None)
    during = [path.name for path in tmp_path.iterdir()]
    store.close()

    assert (len(during), list(tmp_path.iterdir())) == (1, [])


def test_a_process_that_runs_while_the_database_is_emptied_starts_anew(
    opened: Opened, cache: Path, database: Database
) -> None:
    running = opened(cache=cache)
    database.change("match (n) detach delete n")

    assert everything(running)["orders"] == {}
    running.apply_topology(topology(), DOCUMENTS, at(-60))
    running.ingest([placed("O-5")])
    assert _seen(running) == _fresh(opened)


def test_what_was_learned_from_a_database_is_dropped_when_it_is_emptied(
    opened: Opened, cache: Path, database: Database
) -> None:
    running = opened(cache=cache)
    baselines = running.baselines
    database.change("match (n) detach delete n")

    assert everything(running)["orders"] == {}
    assert running.baselines is not baselines


def test_a_change_finds_the_database_emptied_and_sets_it_up(
    opened: Opened, cache: Path, database: Database
) -> None:
    running = opened(cache=cache, freshness=1e9)
    database.change("match (n) detach delete n")

    running.apply_topology(topology(), DOCUMENTS, at(-60))

    assert running.ingest([placed("O-1")]).accepted_count == 1
    assert _seen(running) == _fresh(opened)


def test_opening_a_long_log_tells_how_far_it_is(
    opened: Opened, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impactgraph.stores.neo4j.replica_cache.GROUP", 1)
    told: list[str] = []
    shutil.rmtree(cache)

    opened(cache=cache, say=told.append)

    assert told[-1] == "Reading the record: 7 of 7 events"


def test_a_log_of_a_newer_version_is_not_touched(opened: Opened, cache: Path, database: Database) -> None:
    database.change("match (l:Log) set l.format = '999'")

    with pytest.raises(StoreUnavailableError, match="format 999"):
        opened(cache=cache)


def test_a_log_of_the_format_before_is_read_and_becomes_one_of_the_present(
    opened: Opened, cache: Path, database: Database
) -> None:
    database.change("match (l:Log) set l.format = '1'")

    store = opened(cache=cache)
    unchanged = database.read("match (l:Log) return l.format as format")
    store.ingest([placed("O-new")])

    assert (unchanged, database.read("match (l:Log) return l.format as format")) == (
        [{"format": "1"}],
        [{"format": FORMAT}],
    )


def test_a_block_that_is_missing_is_reported(opened: Opened, cache: Path, database: Database) -> None:
    database.change("match (b:Block {number: 2}) delete b")

    with pytest.raises(StoreUnavailableError, match="Block 2 is missing"):
        opened(cache=None)
