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
from tests.hostile.administration import administration_requests
from tests.hostile.assistants import lines
from tests.hostile.endpoint import REQUESTS, SLOW, Endpoint
from tests.hostile.files import FILES, FileEndpoint, resident_bytes
from tests.hostile.lines import LineEndpoint
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
    """By endpoint and status of answers, by kind and outcome of files."""

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
        endpoint, reader, server = (
            Endpoint(store),
            FileEndpoint(store, Path(files)),
            LineEndpoint(Path(lines_folder)),
        )
        _send(REQUESTS, endpoint.send, size * 7 // 10 - 2 * (size // 50), batch_seed)
        _send(administration_requests(), endpoint.send, size // 50, batch_seed)
        _send(path_requests(paths_of(endpoint.app)), endpoint.send, size // 50, batch_seed)
        _send(talks(), endpoint.talk, size // 15, batch_seed)
        _send(streams(), endpoint.stream, size // 30, batch_seed)
        _send(lines(), server.send, size // 50, batch_seed)
        _send(FILES, reader.read, size - size * 7 // 10 - size // 15 - size // 30 - size // 50, batch_seed)
        server.close()
        endpoint.check_store()
        endpoint.close()
        store.close()
        return (
            Counter(endpoint.statuses)
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
