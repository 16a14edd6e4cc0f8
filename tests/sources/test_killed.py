"""Killed at any moment, a source that is followed loses nothing and doubles nothing.

`python -m tests.kills.sources` kills more often.
"""

from pathlib import Path

from tests.kafka_server import KafkaServer
from tests.kills.sources import kill_kafka, kill_postgres
from tests.postgres_server import PostgresServer


def test_nothing_of_kafka_is_lost_or_doubled(kafka: KafkaServer, tmp_path: Path) -> None:
    result = kill_kafka(kafka, tmp_path, 3)

    assert result.is_right, str(result)


def test_nothing_of_postgres_is_lost_or_doubled(postgres: PostgresServer, tmp_path: Path) -> None:
    result = kill_postgres(postgres, tmp_path, 3)

    assert result.is_right, str(result)
