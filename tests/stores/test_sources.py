"""How far live sources were read is stored with their events, in every store."""

from pathlib import Path

import duckdb
import pytest

from impactgraph.bootstrap import open_store
from impactgraph.ports.sources import PositionMovedError, RefusedDocument, SourceBatch, SourceProgress
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.stores.local.block import Block, concatenate_blocks
from impactgraph.stores.local.packing import pack, unpack
from impactgraph.stores.local.source_index import SourceIndex
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.store import Neo4jStore
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, entered, placed, topology

REFUSED = RefusedDocument(b'{"no": "order"}', "it names no order", "orders[0]@3")


def batch(before: str | None = None, after: str = "3", **more: object) -> SourceBatch:
    positions = {} if before is None else {"orders[0]": before}
    return SourceBatch("shop", {"orders[0]": after}, positions, **more)  # pyright: ignore[reportArgumentType]


def test_a_source_has_the_progress_of_its_blocks(store: Store) -> None:
    store.ingest_source(batch(), [placed(), b"{"], places=["orders[0]@1", "orders[0]@2"])
    store.ingest_source(batch("3", "5", passed=2), [placed(), entered("pick", 7)])

    assert store.source_progress() == {"shop": SourceProgress({"orders[0]": "5"}, 2, 1, 1, 2, at(7))}
    assert [entry.place for entry in store.quarantined()] == ["orders[0]@2"]


def test_a_block_without_events_moves_its_source(store: Store) -> None:
    store.ingest_source(batch(), [])

    assert store.source_progress()["shop"].positions == {"orders[0]": "3"}


def test_nothing_is_stored_of_a_batch_that_began_where_the_source_is_no_longer(store: Store) -> None:
    store.ingest_source(batch(), [placed()])

    with pytest.raises(PositionMovedError, match="another process"):
        store.ingest_source(batch(), [entered("pick", 1)])

    assert store.orders(["O-1"])["O-1"].fulfillments[0].step is None
    assert store.source_progress()["shop"].taken == 1


def test_sources_do_not_share_positions(store: Store) -> None:
    store.ingest_source(batch(), [placed()])
    store.ingest_source(SourceBatch("other", {"orders[0]": "9"}), [])

    assert {key: each.positions["orders[0]"] for key, each in store.source_progress().items()} == {
        "shop": "3",
        "other": "9",
    }


def test_a_refused_document_is_quarantined_with_its_reason_and_place(store: Store) -> None:
    result = store.ingest_source(batch(refused=[REFUSED]), [placed()])

    (entry,) = store.quarantined()
    assert (entry.text, entry.reason, entry.place, entry.origin) == (
        '{"no": "order"}',
        "it names no order",
        "orders[0]@3",
        "shop",
    )
    assert (result.accepted_count, [each.reason for each in result.quarantined]) == (1, ["it names no order"])
    assert list(store.quarantined_documents()) == [entry]
    assert list(store.quarantined_documents([entry.number + 1])) == []


def test_a_replay_of_events_leaves_documents_as_they_are(store: Store) -> None:
    store.ingest_source(batch(refused=[REFUSED]), [b"{"])

    store.replay_quarantined()

    assert [entry.reason for entry in store.quarantined_documents()] == ["it names no order"]


def test_a_document_leaves_the_quarantine_with_its_events(store: Store) -> None:
    store.ingest_source(batch(refused=[REFUSED]), [])
    (entry,) = store.quarantined_documents()

    store.ingest_source(SourceBatch("shop", releases=[entry.number, 77]), [placed()])

    assert (list(store.quarantined()), store.source_progress()["shop"].taken) == ([], 1)


def test_a_document_that_is_refused_again_has_the_new_reason(store: Store) -> None:
    store.ingest_source(batch(refused=[REFUSED]), [])
    (entry,) = store.quarantined_documents()

    again = RefusedDocument(REFUSED.text, "it has no time", REFUSED.place, entry.number)
    store.ingest_source(SourceBatch("shop", refused=[again]), [])

    assert [(each.number, each.reason) for each in store.quarantined()] == [(entry.number, "it has no time")]


def test_progress_outlives_the_process(tmp_path: Path) -> None:
    first = open_store(str(tmp_path), now=lambda: at(600))
    first.ingest_source(batch(refused=[REFUSED]), [placed()])
    progress = first.source_progress()
    first.close()

    second = open_store(str(tmp_path), now=lambda: at(600))
    assert (second.source_progress(), len(second.quarantined_documents())) == (progress, 1)
    second.close()


def test_another_process_sees_the_progress_and_cannot_store_what_was_read_twice(
    neo4j_address: Neo4jAddress, tmp_path: Path
) -> None:
    address = read_address(neo4j_address.url)
    one, other = (
        Neo4jStore.open(address, now=lambda: at(600), cache=tmp_path / name, freshness=0, graph=False)
        for name in ("one", "other")
    )
    for start in range(3):
        before = str(start) if start else None
        one.ingest_source(batch(before, str(start + 1)), [placed(f"O-{start}")])

    with pytest.raises(PositionMovedError):
        other.ingest_source(batch("1", "2"), [placed("O-9")])

    assert other.source_progress() == one.source_progress()
    one.close()
    other.close()


def test_the_last_of_several_positions_counts_where_blocks_are_joined(tmp_path: Path) -> None:
    store = EmbeddedStore.open(tmp_path / "store", now=lambda: at(600))
    index = SourceIndex(store._replica.record)  # pyright: ignore[reportPrivateUsage]
    blocks: list[Block] = []
    for before, after in ((None, "1"), ("1", "2")):
        blocks.append(Block())
        source = batch(before, after)
        index.add_progress(blocks[-1], source, [], store._replica.quarantine)  # pyright: ignore[reportPrivateUsage]
        index.apply(blocks[-1])

    store._replica.persist(concatenate_blocks(blocks))  # pyright: ignore[reportPrivateUsage]

    assert SourceIndex(store._replica.record).progress() == index.progress()  # pyright: ignore[reportPrivateUsage]
    store.close()


def test_a_record_of_the_format_before_gets_the_tables_and_keeps_its_quarantine(tmp_path: Path) -> None:
    first = open_store(str(tmp_path), now=lambda: at(600))
    first.apply_topology(topology(), DOCUMENTS, at(-60))
    first.ingest([placed(), b"{"])
    first.close()
    with duckdb.connect(str(tmp_path / "impactgraph.duckdb")) as connection:
        for table in ("source_positions", "source_counts", "forgotten", "retentions"):
            connection.execute(f"drop table {table}")
        connection.execute("alter table aside drop column origin")
        connection.execute("update meta set value = '2' where name = 'format'")

    second = open_store(str(tmp_path), now=lambda: at(600))
    second.ingest_source(batch(refused=[REFUSED]), [entered("pick", 1)])

    assert [entry.origin for entry in second.quarantined()] == ["", "shop"]
    assert second.source_progress()["shop"].taken == 1
    second.close()


def test_a_block_of_the_format_before_has_no_documents_in_its_quarantine() -> None:
    store = EmbeddedStore.in_memory(now=lambda: at(600))
    blocks: list[Block] = []
    persist = store._replica.persist  # pyright: ignore[reportPrivateUsage]
    store._replica.persist = lambda block, position=None: (blocks.append(block), persist(block, position))[1]  # pyright: ignore[reportPrivateUsage]
    store.ingest([b"{"])
    del blocks[0].rows["aside"]["origin"]

    assert unpack(pack(blocks[0])).rows["aside"]["origin"].tolist() == [""]
    store.close()
