"""Backups, forgetting and retention, with random events, ingests that are taken back, and backups between."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.time import Millis
from impactgraph.errors import RemovedError
from impactgraph.ports.removal import ForgetRequest, RetentionRule
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.byte_search import search_block
from impactgraph.stores.local.part_cleaner import BackupCleaner
from impactgraph.stores.local.terms import Terms
from impactgraph.usecases.back_up import back_up
from impactgraph.usecases.backup_folder import BackupFolder, Manifest
from impactgraph.usecases.restore import choose_backup, restore
from tests.properties.test_events_commute import EVENTS
from tests.stores.events import DOCUMENTS, at, placed, topology
from tests.stores.seen import everything

_TOPOLOGY = topology()
_STEPS = st.lists(
    st.one_of(
        st.lists(EVENTS, min_size=2, max_size=10),
        st.sampled_from(["backup", "undo"]),
    ),
    min_size=1,
    max_size=5,
)
"""Batches of events, each an ingest; backups; the last ingest taken back."""
_ORDERS = st.sampled_from(["O-1", "O-2"])
_SETTINGS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def _store() -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    store.apply_topology(_TOPOLOGY, DOCUMENTS, at(-60))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _run(store: EmbeddedStore, steps: Sequence[list[bytes] | str], folder: Path) -> None:
    last = 0
    for number, step in enumerate(steps):
        if step == "backup":
            back_up(store.backup, folder, BackupCleaner)
        elif step == "undo":
            if last:
                store.undo_ingest(last, at(100 + number))
            last = 0
        else:
            last = store.begin_ingest([], at(100 + number))
            store.ingest([each for each in step if isinstance(each, bytes)], ingest=last)


def _seen(store: EmbeddedStore) -> dict[str, Any]:
    quarantine = [(entry.text, entry.reason) for entry in store.quarantined()]
    return everything(store) | {"totals": store.totals(), "quarantine": quarantine}


def _restored(folder: Path, manifest: Manifest | None = None) -> dict[str, Any]:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    try:
        saved = BackupFolder(folder)
        restore(saved, manifest or choose_backup(saved, None), store)
        return _seen(store)
    finally:
        store.close()


@_SETTINGS
@given(_STEPS)
def test_a_restored_backup_has_what_the_store_has_whatever_backups_came_before(
    steps: list[list[bytes] | str],
) -> None:
    with _store() as store, _folder() as one, _folder() as other:
        _run(store, steps, one)
        back_up(store.backup, one, BackupCleaner)
        back_up(store.backup, other, BackupCleaner)

        assert _restored(one) == _seen(store)
        assert _restored(other) == _seen(store)


@_SETTINGS
@given(_STEPS, _ORDERS)
def test_a_forgotten_order_is_in_no_text_of_store_and_backups_and_the_others_stay_as_they_are(
    steps: list[list[bytes] | str], order: str
) -> None:
    with _store() as store, _folder() as folder:
        _run(store, [*steps, "backup"], folder)
        before = everything(store)

        result = store.forget(ForgetRequest([order]), at(300))
        back_up(store.backup, folder, BackupCleaner)

        assert result.search.places == ()
        assert _without(everything(store), "") == _without(before, order)
        assert store.ingest([placed(order, 1)]).duplicate_count == 1
        terms = Terms([order])
        files = list((folder / "files").glob("*/*"))
        assert [search_block("part", file.read_bytes(), terms).places for file in files] == [()] * len(files)
        for manifest in BackupFolder(folder).manifests():
            assert order not in _restored(folder, manifest)["orders"]


def _without(seen: dict[str, Any], order: str) -> dict[str, Any]:
    """Orders, fulfillments and failures: visits do not say which order they are of, and lists lose the id."""
    return {
        "orders": {key: each for key, each in seen["orders"].items() if key != order},
        "fulfillments": {k: each for k, each in seen["fulfillments"].items() if each["order"] != order},
        "failures": seen["failures"],
    }


@_SETTINGS
@given(_STEPS, st.integers(0, 8))
def test_retention_removes_orders_that_ended_before_and_refuses_earlier_moments(
    steps: list[list[bytes] | str], minutes: int
) -> None:
    moment: Millis = at(minutes)
    with _store() as store, _folder() as folder:
        _run(store, steps, folder)
        before = everything(store)
        later = everything(store, at(minutes))

        result = store.retain(RetentionRule("old", moment), at(500))

        after = everything(store)
        gone = before["orders"].keys() - after["orders"].keys()
        assert len(gone) == result.orders
        parts = [each for each in before["fulfillments"].values() if each["order"] in gone]
        assert all(0 < each["ended_at"] < moment for each in parts)
        left = {key: each for key, each in before["orders"].items() if key not in gone}
        assert after["orders"] == left
        assert everything(store, moment)["orders"].keys() == later["orders"].keys() - gone
        if gone:
            try:
                everything(store, moment - 1)
            except RemovedError as error:
                assert "no longer known" in str(error)
            else:
                raise AssertionError("a moment before the removal was answered")


def test_a_manifest_is_read_as_it_was_written() -> None:
    with _store() as store, _folder() as folder:
        manifest = back_up(store.backup, folder, BackupCleaner).manifest
        assert msgspec.to_builtins(BackupFolder(folder).latest()) == msgspec.to_builtins(manifest)
