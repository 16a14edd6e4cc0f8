"""Kafka topics are followed from a real broker."""

import json
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ports.store import Store
from impactgraph.sources.config import KafkaSource
from impactgraph.sources.feed import SourceUnavailableError
from impactgraph.sources.follower import Follower
from impactgraph.sources.kafka import KafkaFeed
from tests.kafka_server import KafkaServer
from tests.sources.shop import MAPPED, NOW, PLAIN, document, orders_in, small_store
from tests.stores.events import placed


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def topic(kafka: KafkaServer) -> str:
    name = f"orders-{uuid4().hex[:8]}"
    kafka.make_topic(name, 2)
    return name


def follow(kafka: KafkaServer, topic: str, store: Store, *, mapped: bool = False, **more: str) -> Follower:
    """Until all that is there was taken."""
    config = KafkaSource("shop", (kafka.address,), (topic,), **more)  # pyright: ignore[reportArgumentType]
    follower = Follower(
        "shop", lambda: KafkaFeed(config, MAPPED if mapped else PLAIN), store, now=lambda: NOW
    )
    follower.run(threading.Event(), until_caught_up=True)
    return follower


def test_messages_are_events_and_offsets_are_kept_with_them(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    kafka.send(topic, [placed(f"O-{number}") for number in range(5)])

    follow(kafka, topic, store)

    progress = store.source_progress()["shop"]
    assert progress.positions == {f"{topic}[0]": "3", f"{topic}[1]": "2"}
    assert (progress.taken, len(store.orders([f"O-{number}" for number in range(5)]))) == (5, 5)


def test_it_reads_on_where_it_was(kafka: KafkaServer, topic: str, store: Store) -> None:
    kafka.send(topic, [placed("O-1")], 0)
    follow(kafka, topic, store)
    kafka.send(topic, [placed("O-2")], 0)

    follow(kafka, topic, store)

    progress = store.source_progress()["shop"]
    assert (progress.taken, progress.repeated) == (2, 0)


def test_what_is_no_event_is_quarantined_with_its_place(kafka: KafkaServer, topic: str, store: Store) -> None:
    kafka.send(topic, [placed("O-1"), b"{broken", b"\xff"], 1)

    follow(kafka, topic, store)

    assert [entry.place for entry in store.quarantined()] == [f"{topic}[1]@1", f"{topic}[1]@2"]
    assert "JSON" in store.quarantined()[0].reason


def test_a_mapping_says_what_messages_mean(kafka: KafkaServer, topic: str, store: Store) -> None:
    messages = [document("O-1"), document(activity="noise"), document(nothing=1), b"[]", None]
    kafka.send(topic, messages, 0)

    follow(kafka, topic, store, mapped=True)

    progress = store.source_progress()["shop"]
    assert (progress.taken, progress.quarantined, progress.passed) == (1, 2, 2)
    assert [(entry.place, entry.origin) for entry in store.quarantined()] == [
        (f"{topic}[0]@2", "shop"),
        (f"{topic}[0]@3", "shop"),
    ]


def test_events_in_binary_mode_have_their_attributes_in_headers(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    whole = json.loads(placed("O-1"))
    headers = {f"ce_{name}": str(whole[name]) for name in ("specversion", "id", "source", "type", "time")}
    data = json.dumps(whole["data"]).encode()
    kafka.send(topic, [data], 0, **headers, content__type="application/json")

    follow(kafka, topic, store)

    assert orders_in(store, ["O-1"]) == ["O-1"]


def test_the_latest_start_is_kept_before_anything_is_read(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    kafka.send(topic, [placed("O-1")], 0)
    follow(kafka, topic, store, start="latest")
    kafka.send(topic, [placed("O-2")], 0)

    follow(kafka, topic, store, start="latest")

    assert orders_in(store, ["O-1", "O-2"]) == ["O-2"]


def test_a_partition_that_was_added_is_read_from_its_start(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    follow(kafka, topic, store, start="latest")
    kafka.add_partitions(topic, 3)
    kafka.send(topic, [placed("O-1")], 2)

    follow(kafka, topic, store, start="latest")

    assert orders_in(store, ["O-1"]) == ["O-1"]


def test_messages_that_were_deleted_before_they_were_read_are_reported(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    kafka.send(topic, [placed("O-1")], 0)
    follow(kafka, topic, store)
    kafka.send(topic, [placed("O-2"), placed("O-3")], 0)
    kafka.delete_before(topic, 0, 2)

    follow(kafka, topic, store)

    (entry,) = store.quarantined()
    assert (entry.place, entry.text) == (f"{topic}[0]@1", f"{topic}[0]: offsets 1 to 1")
    assert orders_in(store, ["O-2", "O-3"]) == ["O-3"]


def test_a_topic_that_was_made_again_is_an_error_that_says_what_to_do(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    kafka.send(topic, [placed("O-1"), placed("O-2")], 0)
    follow(kafka, topic, store)
    other = f"{topic}-2"
    kafka.make_topic(other)
    config = KafkaSource("shop", (kafka.address,), (other,))
    feed = KafkaFeed(config, PLAIN)

    with pytest.raises(BadInputError, match=r"was made again.*another key"):
        feed.open({f"{other}[0]": "2"})
    feed.close()


def test_an_unknown_topic_is_waited_for_and_near_names_are_given(
    kafka: KafkaServer, topic: str, store: Store
) -> None:
    with pytest.raises(SourceUnavailableError, match=f"no topic '{topic}s'.*Did you mean '{topic}'"):
        follow(kafka, f"{topic}s", store)


def test_a_broker_that_is_away_is_waited_for(store: Store) -> None:
    config = KafkaSource("shop", ("127.0.0.1:9",), ("orders",), settings={"socket.timeout.ms": "1000"})
    feed = KafkaFeed(config, PLAIN)

    with pytest.raises(SourceUnavailableError, match=r"127\.0\.0\.1:9 cannot be read"):
        feed.open({})
    feed.close()
