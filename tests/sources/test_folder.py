"""A folder is followed: what arrives is read once, when it is complete."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from impactgraph.ports.store import Store
from impactgraph.sources.config import FolderSource
from impactgraph.sources.feed import SourceUnavailableError
from impactgraph.sources.folder import FolderFeed
from impactgraph.sources.follower import Follower
from impactgraph.sources.mappings import file_blocks
from tests.sources.shop import NOW, orders_in, small_store
from tests.stores.events import placed

MAPPING = """
source: /erp
csv: {activity: activity, time: time}
order: {type: order, placed: [placed], currency: EUR}
fulfillment: {workflow: collect}
steps: {picked: pick}
"""
KEYS = [f"O-{number}" for number in range(1, 10)]


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def source(inbox: Path, *, moved: bool = True, mapping: Path | None = None, files: str = "*") -> FolderSource:
    done, failed = (inbox.parent / "done", inbox.parent / "failed") if moved else (None, None)
    return FolderSource("exports", inbox, files=files, mapping=mapping, done=done, failed=failed, every=1)


def feed_of(config: FolderSource, version: str = "") -> FolderFeed:
    read = partial(file_blocks, mapping=config.mapping)
    return FolderFeed(config, read, threading.Event(), version=version)


def follow(config: FolderSource, store: Store, version: str = "") -> None:
    """Until all that is there was taken."""
    Follower("exports", lambda: feed_of(config, version), store, now=lambda: NOW).run(
        threading.Event(), until_caught_up=True
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_are_read_and_moved_to_the_done_ones(inbox: Path, store: Store) -> None:
    (inbox / "a.ndjson").write_bytes(placed("O-1") + b"\n" + placed("O-2"))
    (inbox / "b.ndjson").write_bytes(placed("O-3"))

    follow(source(inbox), store)

    assert orders_in(store, KEYS) == ["O-1", "O-2", "O-3"]
    assert (names(inbox), names(inbox.parent / "done")) == ([], ["a.ndjson", "b.ndjson"])


def test_the_same_file_twice_is_one(inbox: Path, store: Store) -> None:
    """Under another name, too, and after a restart."""
    (inbox / "a.ndjson").write_bytes(placed("O-1"))
    follow(source(inbox), store)
    (inbox / "a.ndjson").write_bytes(placed("O-1"))
    (inbox / "again.ndjson").write_bytes(placed("O-1"))

    follow(source(inbox), store)

    progress = store.source_progress()["exports"]
    assert (progress.taken, progress.repeated, len(progress.positions)) == (1, 0, 1)
    assert names(inbox.parent / "done") == ["a-2.ndjson", "a.ndjson", "again.ndjson"]


def test_files_may_stay_and_are_remembered(inbox: Path, store: Store) -> None:
    (inbox / "a.ndjson").write_bytes(placed("O-1"))
    follow(source(inbox, moved=False), store)

    follow(source(inbox, moved=False), store)

    progress = store.source_progress()["exports"]
    assert (progress.taken, progress.repeated, names(inbox)) == (1, 0, ["a.ndjson"])


def test_a_file_that_grows_is_not_read_before_it_is_complete(inbox: Path, store: Store) -> None:
    feed = feed_of(source(inbox))
    feed.open({})
    path = inbox / "a.ndjson"
    path.write_bytes(placed("O-1"))
    deliveries = [feed.poll()]
    path.write_bytes(placed("O-1") + b"\n" + placed("O-2"))
    deliveries += [feed.poll()]
    deliveries += [feed.poll()]

    assert [len(each.translation.lines) for each in deliveries] == [0, 0, 2]
    assert not any(each.is_caught_up for each in deliveries)


def test_unfinished_and_other_names_are_left_alone(inbox: Path, store: Store) -> None:
    for name in (".a.csv", "a.csv.part", "a.txt"):
        (inbox / name).write_bytes(placed("O-1"))
    (inbox / "folder.csv").mkdir()

    follow(source(inbox, files="*.csv"), store)

    assert (orders_in(store, KEYS), len(names(inbox))) == ([], 4)


def test_a_file_that_cannot_be_read_goes_to_the_failed_ones_and_says_why(inbox: Path, store: Store) -> None:
    (inbox / "a.ndjson").write_bytes(b"SQLite format 3\0")
    (inbox / "b.ndjson").write_bytes(placed("O-1"))

    follow(source(inbox), store)

    (entry,) = store.quarantined()
    assert ("OCEL" in entry.reason, entry.place) == (True, str(inbox / "a.ndjson"))
    assert (names(inbox.parent / "failed"), orders_in(store, KEYS)) == (["a.ndjson"], ["O-1"])


def test_files_are_read_by_a_mapping_and_a_corrected_one_reads_them_again(
    inbox: Path, store: Store, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    rows = ("O-1,placed,2026-03-02T12:00Z", ",picked,2026-03-02T12:01Z", "O-1,lunch,2026-03-02T12:02Z")
    (inbox / "a.csv").write_text("\n".join(("order,activity,time", *rows)))
    follow(source(inbox, mapping=mapping), store)

    progress = store.source_progress()["exports"]
    (entry,) = store.quarantined()
    assert (progress.taken, progress.passed, progress.quarantined) == (1, 1, 1)
    assert (entry.reason, entry.place) == ("row without id", f"{inbox / 'a.csv'}:3")
    (inbox.parent / "done" / "a.csv").rename(inbox / "a.csv")
    follow(source(inbox, mapping=mapping), store, version="/mended")
    assert store.source_progress()["exports"].repeated == 1


def test_what_a_file_lacks_is_a_note(inbox: Path, store: Store, tmp_path: Path) -> None:
    """An object that the log does not have, and elements of another format; the file is read nevertheless."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "version: 2\nsource: /x\nocel: {order: o}\nactivities: {a: {fulfillment.entered: pick}}\n"
    )
    related = [{"objectId": each, "qualifier": ""} for each in ("O-1", "X")]
    event = {"id": "e", "type": "a", "time": "2026-03-02T12:00:00Z", "relationships": related}
    log = {"objects": [{"id": "O-1", "type": "o"}], "events": [event]}
    (inbox / "a.json").write_text(json.dumps(log))
    (inbox / "b.xml").write_text("<log><order/></log>")

    feed = feed_of(source(inbox, mapping=mapping))
    feed.open({})
    deliveries = [feed.poll() for _ in range(5)]

    notes = [note for each in deliveries for note, _ in each.translation.notes]
    assert notes == [
        "it names 'X', an object that the log does not have.",
        "it has elements 'order', which an XES log does not have: they were not read.",
    ]


def test_a_file_is_read_on_after_the_blocks_that_are_stored(inbox: Path, store: Store) -> None:
    (inbox / "a.ndjson").write_bytes(b"\n".join(placed(f"O-{number}") for number in range(7_000)))
    first = feed_of(source(inbox))
    first.open({})
    first.poll()
    block = first.poll()

    second = feed_of(source(inbox))
    second.open(block.positions)
    second.poll()
    rest = second.poll()

    assert (len(block.translation.lines), len(rest.translation.lines)) == (5_000, 2_000)


def test_a_folder_that_is_away_is_waited_for(tmp_path: Path, store: Store) -> None:
    with pytest.raises(SourceUnavailableError, match="cannot be read: No such file"):
        follow(source(tmp_path / "nowhere"), store)


def test_a_later_file_does_not_place_an_order_that_is_placed_already(
    inbox: Path, store: Store, tmp_path: Path
) -> None:
    """It has a step of the order only, and knows nothing of its money."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING.replace("placed: [placed], ", "value: {attribute: value}, "))
    (inbox / "day-1.csv").write_text("order,activity,time,value\nO-1,picked,2026-03-02T12:00Z,60\n")
    follow(source(inbox, mapping=mapping), store)
    (inbox / "day-2.csv").write_text("order,activity,time,value\nO-1,picked,2026-03-02T13:00Z,\n")

    follow(source(inbox, mapping=mapping), store)

    order = store.orders(["O-1"])["O-1"]
    assert (str(order.value.amount), order.fulfillments[0].step) == ("60.00", "pick")
