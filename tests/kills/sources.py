"""Kills `impactgraph follow` at random moments while messages and rows arrive, and counts what the store has.

python -m tests.kills.sources         50 kills for Kafka and 50 for PostgreSQL, about ten minutes
python -m tests.kills.sources 5 7     so many, from another seed
python -m tests.kills.sources 50 1 postgres     of one kind
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from impactgraph.bootstrap import open_store
from impactgraph.ports.sources import SourceProgress
from tests.kafka_server import KafkaServer
from tests.postgres_server import PostgresServer
from tests.stores.events import DOCUMENTS, at, entered, placed, topology

NOW = "2026-03-02T22:00:00Z"
LONGEST = 4.0
"""Seconds until a process is killed, at most: starting takes one or two of them."""
PARTITIONS = 3
WRITERS = 4
BATCHES = (1, 3, 20, 200)

Send = Callable[[list[bytes]], None]


@dataclass(frozen=True)
class Result:
    """What came of it; `is_right` is the finding."""

    kills: int
    sent: int
    broken: int
    progress: SourceProgress
    orders: int
    orders_sent: int
    quarantined: int
    """Entries in the quarantine."""

    @property
    def is_right(self) -> bool:
        """Whether everything that was sent is there, once."""
        progress = self.progress
        counts = (progress.taken, progress.repeated, progress.quarantined, self.quarantined)
        expected = (self.sent - self.broken, 0, self.broken, self.broken)
        return (counts, self.orders) == (expected, self.orders_sent)

    def __str__(self) -> str:
        progress = self.progress
        return (
            f"{self.kills} kills; {self.sent:,} sent, {self.broken:,} of them no events; stored: "
            f"{progress.taken:,} events taken, {progress.repeated:,} repeated, {progress.quarantined:,} "
            f"quarantined ({self.quarantined:,} in the quarantine), {self.orders:,} orders: "
            f"{'nothing lost or doubled' if self.is_right else 'WRONG'}"
        )


class Messages:
    """Orders that are placed and move on, and now and then a text that is no event; each text is unique."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self.sent = self.broken = 0
        self.keys: list[str] = []

    def some(self) -> list[bytes]:
        with self._lock:
            return [self._one() for _ in range(self._chance.choice(BATCHES))]

    def _one(self) -> bytes:
        self.sent += 1
        if self._chance.random() < 0.05:
            self.broken += 1
            return b"{broken %d" % self.sent
        if self.keys and self._chance.random() < 0.5:
            order = self._chance.choice(self.keys)
            return entered("pick", self.sent / 1_000, f"{order}/1", id=f"E-{self.sent}")
        self.keys.append(f"O-{self.sent}")
        return placed(self.keys[-1], id=f"E-{self.sent}")


def kill_kafka(server: KafkaServer, folder: Path, kills: int, seed: int = 1) -> Result:
    """Follows a topic of several partitions into a new store in the folder."""
    topic = f"kills-{folder.name}"
    server.make_topic(topic, PARTITIONS)
    text = f"kind: kafka, brokers: ['{server.address}'], topics: [{topic}]"
    return _kill(folder, text, lambda lines: server.send(topic, lines), kills, seed)


def kill_postgres(server: PostgresServer, folder: Path, kills: int, seed: int = 1) -> Result:
    """Follows a table that several transactions write to at once; each ends later than it began to write."""
    table = f"kills_{folder.name.replace('-', '_')}"
    server.execute(f"create table {table} (id bigserial, event text)")
    text = (
        f"kind: postgres, connection: '{server.connection}', query: 'select id, event from {table}', "
        "rising: id, document: event, every: 100ms"
    )

    def send(lines: list[bytes]) -> None:
        with psycopg.connect(server.connection) as connection, connection.cursor() as cursor:
            for line in lines:
                cursor.execute(f"insert into {table} (event) values (%s)", [line.decode()])  # pyright: ignore[reportArgumentType]

    return _kill(folder, text, send, kills, seed)


def _kill(folder: Path, source: str, send: Send, kills: int, seed: int) -> Result:
    file = folder / "sources.yaml"
    file.write_text(f"sources:\n  shop: {{{source}}}\n")
    store = open_store(str(folder / "store"), now=lambda: at(600))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.close()
    chance, messages, stop = random.Random(seed), Messages(seed), threading.Event()
    writers = [threading.Thread(target=_write, args=(messages, send, stop)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(kills):
            _follow_until_killed(file, folder, chance.uniform(0.2, LONGEST))
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    subprocess.run(_command(file, folder, "--once"), env=_environment(), check=True, timeout=300)
    return _result(folder, messages, kills)


def _write(messages: Messages, send: Send, stop: threading.Event) -> None:
    while not stop.is_set():
        send(messages.some())
        stop.wait(0.05)


def _command(file: Path, folder: Path, *more: str) -> list[str]:
    command = [sys.executable, "-m", "impactgraph", "follow", "shop", "--sources", str(file)]
    return [*command, "--store", str(folder / "store"), *more]


def _environment() -> dict[str, str]:
    names = {name: value for name, value in os.environ.items() if not name.startswith("IMPACTGRAPH_")}
    return names | {"IMPACTGRAPH_NOW": NOW, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _follow_until_killed(file: Path, folder: Path, seconds: float) -> None:
    with subprocess.Popen(_command(file, folder), env=_environment()) as process:
        try:
            process.wait(seconds)
            raise RuntimeError(f"follow ended by itself with exit status {process.returncode}")
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)


def _result(folder: Path, messages: Messages, kills: int) -> Result:
    store = open_store(str(folder / "store"), now=lambda: at(600))
    try:
        return Result(
            kills,
            messages.sent,
            messages.broken,
            store.source_progress()["shop"],
            len(store.orders(messages.keys)),
            len(messages.keys),
            len(store.quarantined(10**9)),
        )
    finally:
        store.close()


def main(kills: int = 50, seed: int = 1, kind: str = "") -> int:
    """Prints a line for each kind; the exit status."""
    home = Path(tempfile.mkdtemp(prefix="impactgraph-kills-"))
    home.chmod(0o755)  # PostgreSQL runs as another user
    results: list[Result] = []
    try:
        for name, server in (("kafka", KafkaServer), ("postgres", PostgresServer)):
            if kind not in ("", name):
                continue
            (home / name).mkdir()
            (home / f"{name}-data").mkdir()
            running = server(home / name)
            running.start()
            try:
                kill = kill_kafka if isinstance(running, KafkaServer) else kill_postgres
                results.append(kill(running, home / f"{name}-data", kills, seed))  # pyright: ignore[reportArgumentType]
            finally:
                running.stop()
            print(f"{name}: {results[-1]}", flush=True)  # noqa: T201
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0 if all(result.is_right for result in results) else 1


if __name__ == "__main__":
    _kills, _seed, _kind = [*sys.argv[1:], *("50", "1", "")[len(sys.argv) - 1 :]]
    sys.exit(main(int(_kills), int(_seed), _kind))
