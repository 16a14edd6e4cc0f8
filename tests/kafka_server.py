"""A real Kafka broker for tests: the first test of a worker that asks for it starts one, each worker its own.

What is missing fails a test with what to do; nothing is skipped.
"""

import shutil
import subprocess
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions, NewTopic

from tests.kafka_jars import kafka_command
from tests.ports import free_port

START_SECONDS = 90
_QUIET = {"log_level": 0}
# Never random: one id in 64 would begin with "-", which the tool reads as an option.
_CLUSTER = urlsafe_b64encode(b"impactgraph-test").decode().rstrip("=")


class KafkaServer:
    """One broker, which is its own controller (KRaft); its data goes with its folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        port, controller = free_port(), free_port()
        self.address = f"127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._properties = home / "server.properties"
        lines = [
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            f"listeners=PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners=PLAINTEXT://{self.address}",
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=PLAINTEXT",
            f"log.dirs={home / 'logs'}",
            "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "group.initial.rebalance.delay.ms=0",
            "auto.create.topics.enable=false",
            "delete.topic.enable=true",
        ]
        self._properties.write_text("\n".join(lines) + "\n")
        form = kafka_command("kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(self._properties))
        subprocess.run(form, check=True, capture_output=True)

    def start(self) -> None:
        """Returns when it answers."""
        with (self.home / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                kafka_command("kafka.Kafka", str(self._properties)),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        for _ in range(START_SECONDS):
            try:
                self.admin().list_topics(timeout=1)
                return
            except KafkaException:
                if self._process.poll() is not None:
                    break
        self.stop()
        raise RuntimeError(f"Kafka did not come up:\n{(self.home / 'console.log').read_text()[-3000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
        self._process = None

    def admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.address, **_QUIET})

    def make_topic(self, name: str, partitions: int = 1) -> None:
        admin = self.admin()
        for made in admin.create_topics([NewTopic(name, partitions)]).values():
            made.result(30)

    def add_partitions(self, name: str, total: int) -> None:
        admin = self.admin()
        for made in admin.create_partitions([NewPartitions(name, total)]).values():
            made.result(30)

    def delete_before(self, name: str, partition: int, offset: int) -> None:
        """Deletes messages, as retention does."""
        from confluent_kafka import TopicPartition

        admin = self.admin()
        for done in admin.delete_records([TopicPartition(name, partition, offset)]).values():
            done.result(30)

    def send(
        self, topic: str, values: Sequence[bytes | None], partition: int | None = None, **headers: str
    ) -> None:
        """Returns when the broker has them; without a partition, they go to the topic's in turn."""
        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 5, **_QUIET})
        given: list[tuple[str, str | bytes | None]] = [
            (name.replace("__", "-"), value.encode()) for name, value in headers.items()
        ]
        count = len(producer.list_topics(topic, timeout=10).topics[topic].partitions)
        for number, value in enumerate(values):
            producer.produce(
                topic,
                value=value,
                key=b"key",
                partition=number % count if partition is None else partition,
                headers=given,
            )
            producer.poll(0)
        assert producer.flush(30) == 0


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """The worker's own broker, running."""
    home = Path(tempfile.mkdtemp(prefix="impactgraph-kafka-"))
    server = KafkaServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
