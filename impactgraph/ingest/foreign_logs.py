"""Logs of other systems: of which kind a file is, and the blocks of events that a mapping makes of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.blocks import Block
from impactgraph.ingest.csv_steps import CsvLog
from impactgraph.ingest.files import size_of, unreadable
from impactgraph.ingest.mapped import EventMaker, LogEntry, Skipped
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.mapping_files import AnyMapping
from impactgraph.ingest.ocel_steps import OcelSteps
from impactgraph.ingest.record_log import open_records
from impactgraph.ingest.text_files import SQLITE, begins_as_json, foreign_kind, is_xml, open_unpacked

_CSV_NAMES = (".csv", ".tsv", ".txt")


class ForeignLog(Protocol):
    """A log of another system, read by a mapping."""

    def blocks(self) -> Iterator[Block]:
        """Its events, with the entries that became none. Raises BadInputError where it cannot be read."""
        ...

    def findings(self) -> list[str]:
        """What of the mapping the log lacks, or names and lacks itself, a sentence each; once it was read."""
        ...

    def remarks(self) -> list[str]:
        """What may be as it should; once it was read."""
        ...


class EntryReader(Protocol):
    """The entries of a log, by a mapping of version 1."""

    def entries(self) -> Iterator[LogEntry | Skipped]: ...

    def findings(self) -> list[str]: ...

    def remarks(self) -> list[str]: ...


class EntryLog:
    """A log that is read by a mapping of version 1."""

    def __init__(self, reader: EntryReader, mapping: Mapping, size: int) -> None:
        self._reader, self._mapping, self._size = reader, mapping, size
        self.findings = reader.findings
        self.remarks = reader.remarks

    def blocks(self) -> Iterator[Block]:
        """As `ForeignLog`."""
        maker = EventMaker(self._mapping)
        batch = Block()
        for entry in self._reader.entries():
            if isinstance(entry, Skipped):
                batch.passed.append(entry)
            else:
                _add(batch, entry, maker)
            if batch.is_full:
                yield batch
                batch = Block()
        batch.read = self._size
        yield batch


def open_log(path: str, mapping: AnyMapping) -> ForeignLog:
    """The log in a file, of the kind that its content shows.

    Raises BadInputError where it cannot be read, or lacks what the mapping names.
    """
    size = size_of(path) or 0
    if not isinstance(mapping, Mapping):
        return open_records(Path(path), mapping, size)
    reader = CsvLog(Path(path), mapping) if _is_csv(path, mapping) else OcelSteps(Path(path), mapping)
    return EntryLog(reader, mapping, size)


def _is_csv(path: str, mapping: Mapping) -> bool:
    try:
        with open_unpacked(Path(path)) as (head, _):
            is_json = begins_as_json(head)
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from error
    if head.startswith(SQLITE) or is_xml(head):
        return False
    if foreign := foreign_kind(head):
        raise BadInputError(Problem(f"It is no CSV file and no OCEL log but {foreign}.", path))
    name = path.lower().removesuffix(".gz")
    return not is_json and (name.endswith(_CSV_NAMES) or mapping.csv is not None)


def _add(batch: Block, entry: LogEntry, maker: EventMaker) -> None:
    start = len(batch.lines)
    batch.add(entry.activity, maker.events(entry), entry.place)
    if entry.missing:
        batch.missing.append((entry.missing, entry.place))
    if any(subject.places for subject in entry.subjects):
        for index in range(start, len(batch.lines)):
            line = batch.lines[index]
            if b'"adds":true' in line:
                batch.inferred[index] = msgspec.json.decode(line)["data"]["order"]
