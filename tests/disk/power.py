"""A loss of power at any call: what was acknowledged is there, whatever part of the unsynced writes is."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impactgraph.errors import StoreUnavailableError
from tests.corruption.sample import answers, open_sample
from tests.corruption.trial import in_child
from tests.disk.faults import RIGHT, new_disk
from tests.disk.preload import FaultyDisk
from tests.disk.replay import Call, disks, read_calls, write_files
from tests.disk.workload import BATCHES, Worker, batches, small_store_settings
from tests.long_runs import passes
from tests.stores.events import DOCUMENTS, MORE, at, topology

KEEP = (0.0, 0.5, 1.0)
"""Shares of the unsynced writes that reached the disk."""


@dataclass(frozen=True)
class Loss:
    """Power was lost after a call of the work."""

    call: int
    keep: float
    acknowledged: int
    """Steps that were acknowledged before."""
    files: dict[str, bytes]

    def __str__(self) -> str:
        return f"power lost after call {self.call}, {self.keep:.0%} of what was not synced is there"


def recorded_calls(home: Path) -> tuple[Path, list[Call]]:
    """Of the work on a sound disk, and its folder."""
    disk = new_disk(home)
    disk.calls.unlink(missing_ok=True)
    found = in_child(lambda: _work(disk))
    if found != RIGHT:
        raise RuntimeError(found)
    return disk.folder, read_calls(disk.calls)


def _work(disk: FaultyDisk) -> str:
    disk.watch()
    disk.record()
    with small_store_settings():
        Worker(disk.folder, disk.say).work()
    return RIGHT


def losses(calls: list[Call], every: int, seed: int) -> Iterator[Loss]:
    chance = random.Random(seed)
    for numbers in passes(range(seed % every, len(calls), every)):
        for number, disk, said in disks(calls):
            if number in numbers:
                for keep in KEEP:
                    yield Loss(number, keep, len(said), disk.after_loss(chance, keep))


def try_loss(home: Path, folder: Path, loss: Loss, expected: dict[str, Any]) -> str:
    """`right`, or what is wrong. `expected` are the answers where power was never lost."""
    target = home / "after"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    write_files(loss.files, folder, target)
    return in_child(lambda: _open_and_check(target, loss.acknowledged, expected))


def _open_and_check(folder: Path, acknowledged: int, expected: dict[str, Any]) -> str:
    try:
        store = open_sample(folder)
    except StoreUnavailableError as error:
        return f"refused: {error}"
    if len(store.topologies()) < (acknowledged >= 1) + (acknowledged >= BATCHES + 2):
        return "a version of the topology is lost"
    if not store.topologies():
        store.apply_topology(topology(), DOCUMENTS, at(-60))
    for number, batch in enumerate(batches()):
        if store.ingest(batch).accepted_count and number < acknowledged - 1:
            return "acknowledged events are lost"
    store.apply_topology(topology(MORE), MORE, at(40))
    found = answers(store)
    wrong = [name for name in expected if found[name] != expected[name]]
    return f"{', '.join(wrong)} differ" if wrong else RIGHT
