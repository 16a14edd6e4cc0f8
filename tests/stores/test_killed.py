"""Killed at any moment of ingest, a store opens again with every event it acknowledged, and none twice."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import DOCUMENTS, at, entered, of, placed, topology
from tests.stores.seen import everything

_INGEST = """
import sys
from pathlib import Path
from impactgraph.stores.embedded import EmbeddedStore
from tests.stores.events import at
store = EmbeddedStore.open(Path(sys.argv[1]), now=lambda: at(600))
lines = Path(sys.argv[2]).read_bytes().splitlines()
size = int(sys.argv[3])
print("ready", flush=True)
for start in range(0, len(lines), size):
    store.ingest(lines[start : start + size])
    print(min(start + size, len(lines)), flush=True)
store.close()
"""
_ROUNDS = 10


def _events() -> list[bytes]:
    lines: list[bytes] = []
    for number in range(120):
        order = f"O-{number}"
        lines += [placed(order, number), entered("promise", number + 1, f"{order}/1"), entered("pick", number + 2, f"{order}/1")]
        lines += [of("posting.recorded", number + 3, f"{order}/1", type="invoice"), b"{broken " + order.encode()]
        lines += [of("fulfillment.rerouted", number + 4, f"{order}/1", workflow="ship", step="pack")] if number % 7 == 0 else []
        lines += [entered("deliver", number + 5, f"{order}/1")]
    random.Random(5).shuffle(lines)
    return lines


def _killed(folder: Path, file: Path, size: int, after: int) -> int:
    """Events acknowledged by a process that is killed when it has acknowledged about so many; -1 where it came to its end."""
    with subprocess.Popen([sys.executable, "-c", _INGEST, str(folder), str(file), str(size)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = 0
        for line in process.stdout:
            acknowledged = 0 if line.strip() == "ready" else int(line)
            if acknowledged >= after:
                os.kill(process.pid, signal.SIGKILL)
                break
        acknowledged = max([acknowledged, *(int(line) for line in process.stdout)])
    return acknowledged


def _recorded(folder: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(folder / "impactgraph.duckdb"), read_only=True) as connection:
        found = "select source::varchar, id from events"
        return connection.execute(found).fetchall()


@pytest.mark.timeout(600)
def test_a_killed_store_has_every_acknowledged_event_once_and_the_state_they_make(tmp_path: Path) -> None:
    lines, chance = _events(), random.Random(11)
    (tmp_path / "events.ndjson").write_bytes(b"\n".join(lines))
    folder = tmp_path / "store"
    with_topology = EmbeddedStore.open(folder, now=lambda: at(600))
    with_topology.apply_topology(topology(), DOCUMENTS, at(-60))
    with_topology.close()

    for _ in range(_ROUNDS):
        size = chance.choice([1, 5, 50])
        acknowledged = _killed(folder, tmp_path / "events.ndjson", size, chance.randrange(0, min(60 * size, len(lines))))
        store = EmbeddedStore.open(folder, now=lambda: at(600))
        again = store.ingest(lines[:acknowledged])
        store.close()
        names = _recorded(folder)

        assert again.taken == 0
        assert len(names) == len(set(names))

    whole, killed = EmbeddedStore.in_memory(now=lambda: at(600)), EmbeddedStore.open(folder, now=lambda: at(600))
    whole.apply_topology(topology(), DOCUMENTS, at(-60))
    whole.ingest(lines)
    killed.ingest(lines)
    assert everything(killed) == everything(whole)
    whole.close()
    killed.close()
