"""Ingests the events of files, block by block."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from impactgraph.errors import BadInputError, Problem, StoreUnavailableError
from impactgraph.ingest.files import STANDARD_INPUT, Block, read_blocks, read_with_mapping, size_of
from impactgraph.ingest.mapping import load_mapping
from impactgraph.ports.store import IngestResult, Store

_PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds between tries; the last goes on."""
_LOGS = (".csv", ".csv.gz", ".sqlite", ".sqlite3", ".jsonocel", ".xmlocel")
"""Ends of names of files that are no CloudEvents: they need a mapping."""


@dataclass(frozen=True, slots=True)
class IngestedBlock:
    """Outcome of one block."""

    read: int
    """Bytes of all files up to the end of this block."""
    intake: IngestResult


def total_size(paths: Sequence[str]) -> int | None:
    """Bytes of all files; None where one is standard input. Raises BadInputError with every missing file."""
    sizes: list[int | None] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            sizes.append(size_of(path))
        except BadInputError as error:
            problems.extend(error.problems)
    if problems:
        raise BadInputError(*problems)
    return None if None in sizes else sum(size for size in sizes if size is not None)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a store that cannot be reached."""

    seconds: float = 0.0
    """In total, from the first failed attempt to the last."""
    on_wait: Callable[[str], None] = lambda _: None
    """Called with the reason when the wait begins."""
    pause: Callable[[float], None] = time.sleep
    tick: Callable[[], float] = time.monotonic


NO_PATIENCE = Patience()


def ingest_files(
    store: Store, paths: Sequence[str], mapping: Path | None = None, patience: Patience = NO_PATIENCE
) -> Iterator[IngestedBlock]:
    """Ingests NDJSON files (also gzip) and `-`, standard input; with a mapping file, OCEL 2.0 logs and CSV
    files of order steps. Yields the outcome of each block, whose events are then durable.

    A block that an unavailable store does not accept is sent again, as long as `patience` allows.

    Raises:
        BadInputError: a file cannot be read; events before it stay ingested.
        StoreUnavailableError: the store did not come back in time.
    """
    reader_mapping = load_mapping(mapping) if mapping is not None else None
    _check(paths, is_mapped=reader_mapping is not None)
    before = 0
    for path in paths:
        read = 0
        for block in read_blocks(path) if reader_mapping is None else read_with_mapping(path, reader_mapping):
            read = block.read
            yield IngestedBlock(before + read, _ingest_block(store, block, patience))
        before += read


def _ingest_block(store: Store, block: Block, patience: Patience) -> IngestResult:
    """Events that were committed although the store did not confirm it are duplicates of the next attempt."""
    since: float | None = None
    pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
    while True:
        try:
            return store.ingest(block.lines, places=block.places)
        except StoreUnavailableError as error:
            now = patience.tick()
            if since is None:
                since = now
                if patience.seconds:
                    patience.on_wait(str(error))
            remaining = since + patience.seconds - now
            if remaining <= 0:
                raise
            patience.pause(min(next(pauses), remaining))


def _check(paths: Sequence[str], *, is_mapped: bool) -> None:
    if is_mapped:
        if STANDARD_INPUT in paths:
            raise BadInputError(
                Problem("Standard input cannot be mapped, since such logs are read twice: name a file.")
            )
        return
    foreign = [path for path in paths if path.lower().endswith(_LOGS)]
    if foreign:
        raise BadInputError(
            *(
                Problem("It is no file of CloudEvents: say with --mapping what is what in it.", path)
                for path in foreign
            )
        )
