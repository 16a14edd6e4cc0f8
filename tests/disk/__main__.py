"""Lets the disk of a store fail, or the power, at every call that changes a file.

python -m tests.disk full 1        at every call: no space, read-only, or an input/output error
python -m tests.disk power 1       a loss of power after every call
python -m tests.disk full 40 7     at every 40th call from the 7th on; --minutes 5: and no longer
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import structlog

from tests.disk.faults import RIGHT, count_and_answers, faults, try_fault
from tests.disk.power import losses, recorded_calls, try_loss
from tests.disk.preload import compile_library
from tests.long_runs import add_minutes, trials, whole_number


def main() -> int:
    """Prints every wrong outcome, and the number of trials; the exit status."""
    arguments = _arguments()
    work = _faults if arguments.kind == "full" else _losses
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    counts = Counter[str]()
    with tempfile.TemporaryDirectory(prefix="impactgraph-disk-") as folder:
        outcomes = work(Path(folder), arguments.every, arguments.start)
        for name, found in trials(outcomes, arguments.minutes, lambda: _verdict(counts)):
            counts["right" if found == RIGHT else "wrong"] += 1
            if found != RIGHT:
                print(f"{name}: {found}", flush=True)  # noqa: T201
    print(_verdict(counts))  # noqa: T201
    return int(counts["wrong"] > 0)


def _verdict(counts: Counter[str]) -> str:
    wrong = counts["wrong"]
    return f"{counts.total():,} times: {f'{wrong} WRONG' if wrong else 'nothing lost or doubled'}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=("full", "power"))
    parser.add_argument("every", nargs="?", type=whole_number, default=1)
    parser.add_argument("start", nargs="?", type=whole_number, default=1)
    add_minutes(parser)
    return parser.parse_args()


def _faults(home: Path, every: int, start: int) -> Iterator[tuple[str, str]]:
    count, expected = count_and_answers(home)
    for first, length, error in faults(count, every, start):
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
    sys.exit(main())
