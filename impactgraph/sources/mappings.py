"""The mappings of live sources, and how files are read by them."""

from collections.abc import Iterator
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.files import Block, open_log, read_blocks, read_log
from impactgraph.ingest.mapping_format import load_mapping
from impactgraph.ingest.record_mapper import RecordMapper

READ_LIMIT = 5_000
"""Events of one block of a file."""


def document_mapper(path: Path) -> RecordMapper:
    """Of messages, rows and webhooks. Raises BadInputError with everything that is wrong in the file."""
    load_mapping(path)
    raise BadInputError(
        Problem("This mapping is of log files: a live source needs one of documents.", str(path))
    )


def mapping_version(path: Path) -> str:
    """Changes with the content of the mapping. Raises BadInputError where it is wrong."""
    return f"/{load_mapping(path).digest[:8]}"


def file_blocks(path: Path, mapping: Path | None) -> Iterator[Block]:
    """The blocks of a file. Raises BadInputError where it cannot be read."""
    if mapping is None:
        return read_blocks(str(path), block=READ_LIMIT)
    loaded = load_mapping(mapping)
    return read_log(open_log(str(path), loaded), loaded, block=READ_LIMIT)
