"""What only the store in a folder has: one process at a time, a snapshot of its columns, and a record that is
there again.
"""

import random
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest
import structlog.testing

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local import store
from impactgraph.stores.local.record import Record
from impactgraph.stores.state import snapshot
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology
from tests.stores.seen import everything

_HOLD = """
import sys
from pathlib import Path
from impactgraph.stores.embedded import EmbeddedStore
held = EmbeddedStore.open(Path(sys.argv[1]), now=lambda: 0)
print("held", flush=True)
sys.stdin.read()
"""
_EVENTS = [
    placed("O-1", 0, attributes={"carrier": "a"}),
    entered("promise", 1, "O-1/1"),
    placed("O-2", 2, workflow="ship", parts=2),
    entered("pack", 3, "O-2/1"),
    of("fulfillment.failed", 4, "O-2/1", step="pack", code="ERROR"),
    entered("deliver", 5, "O-2/1"),
    of("posting.recorded", 6, "O-2/1", type="invoice"),
    of("fulfillment.rerouted", 7, "O-1/1", workflow="ship", step="promise", location="store-2"),
    entered("pack", 8, "O-1/1"),
    reported("F-1", 9),
    event("order.cancelled", 10, order="O-2"),
    entered("pack", 3, "O-3/1"),
    of("fulfillment.failed", 4, "O-3/1", step="pack", code="LOST"),
    placed("O-3", 1, workflow="collect"),
    of("fulfillment.completed", 12, "O-1/1"),
    placed("O-4", 13, attributes={"carrier": "b", "brand": "x"}),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def always_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are saved however few the events were."""
    monkeypatch.setattr(store, "SAVE_ON_CLOSE", 1)


def opened(folder: Path) -> EmbeddedStore:
    return EmbeddedStore.open(folder, now=lambda: at(600))


def filled(folder: Path, events: list[bytes]) -> EmbeddedStore:
    found = opened(folder)
    found.apply_topology(topology(), DOCUMENTS, at(-60))
    found.ingest(events)
    return found


@pytest.fixture
def held(folder: Path) -> Iterator[int]:
    """Another process that has the store; its id."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


def test_a_store_that_another_process_has_is_reported_with_that_process(folder: Path, held: int) -> None:
    with pytest.raises(StoreUnavailableError, match=f"held by process {held}"):
        opened(folder)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailableError, match="cannot be used as a store"):
        opened(tmp_path / "file" / "store")


def test_a_file_that_is_no_store_is_reported(folder: Path) -> None:
    folder.mkdir()
    (folder / "impactgraph.duckdb").write_bytes(b"not a database" * 1000)

    with pytest.raises(StoreUnavailableError):
        opened(folder)


def test_a_store_that_is_opened_again_shows_the_same(folder: Path) -> None:
    before = filled(folder, _EVENTS)
    seen, aside, versions = everything(before), before.quarantined(), before.topologies()
    before.close()

    after = opened(folder)
    assert (everything(after), after.quarantined(), after.topologies()) == (seen, aside, versions)
    after.close()


@pytest.mark.usefixtures("always_saved")
def test_columns_that_were_saved_are_the_same_when_opened(folder: Path) -> None:
    before = filled(folder, _EVENTS)
    seen = everything(before)
    before.close()

    after = opened(folder)
    assert (list(folder.glob("columns-*/fulfillments.entered_step_at.npy")) != [], everything(after)) == (
        True,
        seen,
    )
    after.close()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("always_saved")
def test_what_came_after_the_snapshot_is_brought_in(
    folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = list(_EVENTS)
    random.Random(seed).shuffle(events)
    filled(folder, events[:8]).close()
    monkeypatch.setattr(store, "SAVE_ON_CLOSE", 1000)
    later = opened(folder)
    later.ingest(events[8:])
    seen = everything(later)
    later.close()

    again = opened(folder)
    assert everything(again) == seen
    again.close()


@pytest.mark.usefixtures("always_saved")
def test_words_that_came_after_the_snapshot_do_not_make_it_useless(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(folder, _EVENTS[:8]).close()
    monkeypatch.setattr(store, "SAVE_ON_CLOSE", 1000)
    later = opened(folder)
    later.ingest([event("list.reported", 1, source="/new", system="erp", list="a", rows=[{"id": "O-1"}])])
    seen = everything(later)
    later.close()

    with structlog.testing.capture_logs() as logs:
        again = opened(folder)
    assert (everything(again), logs) == (seen, [])
    again.close()


@pytest.mark.usefixtures("always_saved")
def test_saved_columns_can_be_written_on(folder: Path) -> None:
    filled(folder, _EVENTS[:8]).close()
    saved = {path: path.read_bytes() for path in folder.glob("columns-*/*")}

    later = opened(folder)
    later.ingest(_EVENTS[8:])

    assert {path: path.read_bytes() for path in saved} == saved
    later.close()


@pytest.mark.parametrize("harm", ["pointer", "array", "folder"])
@pytest.mark.usefixtures("always_saved")
def test_a_snapshot_that_is_not_whole_is_made_anew_from_the_record(folder: Path, harm: str) -> None:
    before = filled(folder, _EVENTS)
    seen = everything(before)
    before.close()
    (saved,) = (path for path in folder.glob("columns-*") if path.is_dir())
    if harm == "pointer":
        (folder / "columns.json").write_text("{")
    elif harm == "array":
        (saved / "fulfillments.entered_step_at.npy").write_bytes(b"\x93NUMPY")
    else:
        saved.rename(folder / "elsewhere")

    after = opened(folder)
    assert everything(after) == seen
    after.close()


def test_a_snapshot_of_the_previous_format_is_rebuilt_from_the_record_and_the_log_says_so(
    folder: Path, tmp_path: Path
) -> None:
    """The archive is a store that version 0.1.0 wrote, with these events and a snapshot of format 3."""
    current = filled(tmp_path / "current", _EVENTS)
    expected = everything(current)
    current.close()
    with tarfile.open(Path(__file__).parent / "snapshot_format_3.tar.xz") as archive:
        archive.extractall(folder, filter="data")

    with structlog.testing.capture_logs() as entries:
        store = opened(folder)

    assert everything(store) == expected
    assert [entry["reason"] for entry in entries] == ["it has format 3, this version reads 6"]
    store.close()


@pytest.mark.usefixtures("always_saved")
def test_a_snapshot_without_a_column_of_this_version_is_rebuilt_from_the_record(folder: Path) -> None:
    before = filled(folder, _EVENTS)
    expected = everything(before)
    before.close()
    _remove_from_snapshot(folder, "fulfillments.ended_at.npy")

    with structlog.testing.capture_logs() as entries:
        after = opened(folder)

    assert everything(after) == expected
    assert [entry["reason"] for entry in entries] == ["columns ['ended_at'] differ"]
    after.close()


def _remove_from_snapshot(folder: Path, name: str) -> None:
    """Makes the snapshot what a version without this column would have written."""
    meta = snapshot.read_meta(folder)
    assert meta is not None
    (folder / meta.folder / name).unlink()
    del meta.sums[name]
    meta.own_sum = snapshot.own_sum(meta)
    (folder / "columns.json").write_bytes(msgspec.json.encode(meta))


@pytest.mark.usefixtures("always_saved")
def test_a_snapshot_of_another_record_is_not_used(folder: Path, tmp_path: Path) -> None:
    filled(folder, _EVENTS).close()
    other = filled(tmp_path / "other", _EVENTS[:2])
    seen = everything(other)
    other.close()
    (tmp_path / "other" / "impactgraph.duckdb").replace(folder / "impactgraph.duckdb")

    after = opened(folder)
    assert everything(after) == seen
    after.close()


@pytest.mark.usefixtures("always_saved")
def test_only_the_last_snapshot_is_kept(folder: Path) -> None:
    filled(folder, _EVENTS[:8]).close()
    later = opened(folder)
    later.ingest(_EVENTS[8:])
    later.close()

    assert len([path for path in folder.glob("columns-*") if path.is_dir()]) == 1


@pytest.mark.usefixtures("always_saved")
def test_a_topology_that_brings_a_step_makes_the_snapshot_stale(folder: Path) -> None:
    before = filled(folder, [*_EVENTS, entered("wrap", 30, "O-2/2")])
    before.apply_topology(topology(MORE), MORE, at(40))
    seen = everything(before)
    before.close()

    after = opened(folder)
    assert everything(after) == seen
    after.close()


def test_where_the_disk_fails_nothing_is_taken_and_the_next_call_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = filled(folder, _EVENTS[:4])
    seen = everything(held)

    def fail(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    with monkeypatch.context() as broken, pytest.raises(StoreUnavailableError, match="No space left"):
        broken.setattr(Record, "append", fail)
        held.ingest(_EVENTS[4:])
    after_failure = everything(held)
    intake = held.ingest(_EVENTS[4:])

    assert (after_failure, intake.duplicate_count, intake.accepted_count > 0) == (seen, 0, True)
    held.close()


def test_columns_hold_still_while_they_are_looked_at(folder: Path) -> None:
    held = filled(folder, _EVENTS[:2])
    with held.columns() as columns:
        thread = threading.Thread(target=held.ingest, args=([placed("O-9")],))
        thread.start()
        before = len(columns.orders)
    thread.join(30)

    with held.columns() as columns:
        assert (before, len(columns.orders)) == (1, 2)
    held.close()


def test_events_from_many_threads_are_all_taken(folder: Path) -> None:
    held = filled(folder, [])
    threads = [
        threading.Thread(target=held.ingest, args=([placed(f"O-{n}"), entered("pick", 3, f"O-{n}/1")],))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with held.columns() as columns:
        assert (len(columns.orders), columns.watermark) == (8, 16)
    held.close()
