"""Blocks of events from files: NDJSON, gzip, standard input, and foreign logs by a mapping."""

import gzip
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_steps import csv_events
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.ocel import ocel_events

BLOCK = 20_000
STANDARD_INPUT = "-"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Block:
    lines: list[bytes]
    places: list[str]
    """`file:line` of each."""
    read: int
    """Bytes of the file on disk up to the end of this block."""


def size_of(path: str) -> int | None:
    """Bytes of the file; None for standard input.

    Raises BadInputError where the file does not exist.
    """
    if path == STANDARD_INPUT:
        return None
    try:
        return Path(path).stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def read_with_mapping(path: str, mapping: Mapping, *, block: int = BLOCK) -> Iterator[Block]:
    """Blocks of events from a foreign log: CSV (`.csv`, `.csv.gz`) or OCEL 2.0 (JSON or SQLite).

    Raises BadInputError where it cannot be read.
    """
    size = size_of(path) or 0
    events = (
        csv_events(Path(path), mapping)
        if path.removesuffix(".gz").lower().endswith(".csv")
        else ocel_events(Path(path), mapping)
    )
    batch: list[bytes] = []
    places: list[str] = []
    for event, place in events:
        batch.append(event)
        places.append(place)
        if len(batch) >= block:
            yield Block(batch, places, 0)
            batch = []
            places = []
    yield Block(batch, places, size)


def read_blocks(path: str, *, block: int = BLOCK, standard_input: BinaryIO | None = None) -> Iterator[Block]:
    """Blocks of lines that are not blank; gzip is detected by its first bytes, `-` is standard input.

    Raises BadInputError where it cannot be read.
    """
    if path == STANDARD_INPUT:
        yield from _blocks("standard input", standard_input or sys.stdin.buffer, None, block)
        return
    try:
        with Path(path).open("rb") as raw:
            is_gzip = raw.peek(2)[:2] == _GZIP
            lines = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if is_gzip else raw
            yield from _blocks(path, lines, raw.tell, block)
    except (OSError, EOFError) as error:
        raise _unreadable(path, error) from error


def _blocks(name: str, lines: BinaryIO, position: Callable[[], int] | None, block: int) -> Iterator[Block]:
    batch: list[bytes] = []
    places: list[str] = []
    read = 0
    for number, line in enumerate(lines, 1):
        read += len(line)
        if text := line.strip():
            batch.append(text)
            places.append(f"{name}:{number}")
        if len(batch) >= block:
            yield Block(batch, places, position() if position else read)
            batch = []
            places = []
    if batch:
        yield Block(batch, places, position() if position else read)


def _unreadable(path: str, error: OSError | EOFError) -> BadInputError:
    reason = getattr(error, "strerror", None) or str(error)
    return BadInputError(
        Problem(
            f"It cannot be read: {reason}. Name an existing NDJSON file (.gz too), or - for standard input.",
            path,
        )
    )
