"""Mapping files say what the documents of sources mean, each kind of document."""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from impactgraph.errors import BadInputError
from impactgraph.ports.store import Store
from impactgraph.sources.config import FolderSource, KafkaSource, PostgresSource, Secret, WebhookSource
from impactgraph.sources.live_sources import FollowedSources, document_translators, follower
from impactgraph.sources.replay import replay_documents
from tests.kafka_server import KafkaServer
from tests.postgres_server import PostgresServer
from tests.sources.shop import NOW, orders_in, small_store

MAPPING = """
version: 2
source: /shop
order: "{nr}"
time: "{at}"
rules:
  orders:
    order.placed: {channel: web, mode: bopis, currency: EUR, value: "{total}", fulfillments: collect}
"""
ONE = b'{"nr": "O-1", "at": "2026-03-02T12:00:00Z", "total": 12.50}'


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(MAPPING)
    return path


def follow(config: KafkaSource | PostgresSource | FolderSource, store: Store) -> None:
    stop = threading.Event()
    follower(config, store, stop, now=lambda: NOW).run(stop, until_caught_up=True)


def total(store: Store) -> str:
    return str(store.orders(["O-1"])["O-1"].value.amount)


def test_messages_are_mapped(kafka: KafkaServer, store: Store, mapping: Path) -> None:
    topic = f"mapped-{uuid4().hex[:8]}"
    kafka.make_topic(topic)
    kafka.send(topic, [ONE, b'{"at": 1}'], 0)

    follow(KafkaSource("shop", (kafka.address,), (topic,), mapping=mapping), store)

    assert (total(store), [entry.place for entry in store.quarantined()]) == ("12.50", [f"{topic}[0]@1"])


def test_rows_are_mapped(postgres: PostgresServer, store: Store, mapping: Path) -> None:
    table = f"mapped_{uuid4().hex[:8]}"
    postgres.execute(
        f"create table {table} (id serial, nr text, at timestamptz, total numeric(10, 2))",
        f"insert into {table} (nr, at, total) values ('O-1', '2026-03-02 12:00Z', 12.50)",
    )
    source = PostgresSource(
        "shop", postgres.connection, f"select * from {table}", "id", mapping=mapping, every=20
    )

    follow(source, store)

    assert total(store) == "12.50"


def test_files_are_mapped(tmp_path: Path, store: Store, mapping: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("nr,at,total\nO-1,2026-03-02T12:00:00Z,12.50\n")

    follow(FolderSource("shop", folder, mapping=mapping, every=1), store)

    assert total(store) == "12.50"


def test_what_a_webhook_sends_is_mapped_and_mapped_again_once_the_mapping_is_corrected(
    store: Store, mapping: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_SECRET", "secret")
    mapping.write_text(MAPPING.replace("{nr}", "{number}"))
    config = WebhookSource("shop", "X-Token", (Secret(env="SHOP_SECRET"),), mapping=mapping)
    webhook = FollowedSources([config], store, now=lambda: NOW).webhook("shop")
    assert webhook is not None
    webhook.receive({}, ONE)
    assert ([entry.origin for entry in store.quarantined()], orders_in(store, ["O-1"])) == (["shop"], [])

    mapping.write_text(MAPPING)
    replay_documents(store, document_translators([config]))

    assert (list(store.quarantined()), total(store)) == ([], "12.50")


def test_a_value_that_is_left_out_is_logged_once_with_its_place(
    tmp_path: Path, store: Store, mapping: Path
) -> None:
    mapping.write_text(MAPPING.replace("channel: web", "channel: {from: shop, map: {A: web}}"))
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [f"O-{number},2026-03-02T12:00:00Z,12.50,B" for number in range(2)]
    (folder / "a.csv").write_text("\n".join(("nr,at,total,shop", *rows)))

    with structlog.testing.capture_logs() as entries:
        follow(FolderSource("shop", folder, mapping=mapping, every=1), store)

    assert [(entry["source"], entry["place"]) for entry in entries] == [("shop", f"{folder / 'a.csv'}:2")]
    assert "'B'" in entries[0]["reason"]


def test_all_mappings_of_a_file_of_sources_are_checked_at_the_start(
    store: Store, mapping: Path, tmp_path: Path
) -> None:
    mapping.write_text("version: 2\nsource: /shop\nrule: {}\n")
    configs = [
        KafkaSource("a", ("broker:9092",), ("t",), mapping=mapping),
        FolderSource("b", tmp_path, mapping=tmp_path / "none.yaml"),
    ]

    with pytest.raises(BadInputError) as caught:
        FollowedSources(configs, store, now=lambda: NOW)

    said = [str(problem) for problem in caught.value.problems]
    assert any("source a: there is no field `rule`" in each for each in said), said
    assert any("source b: The mapping cannot be read" in each for each in said), said
