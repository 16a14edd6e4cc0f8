"""Take the events of files, block by block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from impactgraph.ingest.files import read_blocks, size_of
from impactgraph.ports.store import Intake, Store


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one block."""

    path: str
    read: int
    """Bytes of all files that are behind it."""
    intake: Intake


def total_size(paths: Sequence[str]) -> int | None:
    """Bytes of all files; None where one is standard input. Raises BadInputError naming every file that is not there."""
    sizes = [size_of(path) for path in paths]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def ingest_files(store: Store, paths: Sequence[str]) -> Iterator[Ingested]:
    """Of NDJSON files (gzip too) and `-`, standard input. What a block tells of is durable when it is given.

    Raises BadInputError where a file cannot be read (what came before it stays taken), StoreUnavailableError.
    """
    before = 0
    for path in paths:
        read = 0
        for block in read_blocks(path):
            read = block.read
            yield Ingested(path, before + read, store.ingest(block.lines, places=block.places))
        before += read
