"""Follows Kafka topics. Offsets are stored with the events; none is committed to Kafka."""

import logging
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from impactgraph.errors import BadInputError
from impactgraph.ports.sources import Positions, RefusedDocument
from impactgraph.sources.config import KafkaSource, Secret
from impactgraph.sources.documents import Document, Translation
from impactgraph.sources.feed import Delivery, SourceUnavailableError
from impactgraph.topology.near import did_you_mean

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Message

MOST_MESSAGES = 5_000
"""Of one block."""
WAIT_SECONDS = 0.5
ASK_SECONDS = 10.0
REFRESH_SECONDS = 60.0
"""Between two looks for new partitions."""
_MISSING = "A Kafka source needs the client, which is not installed: pip install 'impactgraph[kafka]'."


def require_kafka() -> None:
    """Raises BadInputError where the client is not installed."""
    if find_spec("confluent_kafka") is None:
        raise BadInputError(_MISSING)


class KafkaFeed:
    """All partitions of the topics of one source; a part of its position is `topic[partition]`."""

    def __init__(
        self,
        config: KafkaSource,
        translate: Callable[[Sequence[Document]], Translation],
        *,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._translate = translate
        self._tick = tick
        self._consumer: Consumer | None = None
        self._ends: set[str] = set()
        """Parts that are read to their end."""
        self._parts: set[str] = set()
        self._first = Delivery()
        """What is stored before anything is read: where reading began, and what can no longer be read."""
        self._refresh_at = 0.0
        self._problem = ""

    def open(self, positions: Positions) -> None:
        require_kafka()
        from confluent_kafka import Consumer

        self._consumer = Consumer(self._settings())
        self._add_partitions(positions)

    def _settings(self) -> dict[str, Any]:
        config = self._config
        settings: dict[str, Any] = {
            **{
                name: value.read() if isinstance(value, Secret) else value
                for name, value in config.settings.items()
            },
            "bootstrap.servers": ",".join(config.brokers),
            "group.id": f"impactgraph-{config.key}",  # asked for by the library; nothing is stored in it
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "error_cb": self._note_error,
            "logger": _silent_logger(),
        }
        if config.user and config.password:
            settings |= {
                "sasl.username": config.user,
                "sasl.password": config.password.read(),
                "sasl.mechanism": config.mechanism,
            }
        transport = "SASL_" if config.user else ""
        settings.setdefault("security.protocol", transport + ("SSL" if config.tls else "PLAINTEXT"))
        return settings

    def _note_error(self, error: "KafkaError") -> None:
        self._problem = error.str()

    @property
    def _open_consumer(self) -> "Consumer":
        if self._consumer is None:
            raise SourceUnavailableError("The source is not open.")
        return self._consumer

    def _add_partitions(self, positions: Positions) -> None:
        """Begins to read the partitions that are not read yet."""
        from confluent_kafka import KafkaException, TopicPartition

        consumer = self._open_consumer
        self._refresh_at = self._tick() + REFRESH_SECONDS
        try:
            additions: list[TopicPartition] = []
            for topic, partition in self._partitions():
                part = f"{topic}[{partition}]"
                if part in self._parts:
                    continue
                low, high = consumer.get_watermark_offsets(
                    TopicPartition(topic, partition), timeout=ASK_SECONDS
                )
                offset = self._start(topic, part, positions, (low, high))
                additions.append(TopicPartition(topic, partition, offset))
                self._parts.add(part)
            if additions:
                consumer.incremental_assign(additions)
        except KafkaException as error:
            raise self._unavailable(error) from error

    def _partitions(self) -> list[tuple[str, int]]:
        topics = cast("dict[str, Any]", self._open_consumer.list_topics(timeout=ASK_SECONDS).topics)
        missing = [topic for topic in self._config.topics if topic not in topics or topics[topic].error]
        if missing:
            raise SourceUnavailableError(
                " ".join(f"There is no topic {name!r}.{did_you_mean(name, topics)}" for name in missing)
            )
        return [
            (topic, number) for topic in self._config.topics for number in sorted(topics[topic].partitions)
        ]

    def _start(self, topic: str, part: str, positions: Positions, ends: tuple[int, int]) -> int:
        """The offset that a partition is read from; `ends`: its first offset, and the one after its last."""
        low, high = ends
        position = positions.get(part)
        if position is None:
            # A partition that was added to a topic is read from its start.
            is_new_topic = not any(name.startswith(f"{topic}[") for name in positions)
            offset = high if self._config.start == "latest" and is_new_topic else low
            self._first.positions[part] = str(offset)
            return offset
        offset = int(position)
        if offset > high:
            raise BadInputError(
                f"{part} was read up to offset {offset} and ends at {high}: the topic was made again. Give "
                "the source another key to read it from its start."
            )
        if offset < low:
            self._first.positions[part] = str(low)
            self._first.translation.refused.append(
                RefusedDocument(
                    f"{part}: offsets {offset} to {low - 1}".encode(),
                    "Kafka deleted these messages before they were read (retention of the topic)",
                    f"{part}@{offset}",
                )
            )
            return low
        return offset

    def poll(self) -> Delivery:
        first, self._first = self._first, Delivery()
        if not first.is_empty:
            return first
        if self._tick() >= self._refresh_at:
            self._add_partitions(dict.fromkeys(self._parts, ""))
            if not self._first.is_empty:
                return self.poll()
        messages = self._open_consumer.consume(num_messages=MOST_MESSAGES, timeout=WAIT_SECONDS)
        return self._delivery(messages)

    def _delivery(self, messages: Sequence["Message"]) -> Delivery:
        documents: list[Document] = []
        positions: dict[str, str] = {}
        deletions = 0
        for message in messages:
            part = f"{message.topic()}[{message.partition()}]"
            error = message.error()
            if error is not None:
                self._note_end(part, error)
                continue
            offset = cast("int", message.offset())
            self._ends.discard(part)
            positions[part] = str(offset + 1)
            if message.value() is None:
                deletions += 1  # of a key, in a compacted topic
            else:
                documents.append(_document(message, f"{part}@{offset}"))
        if not messages and self._problem:
            problem, self._problem = self._problem, ""
            raise SourceUnavailableError(f"The brokers cannot be reached: {problem}.")
        self._problem = ""
        translation = self._translate(documents)
        translation.passed += deletions
        return Delivery(translation, positions, is_caught_up=self._ends >= self._parts)

    def _note_end(self, part: str, error: "KafkaError") -> None:
        from confluent_kafka import KafkaError

        # the library's own name of it
        if error.code() == KafkaError._PARTITION_EOF:  # pyright: ignore[reportPrivateUsage] - its only name
            self._ends.add(part)
            return
        raise SourceUnavailableError(f"{part} cannot be read: {error.str()}.")

    def _unavailable(self, error: Exception) -> SourceUnavailableError:
        reason = self._problem or (error.args[0].str() if error.args else str(error))
        return SourceUnavailableError(
            f"The brokers {', '.join(self._config.brokers)} cannot be read: {reason}."
        )

    def after_commit(self) -> None: ...

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close()


def _document(message: "Message", place: str) -> Document:
    headers: dict[str, str] = {}
    for name, value in cast("list[tuple[str, bytes | None]]", message.headers() or []):
        key = name.lower()
        if key.startswith("ce_") or key == "content-type":
            headers[key.replace("ce_", "ce-", 1)] = (value or b"").decode("utf-8", "replace")
    if not any(key.startswith("ce-") for key in headers):
        headers = {}
    return Document(message.value() or b"", place, headers)


def _silent_logger() -> logging.Logger:
    """The library writes to standard error otherwise; what matters comes by `error_cb`."""
    logger = logging.getLogger("impactgraph.sources.librdkafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
