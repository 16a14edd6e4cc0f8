"""The mappings of live sources, and how files are read by them."""

from collections.abc import Iterator
from pathlib import Path

from impactgraph.ingest.blocks import Block
from impactgraph.ingest.files import read_blocks
from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.mapping_files import load_mapping, load_record_mapper
from impactgraph.ingest.record_mapper import RecordMapper

BLOCK = 5_000
"""Events of one block of a file of CloudEvents."""


def document_mapper(path: Path) -> RecordMapper:
    """Of messages, rows and webhooks. Raises BadInputError with everything that is wrong in the file."""
    return load_record_mapper(path)


def mapping_version(path: Path) -> str:
    """Changes with the content of the mapping. Raises BadInputError where it is wrong."""
    return f"/{load_mapping(path).digest[:8]}"


def file_blocks(path: Path, mapping: Path | None) -> Iterator[Block]:
    """The blocks of a file, and one without entries that has what it lacks as notes.

    Raises BadInputError where it cannot be read.
    """
    if mapping is None:
        yield from read_blocks(str(path), block=BLOCK)
        return
    log = open_log(str(path), load_mapping(mapping))
    yield from log.blocks()
    yield Block(notes=[(finding, str(path)) for finding in log.findings()])
