"""A disk that is full, read-only or broken at any call: every step is refused clearly, and then works."""

import errno
import pickle
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.corruption.sample import answers, open_sample
from tests.corruption.trial import in_child
from tests.disk.preload import FaultyDisk
from tests.disk.workload import Worker, events_in, small_store_settings
from tests.long_runs import passes

ERRORS = (errno.ENOSPC, errno.EROFS, errno.EIO)
LENGTHS = (1, 25)
"""Calls in a row that fail."""
RIGHT = "right"


def count_and_answers(home: Path) -> tuple[int, dict[str, Any]]:
    """Number of calls of the work on a sound disk, and the answers of the store that it makes."""
    disk = new_disk(home)
    found = in_child(lambda: _work_once(disk, home))
    if found != RIGHT:
        raise RuntimeError(found)
    return disk.call_count, pickle.loads((home / "answers").read_bytes())


def _work_once(disk: FaultyDisk, home: Path) -> str:
    disk.watch()
    with small_store_settings():
        Worker(disk.folder, lambda _: None).work()
    disk.let_go()
    store = open_sample(disk.folder)
    (home / "answers").write_bytes(pickle.dumps(answers(store)))
    return RIGHT


def faults(count: int, every: int, start: int = 1) -> Iterator[tuple[int, int, int]]:
    """(first call that fails, calls that fail, error)."""
    for numbered in passes([*enumerate(range(start, count + 1, every))]):
        for number, first in numbered:
            error = ERRORS[number % len(ERRORS)]
            yield first, LENGTHS[number // len(ERRORS) % len(LENGTHS)], error


def try_fault(home: Path, fault: Sequence[int], expected: dict[str, Any]) -> str:
    """`right`, or what is wrong."""
    first, length, error = fault
    disk = new_disk(home)
    disk.fail(first, first + length - 1, error)
    return in_child(lambda: _work_and_check(disk, expected))


def _work_and_check(disk: FaultyDisk, expected: dict[str, Any]) -> str:
    said: list[str] = []
    disk.watch()
    with small_store_settings():
        Worker(disk.folder, said.append).work()
    disk.let_go()
    names = events_in(disk.folder)
    if len(names) != len(set(names)):
        return "an event is there twice"
    store = open_sample(disk.folder)
    found = answers(store)
    store.close()
    wrong = [name for name in expected if found[name] != expected[name]]
    return f"{', '.join(wrong)} differ; {said}" if wrong else RIGHT


def new_disk(home: Path) -> FaultyDisk:
    """A sound disk with an empty folder."""
    shutil.rmtree(home / "disk", ignore_errors=True)
    (home / "disk").mkdir(parents=True)
    disk = FaultyDisk(home, home / "disk" / "store")
    disk.fail(0, 0, 0)
    return disk
