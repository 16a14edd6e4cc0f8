"""A store of every format so far opens, has what was recorded, and goes on as one of the present format."""

import base64
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from impactgraph.ports.removal import ForgetRequest
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.part_cleaner import BackupCleaner
from impactgraph.stores.local.tables import FORMAT
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.log import FORMAT as LOG_FORMAT
from impactgraph.stores.neo4j.store import Neo4jStore
from impactgraph.usecases.back_up import back_up
from impactgraph.usecases.backup_folder import BackupFolder
from impactgraph.usecases.restore import choose_backup, restore
from tests.neo4j_server import Neo4jAddress, Neo4jServer
from tests.stores.events import MORE, at, entered, placed, topology
from tests.stores.formats import write
from tests.stores.seen import everything

RECORDS = sorted(write.FOLDER.glob("embedded-*.tar.xz"))
LOGS = sorted(write.FOLDER.glob("log-*.json"))


@pytest.fixture
def expected(tmp_path: Path) -> Iterator[Store]:
    """A store that this version filled with the same."""
    store = EmbeddedStore.open(tmp_path / "expected", now=write.now)
    write.fill(store)
    yield store
    store.close()


def open_record(archive_file: Path, folder: Path) -> Store:
    with tarfile.open(archive_file) as archive:
        archive.extractall(folder, filter="data")
    return EmbeddedStore.open(folder, now=write.now)


def put_log(file: Path, driver: Driver) -> None:
    content = json.loads(file.read_text())
    driver.execute_query("create (l:Log) set l = $log", log=content["log"])
    for block in content["blocks"]:
        data = base64.b64decode(block["data"])
        driver.execute_query("create (b:Block) set b = $block", block=block | {"data": data})


def shown(store: Store) -> dict[str, Any]:
    return everything(store) | {"quarantine": sorted(entry.text for entry in store.quarantined())}


def check(store: Store, expected: Store, folder: Path) -> None:
    """What it has, how it goes on, and that it is backed up, restored, and forgets."""
    assert shown(store) == shown(expected)
    for each in (store, expected):
        each.ingest([placed("O-9", 30), entered("pack", 31, "O-2/1"), entered("promise", 32, "O-9/1")])
        each.apply_topology(topology(MORE), MORE, at(40))
    assert shown(store) == shown(expected)
    for each in (store, expected):
        assert each.forget(ForgetRequest(["O-1"]), at(50)).search.places == ()
    assert shown(store) == shown(expected)
    back_up(store.backup, folder / "backup", BackupCleaner)
    saved = BackupFolder(folder / "backup")
    copy = EmbeddedStore.open(folder / "copy", now=write.now)
    restore(saved, choose_backup(saved, None), copy)
    assert shown(copy) == shown(expected)
    copy.close()


@pytest.mark.parametrize("archive", RECORDS, ids=lambda path: path.name.partition(".")[0])
def test_a_record_of_an_earlier_format_is_brought_to_the_present_one(
    archive: Path, expected: Store, tmp_path: Path
) -> None:
    store = open_record(archive, tmp_path / "store")
    check(store, expected, tmp_path)
    store.close()

    again = EmbeddedStore.open(tmp_path / "store", now=write.now)
    assert shown(again) == shown(expected)
    again.close()


@pytest.mark.parametrize("file", LOGS, ids=lambda path: path.stem)
def test_a_log_of_an_earlier_format_is_read_and_continued(
    file: Path,
    expected: Store,
    tmp_path: Path,
    neo4j_address: Neo4jAddress,
    neo4j_driver: tuple[Driver, Neo4jAddress, Neo4jServer | None],
) -> None:
    put_log(file, neo4j_driver[0])
    address = read_address(neo4j_address.url)
    store = Neo4jStore.open(address, now=write.now, cache=tmp_path / "cache", freshness=0, graph=False)
    check(store, expected, tmp_path)
    store.close()

    assert write.read_log(address)["log"]["format"] == LOG_FORMAT
    other = Neo4jStore.open(address, now=write.now, cache=None, freshness=0, graph=False)
    assert shown(other) == shown(expected)
    other.close()


def test_there_is_a_store_of_every_earlier_format() -> None:
    """Where this fails: tests/stores/formats/README.md says how to write the one that is missing."""
    records = {int(path.name.removeprefix("embedded-").partition(".")[0]) for path in RECORDS}
    logs = {int(path.stem.removeprefix("log-")) for path in LOGS}

    assert records >= set(range(1, int(FORMAT)))
    assert logs >= set(range(1, int(LOG_FORMAT)))
    assert all(path.stat().st_size < 300_000 for path in (*RECORDS, *LOGS))


@pytest.mark.parametrize("form", ["embedded", "log"])
def test_what_is_written_for_the_next_format_is_a_store(
    form: str, expected: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """So that it can be relied on when the format is raised."""
    if form == "embedded":
        write.write_embedded(tmp_path / "archive.tar.xz")
        store = open_record(tmp_path / "archive.tar.xz", tmp_path / "store")
    else:
        address = read_address(request.getfixturevalue("neo4j_address").url)
        write.write_log(address, tmp_path / "log.json")
        assert json.loads((tmp_path / "log.json").read_text())["log"]["format"] == LOG_FORMAT
        store = Neo4jStore.open(address, now=write.now, cache=None, freshness=0, graph=False)
    assert shown(store) == shown(expected)
    store.close()
