"""Lets the disk of a store fail, or the power, at every call that changes a file.

python -m tests.disk full 1        at every call: no space, read-only, or an input/output error
python -m tests.disk power 1       a loss of power after every call
python -m tests.disk full 40 7     at every 40th call from the 7th on
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from tests.disk.faults import RIGHT, count_and_answers, trials, try_fault
from tests.disk.power import losses, recorded_calls, try_loss
from tests.disk.preload import compile_library


def main(kind: str, every: int = 1, start: int = 1) -> int:
    """Prints every wrong outcome, and the number of trials; the exit status."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    total = wrong = 0
    with tempfile.TemporaryDirectory(prefix="impactgraph-disk-") as folder:
        for name, found in (_faults if kind == "full" else _losses)(Path(folder), every, start):
            total += 1
            if found != RIGHT:
                wrong += 1
                print(f"{name}: {found}", flush=True)  # noqa: T201
    print(f"{total} times: {wrong} WRONG" if wrong else f"{total} times: nothing lost or doubled")  # noqa: T201
    return int(bool(wrong))


def _faults(home: Path, every: int, start: int) -> Iterator[tuple[str, str]]:
    count, expected = count_and_answers(home)
    for first, length, error in trials(count, every, start):
        name = f"calls {first} to {first + length - 1} of {count} failed with {os.strerror(error)}"
        yield name, try_fault(home, (first, length, error), expected)


def _losses(home: Path, every: int, start: int) -> Iterator[tuple[str, str]]:
    _, expected = count_and_answers(home)
    folder, calls = recorded_calls(home)
    for loss in losses(calls, every, start):
        yield str(loss), try_loss(home, folder, loss, expected)


def _with_library() -> None:
    """Starts this process again on the disk that can fail."""
    library = compile_library(Path(tempfile.mkdtemp(prefix="impactgraph-library-")))
    os.environ["LD_PRELOAD"] = str(library)
    os.execv(sys.executable, [sys.executable, "-m", "tests.disk", *sys.argv[1:]])


if __name__ == "__main__":
    if "faulty_disk" not in os.environ.get("LD_PRELOAD", ""):
        _with_library()
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:4])))
