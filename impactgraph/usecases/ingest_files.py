"""Take the events of files, block by block."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_steps import csv_events
from impactgraph.ingest.files import BLOCK, STANDARD_INPUT, read_blocks, size_of
from impactgraph.ingest.mapping import Mapping, load_mapping
from impactgraph.ingest.ocel import ocel_events
from impactgraph.ports.store import Intake, Store

_CSV = (".csv", ".csv.gz", ".tsv")
_LOGS = (*_CSV, ".sqlite", ".sqlite3", ".jsonocel", ".xmlocel")
"""Ends of names of files that are no CloudEvents: they need a mapping."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one block."""

    read: int | None
    """Bytes of all files that are behind it; None where that is not known."""
    intake: Intake


def total_size(paths: Sequence[str]) -> int | None:
    """Bytes of all files; None where one is standard input. Raises BadInputError where a file is not there."""
    sizes = [size_of(path) for path in paths]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def ingest_files(store: Store, paths: Sequence[str]) -> Iterator[Ingested]:
    """Of NDJSON files (gzip too) and `-`, standard input. What a block tells of is durable when it is given.

    Raises BadInputError where a file cannot be read (what came before it stays taken), StoreUnavailableError.
    """
    foreign = [path for path in paths if path.lower().endswith(_LOGS)]
    if foreign:
        raise BadInputError(*(Problem("It is no file of CloudEvents: say with --mapping what is what in it.", path) for path in foreign))
    before = 0
    for path in paths:
        read = 0
        for block in read_blocks(path):
            read = block.read
            yield Ingested(before + read, store.ingest(block.lines, places=block.places))
        before += read


def ingest_mapped(store: Store, paths: Sequence[str], mapping: Path) -> Iterator[Ingested]:
    """Of OCEL 2.0 logs (JSON, SQLite) and CSV files of order steps, by a mapping file. Raises as `ingest_files` does."""
    if STANDARD_INPUT in paths:
        raise BadInputError(Problem("Standard input cannot be mapped, since logs are read twice: name a file."))
    known = load_mapping(mapping)
    for path in paths:
        yield from (Ingested(None, intake) for intake in _in_blocks(store, _events(Path(path), known)))


def _events(path: Path, mapping: Mapping) -> Iterator[tuple[bytes, str]]:
    return csv_events(path, mapping) if path.name.lower().endswith(_CSV) else ocel_events(path, mapping)


def _in_blocks(store: Store, events: Iterable[tuple[bytes, str]]) -> Iterator[Intake]:
    left = iter(events)
    while block := list(islice(left, BLOCK)):
        yield store.ingest([event for event, _ in block], places=[place for _, place in block])
