"""Killed at any moment, a store opens again with everything it acknowledged, and nothing twice.

`python -m tests.kills` kills more often.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.kills import storm
from tests.kills.run import kill_often
from tests.stores.events import DOCUMENTS, at, entered, of, placed, topology
from tests.stores.seen import everything

_INGEST = """
import sys
from pathlib import Path
from impactgraph.bootstrap import open_store
from tests.kills.run import kill_often
from tests.stores.events import at
store = open_store(sys.argv[1], now=lambda: at(600))
lines = Path(sys.argv[2]).read_bytes().splitlines()
size = int(sys.argv[3])
print("ready", flush=True)
for start in range(0, len(lines), size):
    store.ingest(lines[start : start + size])
    print(min(start + size, len(lines)), flush=True)
store.close()
"""
_ROUNDS = {"embedded": 10, "neo4j": 5}


def _events() -> list[bytes]:
    lines: list[bytes] = []
    for number in range(120):
        order = f"O-{number}"
        lines += [
            placed(order, number),
            entered("promise", number + 1, f"{order}/1"),
            entered("pick", number + 2, f"{order}/1"),
        ]
        lines += [
            of("posting.recorded", number + 3, f"{order}/1", type="invoice"),
            b"{broken " + order.encode(),
        ]
        lines += (
            [of("fulfillment.rerouted", number + 4, f"{order}/1", workflow="ship", step="pack")]
            if number % 7 == 0
            else []
        )
        lines += [entered("deliver", number + 5, f"{order}/1")]
    random.Random(5).shuffle(lines)
    return lines


@pytest.fixture(params=["embedded", "neo4j"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def address(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Of a store with a topology; copies of what a server has are under `tmp_path / "cache"`."""
    monkeypatch.setenv("IMPACTGRAPH_CACHE", str(tmp_path / "cache"))
    found = str(tmp_path / "store") if kind == "embedded" else request.getfixturevalue("neo4j_address").url
    store = _opened(found)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.close()
    return found


def _opened(address: str) -> Store:
    return open_store(address, now=lambda: at(600))


def _killed(address: str, file: Path, size: int, after: int) -> int:
    """Events acknowledged by a process that is killed when it has acknowledged about so many; -1 where it
    came to its end.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _INGEST, address, str(file), str(size)], stdout=subprocess.PIPE, text=True
    ) as process:
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
    """(source, id) of every event: in the store's own file, or in the copies of the log."""
    (file,) = folder.rglob("impactgraph.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute("select source::varchar, id from events").fetchall()


@pytest.mark.timeout(600)
def test_a_killed_store_has_every_acknowledged_event_once_and_the_state_they_make(
    kind: str, address: str, tmp_path: Path
) -> None:
    lines, chance = _events(), random.Random(11)
    (tmp_path / "events.ndjson").write_bytes(b"\n".join(lines))

    for turn in range(_ROUNDS[kind]):
        size = chance.choice([1, 5, 50])
        acknowledged = _killed(
            address, tmp_path / "events.ndjson", size, chance.randrange(0, min(60 * size, len(lines)))
        )
        if kind == "neo4j" and turn % 2:
            shutil.rmtree(tmp_path / "cache")  # what the database has, not what the process kept of it
        store = _opened(address)
        again = store.ingest(lines[:acknowledged])
        store.close()
        names = _recorded(tmp_path)

        assert again.accepted_count == 0
        assert len(names) == len(set(names))

    whole, killed = EmbeddedStore.in_memory(now=lambda: at(600)), _opened(address)
    whole.apply_topology(topology(), DOCUMENTS, at(-60))
    whole.ingest(lines)
    killed.ingest(lines)
    assert everything(killed) == everything(whole)
    whole.close()
    killed.close()


@pytest.mark.timeout(600)
def test_a_store_that_is_killed_during_all_its_work_is_like_one_that_never_was(tmp_path: Path) -> None:
    """Ingest, files that are taken back, topologies, live sources, checkpoints, snapshots and start-up."""
    result = kill_often(str(tmp_path / "store"), kills=8, seed=3)

    assert result.wrong == "", str(result)


def test_a_server_that_is_killed_in_a_storm_of_alerts_keeps_each_and_sends_no_notice_twice(
    tmp_path: Path,
) -> None:
    result = storm.kill_often(tmp_path, 4, seed=5)

    assert result.wrong == []
    assert result.acknowledged > 0 and result.notices > 0
