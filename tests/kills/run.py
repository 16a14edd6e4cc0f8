"""Kills a process that works on a store again and again, and compares the store with a model."""

import math
import multiprocessing
import os
import random
import signal
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from tests.kills.plan import Step, plan
from tests.kills.worker import NOW, work
from tests.long_runs import trials
from tests.stores.events import at
from tests.stores.seen import everything

STEPS_PER_KILL = 8
"""At most; a process that would come to its end is killed at it."""
COMMITS_ONCE = ("ingest", "alerts", "journal", "source", "reopen")
"""Kinds of steps that are one commit at most: a store has all of one or nothing. Others are only compared
when they were done again.
"""


@dataclass
class Result:
    """What came of the kills."""

    kills: int = 0
    acknowledged: int = 0
    """Steps."""
    starts: int = 0
    """Kills before the store was open."""
    wrong: str = ""

    def __str__(self) -> str:
        end = f"WRONG: {self.wrong}" if self.wrong else "nothing lost or doubled"
        return (
            f"{self.kills} kills, {self.starts} of them while the store was opened; "
            f"{self.acknowledged} steps acknowledged: {end}"
        )


def kill_often(address: str, kills: int, seed: int, minutes: float = math.inf) -> Result:
    """So many kills, or as many as the minutes allow. Stops at the first wrong finding."""
    chance, result = random.Random(seed), Result()
    steps = plan(seed, kills * STEPS_PER_KILL + 1)
    done = 0
    model = EmbeddedStore.in_memory(now=lambda: NOW)
    with closing(model):
        for _ in trials(range(kills), minutes, lambda: result):
            if chance.random() < 0.2:
                _remove_snapshot(address)
            acknowledged = _kill(address, seed, len(steps), done, chance)
            result.kills += 1
            result.starts += acknowledged is None
            while acknowledged is not None and done <= acknowledged:
                steps[done].do(model)
                done += 1
            result.acknowledged = done
            result.wrong = _compare(address, model, steps[done] if done < len(steps) else None)
            if result.wrong:
                break
    return result


def _kill(address: str, seed: int, count: int, first: int, chance: random.Random) -> int | None:
    """The last step that was acknowledged, -1 where there was none, None where the store was not open yet."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kills.worker", "impactgraph.stores.embedded"])
    said, sending = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(address, seed, count, first, sending))
    process.start()
    sending.close()
    last = _listen(said, chance)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while (more := _next(said)) is not None:
        last = more if last is None else max(last, more)
    return last


def _listen(said: Connection, chance: random.Random) -> int | None:
    """Waits for some steps and then for a part of the next one."""
    last: int | None = None
    for _ in range(chance.choice([0, 1, 2, 3, 5, STEPS_PER_KILL])):
        last = _next(said)
        if last is None:
            raise RuntimeError("The process ended by itself.")
    if said.poll(chance.choice([0.0, 0.003, 0.01, 0.03, 0.1, 0.3])):
        last = _next(said)
    return last


def _next(said: Connection) -> int | None:
    try:
        return said.recv()
    except EOFError:
        return None


def _remove_snapshot(address: str) -> None:
    """The next start folds the state from the events."""
    if "://" not in address:
        (Path(address) / "columns.json").unlink(missing_ok=True)


def _compare(address: str, model: Store, following: Step | None) -> str:
    """What is wrong, or nothing: the store has what was acknowledged, and maybe the following step."""
    with closing(open_store(address, now=lambda: NOW)) as store:
        found = state_of(store)
    if found == state_of(model) or (following and following.kind not in COMMITS_ONCE):
        return ""
    if following:
        following.do(model)
    expected = state_of(model)
    return ", ".join(name for name in expected if found[name] != expected[name])


def state_of(store: Store) -> dict[str, Any]:
    """What answers are made of; not what tells how often a step was tried."""
    progress = store.source_progress().get("shop")
    return {
        "now": everything(store),
        "past": everything(store, at(250)),
        "quarantine": sorted((each.reason, each.text) for each in store.quarantined_documents()),
        "topologies": [(each.key, each.applied_at) for each in store.topologies()],
        "journal": store.journal(),
        "source": (dict(progress.positions), progress.taken, progress.quarantined) if progress else None,
    }
