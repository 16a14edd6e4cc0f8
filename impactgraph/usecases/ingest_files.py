"""Take the events of files, block by block."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from impactgraph.errors import BadInputError, Problem, StoreUnavailableError
from impactgraph.ingest.files import STANDARD_INPUT, Block, read_blocks, read_mapped, size_of
from impactgraph.ingest.mapping import load_mapping
from impactgraph.ports.store import IngestResult, Store

_PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds between tries; the last goes on."""
_LOGS = (".csv", ".csv.gz", ".sqlite", ".sqlite3", ".jsonocel", ".xmlocel")
"""Ends of names of files that are no CloudEvents: they need a mapping."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one block."""

    read: int
    """Bytes of all files that are behind it."""
    intake: IngestResult


def total_size(paths: Sequence[str]) -> int | None:
    """Bytes of all files; None where one is standard input. Raises BadInputError naming every file that is not there."""
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
    """How a store that cannot be reached is waited for."""

    seconds: float = 0.0
    """In all, since it was last reached, before it is given up."""
    on_wait: Callable[[str], None] = lambda _: None
    """Called with the reason when waiting begins."""
    pause: Callable[[float], None] = time.sleep
    tick: Callable[[], float] = time.monotonic


NO_PATIENCE = Patience()


def ingest_files(
    store: Store, paths: Sequence[str], mapping: Path | None = None, patience: Patience = NO_PATIENCE
) -> Iterator[Ingested]:
    """Of NDJSON files (gzip too) and `-`, standard input; with a mapping file, of OCEL 2.0 logs and CSV files of order steps.

    What a block tells of is durable when it is given; what the store cannot take now it is given again, as long as patience says.
    Raises BadInputError where a file cannot be read (what came before it stays taken), StoreUnavailableError.
    """
    known = load_mapping(mapping) if mapping is not None else None
    _check(paths, mapped=known is not None)
    before = 0
    for path in paths:
        read = 0
        for block in read_blocks(path) if known is None else read_mapped(path, known):
            read = block.read
            yield Ingested(before + read, _given(store, block, patience))
        before += read


def _given(store: Store, block: Block, patience: Patience) -> IngestResult:
    """Events that came through although the store did not say so are repeats when they are given again."""
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
            left = since + patience.seconds - now
            if left <= 0:
                raise
            patience.pause(min(next(pauses), left))


def _check(paths: Sequence[str], *, mapped: bool) -> None:
    if mapped:
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
