"""A backup of an embedded store in Neo4j, also where the restore was interrupted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.part_cleaner import BackupCleaner
from impactgraph.stores.neo4j.address import Address, read_address
from impactgraph.stores.neo4j.store import Neo4jStore, clear_unfinished_restore
from impactgraph.usecases.back_up import back_up
from impactgraph.usecases.backup_folder import BackupFolder, DamagedBackupError
from impactgraph.usecases.restore import choose_backup, restore
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, placed, topology
from tests.stores.seen import everything
from tests.stores.test_removals import fill


@pytest.fixture
def original(tmp_path: Path) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.open(tmp_path / "original", now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    fill(store)
    yield store
    store.close()


@pytest.fixture
def address(neo4j_address: Neo4jAddress) -> Address:
    return read_address(neo4j_address.url)


def opened(address: Address) -> Neo4jStore:
    return Neo4jStore.open(address, now=lambda: at(600), cache=None, freshness=0, graph=False)


def test_an_embedded_store_moves_to_neo4j_by_its_backup(
    original: EmbeddedStore, address: Address, tmp_path: Path
) -> None:
    original.undo_ingest(1, at(30))
    original.ingest([placed("O-9", 40)])
    back_up(original.backup, tmp_path / "backup", BackupCleaner)
    saved = BackupFolder(tmp_path / "backup")
    store = opened(address)
    restore(saved, choose_backup(saved, None), store)
    other = opened(address)
    for each in (original, store):
        each.ingest([placed("O-10", 50)])

    assert everything(store) == everything(original)
    assert everything(other) == everything(original)
    assert store.totals().counts == original.totals().counts
    store.close()
    other.close()


def test_an_interrupted_restore_is_refused_by_others_and_can_be_made_again(
    original: EmbeddedStore, address: Address, tmp_path: Path
) -> None:
    back_up(original.backup, tmp_path / "backup", BackupCleaner)
    saved = BackupFolder(tmp_path / "backup")
    manifest = choose_backup(saved, None)
    file = tmp_path / "backup" / "files" / manifest.parts[-1].file[:2] / manifest.parts[-1].file
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    store = opened(address)
    with pytest.raises(DamagedBackupError, match=file.name):
        restore(saved, manifest, store)
    store.close()

    with pytest.raises(StoreUnavailableError, match="run `impactgraph restore` again"):
        opened(address)
    file.write_bytes(content)
    clear_unfinished_restore(address)
    store = opened(address)
    restore(saved, manifest, store)

    assert everything(store) == everything(original)
    store.close()
