"""What a store in a folder does after a failure: it goes on with what it acknowledged, or says what to do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
import structlog.testing

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.commit_mark import CommitMark
from impactgraph.stores.local.record_file import FILE, StoreDamagedError
from tests.corruption.sample import open_sample, write_sample
from tests.stores.events import DOCUMENTS, at, entered, placed, topology
from tests.stores.seen import everything, fulfillments

LOG = f"{FILE}.wal"


class BrokenConnection:
    """A connection whose commits fail, after they were made or before: nobody knows which it was."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, makes_commits: bool) -> None:
        self._connection = connection
        self._makes_commits = makes_commits

    def execute(self, statement: str, *values: object) -> object:
        is_commit = statement == "commit"
        if not is_commit or self._makes_commits:
            result = self._connection.execute(statement, *values)
        if is_commit:
            raise duckdb.IOException("Could not write file: Input/output error")
        return result

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[EmbeddedStore]:
    with closing(EmbeddedStore.open(folder, now=lambda: at(600))) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest([placed("O-1"), entered("promise", 1)])
        yield store


def _break(store: EmbeddedStore, *, makes_commits: bool = True) -> None:
    record = store._replica.record
    connection = BrokenConnection(record._connection, makes_commits=makes_commits)
    record._connection = connection  # pyright: ignore[reportAttributeAccessIssue]


def test_a_commit_that_failed_after_it_was_made_is_there_once(store: EmbeddedStore) -> None:
    _break(store)
    with pytest.raises(StoreUnavailableError, match="Input/output error"):
        store.ingest([entered("pick", 5)])

    assert fulfillments(store)["O-1/1"]["step"] == "pick"
    assert store.ingest([entered("pick", 5)]).duplicate_count == 1


def test_a_commit_that_was_not_made_is_not_missed(store: EmbeddedStore) -> None:
    _break(store, makes_commits=False)
    with pytest.raises(StoreUnavailableError, match="Input/output error"):
        store.ingest([entered("pick", 5)])

    assert fulfillments(store)["O-1/1"]["step"] == "promise"
    assert store.ingest([entered("pick", 5)]).accepted_count == 1


def test_after_a_failed_commit_the_next_change_is_made(store: EmbeddedStore, folder: Path) -> None:
    _break(store)
    with pytest.raises(StoreUnavailableError):
        store.ingest([entered("pick", 5)])
    store.ingest([placed("O-2", channel="fax"), entered("promise", 7, "O-2/1")])
    seen = everything(store)
    store.close()

    with closing(EmbeddedStore.open(folder, now=lambda: at(600))) as again:
        assert everything(again) == seen


def test_nothing_is_acknowledged_once_the_folder_is_removed(store: EmbeddedStore, folder: Path) -> None:
    shutil.rmtree(folder)

    with pytest.raises(StoreUnavailableError, match="was removed or replaced"):
        store.ingest([entered("pick", 5)])


def test_nothing_is_acknowledged_once_the_record_is_replaced(
    store: EmbeddedStore, folder: Path, tmp_path: Path
) -> None:
    with closing(EmbeddedStore.open(tmp_path / "other", now=lambda: at(600))):
        pass
    (tmp_path / "other" / FILE).replace(folder / FILE)

    with pytest.raises(StoreUnavailableError, match="was removed or replaced"):
        store.ingest([entered("pick", 5)])


@pytest.fixture
def killed(folder: Path) -> Path:
    """A store with commits in its write-ahead log."""
    write_sample(folder)
    return folder


def _commits(folder: Path) -> tuple[str, int]:
    identity, number, _ = (folder / "commits").read_text().split()
    return identity, int(number)


def _tear(folder: Path) -> None:
    """The last commit lacks a sector, as after a loss of power."""
    content = bytearray((folder / LOG).read_bytes())
    content[-300:-200] = bytes(100)
    (folder / LOG).write_bytes(content)


def test_a_torn_commit_that_was_not_acknowledged_is_dropped(killed: Path) -> None:
    identity, number = _commits(killed)
    CommitMark(killed).write(identity, number - 1)
    _tear(killed)

    with structlog.testing.capture_logs() as logs, closing(open_sample(killed)) as store:
        assert everything(store)["orders"]
    assert [each["event"] for each in logs] == [
        "The write-ahead log ended in a torn commit, which was not acknowledged"
    ]
    assert not list(killed.glob("*.damaged"))


def test_a_torn_commit_that_was_acknowledged_is_an_error_and_the_log_is_left_as_it_was(killed: Path) -> None:
    _tear(killed)
    torn = (killed / LOG).read_bytes()

    with pytest.raises(StoreDamagedError, match="Restore the folder from a backup"):
        open_sample(killed)
    assert (killed / LOG).read_bytes() == torn


def test_a_repair_of_the_log_that_was_interrupted_is_undone(killed: Path) -> None:
    shutil.copy(killed / LOG, killed / f"{LOG}.damaged")
    os.truncate(killed / LOG, 5000)

    with closing(open_sample(killed)) as store:
        assert store.ingest([placed("O-1")]).accepted_count >= 0
    assert not list(killed.glob("*.damaged"))


def test_without_its_number_of_commits_a_damaged_log_is_an_error(killed: Path) -> None:
    (killed / "commits").unlink()
    _tear(killed)

    with pytest.raises(StoreDamagedError):
        open_sample(killed)


def test_a_store_goes_on_without_lost_commits_where_its_mark_is_removed(killed: Path) -> None:
    (killed / LOG).unlink()
    with pytest.raises(StoreDamagedError, match="remove the file commits"):
        open_sample(killed)
    (killed / "commits").unlink()

    with closing(open_sample(killed)) as store:
        assert everything(store)["orders"]


def test_a_store_that_was_half_made_is_made_again(folder: Path) -> None:
    folder.mkdir()
    (folder / f"{FILE}.new-1").write_bytes(b"half")

    with closing(EmbeddedStore.open(folder, now=lambda: at(600))) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
    assert not list(folder.glob("*.new-*"))
