"""Backups of both stores: restored into either they give the same answers, also the second, that has only
what is new, and an earlier one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.removal import ForgetRequest
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local import backup
from impactgraph.stores.local.packing import unpack
from impactgraph.stores.local.part_cleaner import BackupCleaner
from impactgraph.usecases.back_up import BackupResult, back_up
from impactgraph.usecases.backup_folder import BackupFolder, DamagedBackupError
from impactgraph.usecases.restore import choose_backup, restore
from tests.stores.events import MORE, at, entered, placed, reported, topology
from tests.stores.seen import everything
from tests.stores.test_removals import EMAIL, fill

Restored = Callable[..., Store]


def save(store: Store, folder: Path, keep: int | None = None) -> BackupResult:
    return back_up(store.backup, folder, BackupCleaner, keep=keep)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def restored(tmp_path: Path, folder: Path) -> Iterator[Restored]:
    """The latest backup, or that of a moment, in an embedded store."""
    stores: list[Store] = []

    def open_restored(until: int | None = None) -> Store:
        store = EmbeddedStore.open(tmp_path / f"restored-{len(stores)}", now=lambda: at(600))
        stores.append(store)
        saved = BackupFolder(folder)
        restore(saved, choose_backup(saved, until), store)
        return store

    yield open_restored
    for store in stores:
        store.close()


def contents(store: Store) -> dict[str, object]:
    return everything(store) | {
        "totals": store.totals(),
        "quarantine": store.quarantined(),
        "ingests": store.ingests(10),
        "topologies": store.topologies(),
        "journal": store.journal(),
    }


def test_a_restored_store_gives_the_same_answers(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    store.ingest([reported("F-2", 3)])
    save(store, folder)

    assert contents(restored()) == contents(store)


def test_a_restored_store_goes_on_as_the_original(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    save(store, folder)
    copy = restored()
    for each in (store, copy):
        each.undo_ingest(1, at(30))
        each.ingest([placed("O-771", 7), entered("pick", 40, "O-8/1"), placed("O-100", 41)])
        each.apply_topology(topology(MORE), MORE, at(50))

    assert everything(copy) == everything(store)


def test_a_second_backup_writes_only_what_is_new(
    store: Store, folder: Path, restored: Restored, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    first = save(store, folder)
    unchanged = save(store, folder)
    store.ingest([placed("O-1000", 50), entered("promise", 51, "O-1000/1")])
    second = save(store, folder)

    assert unchanged.new_parts == 0
    assert 0 < second.new_parts < first.new_parts
    new = {part.key for part in second.manifest.parts} - {part.key for part in first.manifest.parts}
    assert {key.family for key in new} <= {"events", "orders", "fulfillments", "words"}
    assert (
        sum(part.rows for part in second.manifest.parts if part.key in new and part.family == "events") == 4
    )
    assert contents(restored()) == contents(store)


def test_what_is_taken_back_leaves_the_next_backup(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    save(store, folder)
    store.undo_ingest(1, at(30))
    save(store, folder)

    assert contents(restored()) == contents(store)


def test_an_earlier_backup_can_be_restored(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    before = contents(store)
    first = save(store, folder).manifest
    store.ingest([placed("O-1000", 50)])
    second = save(store, folder).manifest
    saved = BackupFolder(folder)
    saved.write_manifest(type(second)(**{**as_dict(second), "at": first.at + 60_000}))

    assert contents(restored(first.at)) == before
    assert contents(restored(first.at + 59_999)) == before
    assert contents(restored(first.at + 60_000)) == contents(store)
    with pytest.raises(NotFoundError, match="--until is earlier"):
        restored(first.at - 1)


def as_dict(manifest: object) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in manifest.__struct_fields__}  # type: ignore[attr-defined]


def test_only_so_many_backups_are_kept(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    save(store, folder)
    for number in range(3):
        store.ingest([placed(f"O-{number}00", 50)])
        save(store, folder, keep=2)

    saved = BackupFolder(folder)
    assert [manifest.number for manifest in saved.manifests()] == [3, 4]
    used = {digest for manifest in saved.manifests() for digest in manifest.digests}
    assert {path.name for path in (folder / "files").glob("*/*")} == used
    assert contents(restored()) == contents(store)


def test_a_forgotten_order_leaves_all_backups(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    first = save(store, folder).manifest
    store.forget(ForgetRequest(["O-77"], [("customer-email", [EMAIL])]), at(100))
    result = save(store, folder)

    assert result.cleaned > 0
    assert contents(restored()) == contents(store)
    earlier = BackupFolder(folder).manifests()[0]
    assert earlier.number == first.number
    assert not any(b"O-77" in each and b"O-771" not in each for each in unpacked(folder))
    assert not any(EMAIL.encode() in each for each in unpacked(folder))


def test_an_earlier_backup_restored_after_forgetting_lacks_the_order_and_does_not_take_it_again(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    fill(store)
    save(store, folder)
    store.forget(ForgetRequest(["O-77"]), at(100))
    save(store, folder)
    saved = BackupFolder(folder)
    copy = EmbeddedStore.open(tmp_path / "copy", now=lambda: at(600))
    restore(saved, saved.manifests()[0], copy)

    assert copy.orders(["O-77", "O-771"]).keys() == {"O-771"}
    assert copy.ingest([placed("O-77", 0)]).duplicate_count == 1
    copy.close()


def unpacked(folder: Path) -> list[bytes]:
    from backports import zstd

    return [zstd.decompress(path.read_bytes()) for path in (folder / "files").glob("*/*")]


def test_a_damaged_file_is_named_and_nothing_is_restored(
    store: Store, folder: Path, restored: Restored
) -> None:
    fill(store)
    manifest = save(store, folder).manifest
    part = next(part for part in manifest.parts if part.family == "events")
    file = folder / "files" / part.file[:2] / part.file
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    with pytest.raises(DamagedBackupError, match=part.file):
        restored()


def test_a_changed_manifest_is_named(store: Store, folder: Path) -> None:
    fill(store)
    save(store, folder)
    path = folder / "backups" / "000001.json"
    path.write_text(path.read_text().replace('"watermark"', '"watermork"'))

    with pytest.raises(DamagedBackupError, match=r"000001\.json"):
        BackupFolder(folder).manifests()


def test_a_folder_holds_backups_of_one_store(store: Store, folder: Path, tmp_path: Path) -> None:
    save(store, folder)
    other = EmbeddedStore.open(tmp_path / "other", now=lambda: at(600))
    with pytest.raises(BadInputError, match="of another store"):
        save(other, folder)
    other.close()


def test_a_backup_is_restored_into_an_empty_store_only(store: Store, folder: Path) -> None:
    fill(store)
    save(store, folder)
    saved = BackupFolder(folder)
    with pytest.raises(BadInputError, match="empty"):
        restore(saved, choose_backup(saved, None), store)


def test_a_backup_shows_one_moment_while_others_write(store: Store, folder: Path) -> None:
    fill(store)
    totals = store.totals()
    with store.backup({}) as (head, parts):
        first = next(parts)
        store.ingest([placed("O-5000", 60)])
        store.undo_ingest(1, at(61))
        rows = first.rows + sum(part.rows for part in parts)
    assert head.totals == totals
    with store.backup({}) as (_, parts):
        assert sum(part.rows for part in parts) != rows


def test_an_interrupted_backup_leaves_the_earlier_one(store: Store, folder: Path, restored: Restored) -> None:
    fill(store)
    save(store, folder)
    before = contents(store)
    store.ingest([placed("O-5000", 60)])
    with pytest.raises(RuntimeError), store.backup({}) as (head, parts):
        BackupFolder(folder).write(next(parts).data or b"")
        raise RuntimeError
    assert head
    assert contents(restored()) == before
    assert save(store, folder).removed >= 0
    assert contents(restored()) == contents(store)


def test_many_small_parts_are_merged(store: Store, folder: Path, restored: Restored) -> None:
    for number in range(backup.MOST_SMALL + 6):
        store.ingest([placed(f"O-{number}", number)])
        result = save(store, folder)
    events = [part for part in result.manifest.parts if part.family == "events"]

    assert len(events) <= backup.MOST_SMALL + 2
    assert contents(restored()) == contents(store)


@pytest.mark.parametrize("has_new_log", [True, False])
def test_what_was_forgotten_leaves_the_files_beside_earlier_backups(
    store: Store, folder: Path, tmp_path: Path, has_new_log: bool
) -> None:
    store.ingest([placed("O-1", attributes={"name": "Jane Doe"}), placed("O-2")])
    log, head, keys = (tmp_path / name for name in ("audit.jsonl", "audit.head", "keys.json"))
    log.write_text('{"arguments": {"scope": {"name": ["jane doe"]}}}\n')
    head.write_text("1 digest")
    keys.write_text("{}")
    back_up(store.backup, folder, BackupCleaner, beside=[log, head, keys])

    store.forget(ForgetRequest([], [("name", ["Jane Doe"])]), at(30))
    log.write_text("{}\n{}\n")
    head.write_text("2 digest")
    back_up(store.backup, folder, BackupCleaner, beside=[log, head] if has_new_log else ())

    saved = BackupFolder(folder)
    first, last = saved.manifests()
    names = {each.name for each in first.files}
    assert names == (
        {"audit.jsonl", "audit.head", "keys.json"} if has_new_log else {"audit.head", "keys.json"}
    )
    assert set(last.files) <= set(first.files)
    assert not [path for path in folder.rglob("*") if path.is_file() and b"jane" in path.read_bytes().lower()]


def test_files_beside_a_backup_that_name_nothing_of_it_stay(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    store.ingest([placed("O-1"), placed("O-12")])
    log = tmp_path / "audit.jsonl"
    log.write_text('{"arguments": {"order": "O-12"}}\n')
    first = back_up(store.backup, folder, BackupCleaner, beside=[log]).manifest

    store.forget(ForgetRequest(["O-1"]), at(30))
    save(store, folder)

    assert BackupFolder(folder).manifests()[0].files == first.files


def test_a_value_of_several_words_leaves_the_quarantine_of_earlier_backups(
    store: Store, folder: Path
) -> None:
    store.ingest([placed("O-1", id="e-1", workflow="none", attributes={"name": "Jane Doe"}), placed("O-2")])
    save(store, folder)
    store.ingest([placed("O-1", id="e-1")])
    assert not store.quarantined()

    store.forget(ForgetRequest([], [("name", ["Jane Doe"])]), at(30))
    save(store, folder)

    saved = BackupFolder(folder)
    parts = [unpack(saved.read(part.file, part.family)) for part in saved.manifests()[0].parts]
    assert len(parts) > 1 and not [part for part in parts if "Jane" in str(part.rows)]
