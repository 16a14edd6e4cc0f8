"""`python -m tests.hostile [INPUTS] [SEED] [--minutes M]`: so many hostile inputs, 100,000 by default.

Seven of ten are requests, one is a conversation over a web socket or a stream, two are files or lines of
standard input. The exit status is 1 after the first that meets a defect.
"""

import gc
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from impactgraph.bootstrap import open_store
from tests.functional.http.shop import NOW, fill
from tests.hostile.assistants import lines
from tests.hostile.door import REQUESTS, SLOW, Door
from tests.hostile.files import FILES, FileDoor, resident_bytes
from tests.hostile.keeping import keeping_requests
from tests.hostile.lines import LineDoor
from tests.hostile.paths import path_requests, paths_of
from tests.hostile.sockets import streams, talks
from tests.long_runs import options, trials

BATCH = 2_000
"""Inputs to one store: then a new one, so that the questions stay as fast as at the beginning."""
MOST_GROWTH = 400 * 1024 * 1024
"""Bytes that the process may grow after the first batch."""


@dataclass
class Sent:
    """What came of the inputs so far."""

    inputs: int = 0
    counts: Counter[str] = field(default_factory=Counter[str])
    """By door and status of answers, by kind and outcome of files."""

    def __str__(self) -> str:
        return f"{self.inputs:,} inputs, {resident_bytes() // 2**20} MB: {_shown(self.counts)}"


def run(number: int, first_seed: int, minutes: float) -> None:
    """Raises AssertionError with the input that met a defect, as small as it can be."""
    sent, at_first = Sent(), 0
    for start in trials(range(0, number, BATCH), minutes, lambda: sent):
        size = min(BATCH, number - start)
        sent.counts += _batch(size, first_seed + start // BATCH)
        sent.inputs += size
        gc.collect()  # what a batch left behind in cycles is no leak
        at_first = at_first or resident_bytes()
        assert resident_bytes() < at_first + MOST_GROWTH, "the memory grows"


def _batch(size: int, batch_seed: int) -> Counter[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as files,
        tempfile.TemporaryDirectory() as lines_folder,
    ):
        store = open_store(folder, now=lambda: NOW)
        fill(store, 20)
        door, reader, server = Door(store), FileDoor(store, Path(files)), LineDoor(Path(lines_folder))
        _send(REQUESTS, door.send, size * 7 // 10 - 2 * (size // 50), batch_seed)
        _send(keeping_requests(), door.send, size // 50, batch_seed)
        _send(path_requests(paths_of(door.app)), door.send, size // 50, batch_seed)
        _send(talks(), door.talk, size // 15, batch_seed)
        _send(streams(), door.stream, size // 30, batch_seed)
        _send(lines(), server.send, size // 50, batch_seed)
        _send(FILES, reader.read, size - size * 7 // 10 - size // 15 - size // 30 - size // 50, batch_seed)
        server.close()
        door.check_store()
        door.close()
        store.close()
        return (
            Counter(door.statuses)
            + server.answers
            + Counter({f"file {key}": n for key, n in reader.outcomes.items()})
        )


def _send(inputs: st.SearchStrategy[Any], send: Callable[[Any], None], number: int, first_seed: int) -> None:
    @seed(first_seed)
    @settings(
        max_examples=max(1, number),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=SLOW,
    )
    @given(inputs)
    def answered(hostile: Any) -> None:
        send(hostile)

    answered()


def _shown(counts: Counter[str]) -> str:
    """Numbers by status of answers, and by outcome of files."""
    by_status = Counter[str]()
    for key, number in counts.items():
        kind, _, status = key.rpartition(" ")
        by_status[f"file {status}" if kind.startswith("file") else status] += number
    return ", ".join(f"{status} {number:,}" for status, number in sorted(by_status.items()))


if __name__ == "__main__":
    arguments = options(__doc__, "INPUTS", 100_000, seed=0).parse_args()
    run(arguments.count, arguments.seed, arguments.minutes)
