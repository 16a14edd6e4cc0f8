"""A log of records, read by a mapping of version 2: blocks of events, and the outcome of every record."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.blocks import BLOCK, Block
from impactgraph.ingest.csv_rows import CsvRows
from impactgraph.ingest.json_records import JsonRecords
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.moments import instant
from impactgraph.ingest.ocel_records import OcelRecords
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.record_reader import RecordReader
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.rules import OcelObjects, RuleMapping
from impactgraph.ingest.skip_reasons import ID_TWICE
from impactgraph.ingest.sql_rows import SqlRows
from impactgraph.ingest.text_files import SQLITE, begins_as_json, foreign_kind, is_xml, open_unpacked
from impactgraph.ingest.xes_records import XesRecords
from impactgraph.ingest.xml_documents import xml_documents
from impactgraph.ingest.xml_events import elements, tag_of

MOST_IDS = 5 * BLOCK
"""Ids of records that are kept, twice, to find those that stand for several records: memory has a limit."""
_CSV_NAMES = (".csv", ".tsv", ".txt")
_OCEL_XML = re.compile(rb"<(?:object-types|event-types|objects|events)\b|scope=.object|ocel")
"""What only an OCEL log has at its beginning; other logs in XML are XES."""
_ID_END = b'","source":'


class RecordLog:
    """A log that is read by a mapping of version 2."""

    def __init__(self, reader: RecordReader, mapping: RuleMapping, size: int = 0) -> None:
        self._reader, self._mapping, self._size = reader, mapping, size
        self._watch = Watch()
        self._shared = mapping.activities_of_shared_events
        self._ids = _Ids()

    def blocks(self) -> Iterator[Block]:
        """Its events, with the records that became none. Raises BadInputError where it cannot be read."""
        firsts = _Earliest(self._reader) if self._mapping.has_earliest else None
        self._watch.is_earliest = firsts and firsts.is_earliest
        batch = Block()
        for place, record in self._reader.records(self._watch):
            if firsts is not None:
                firsts.number += 1
            self._add(batch, place, record)
            if batch.is_full:
                yield batch
                batch = Block()
        batch.read = self._size
        yield batch

    def findings(self) -> list[str]:
        """What of the mapping the log lacks, a sentence each; once it was read."""
        return self._reader.findings()

    def remarks(self) -> list[str]:
        """What may be as it should; once it was read."""
        unmatched_rules = [name for name in self._mapping.rules if name not in self._watch.matched_rules]
        rules = (
            [f"no record became an event by these rules: {', '.join(unmatched_rules)}."]
            if unmatched_rules
            else []
        )
        return [*self._reader.remarks(), *rules]

    def _add(self, batch: Block, place: str, record: MappedRecord) -> None:
        if record.notes:
            batch.notes += [(note, place) for note in record.notes]
        if record.skipped is not None:
            batch.passed.append(record.skipped)
        elif self._has_own_event(record) and self._ids.is_taken(record):
            batch.passed.append(Skipped(ID_TWICE, record.activity, place))
        else:
            if record.inferred:
                start = len(batch.lines)
                batch.inferred.update((start + index, order) for index, order in record.inferred.items())
            if record.missing:
                batch.missing.append((record.missing, place))
            batch.add(record.activity, record.events, place)

    def _has_own_event(self, record: MappedRecord) -> bool:
        """Whether no other record is to have the events of this one."""
        return self._shared is not None and record.activity not in self._shared


class _Ids:
    """The ids of the latest records, with their content."""

    def __init__(self) -> None:
        self._latest: dict[int, int] = {}
        self._earlier: dict[int, int] = {}

    def is_taken(self, record: MappedRecord) -> bool:
        """Whether an earlier record of other content has events of the same ids."""
        first = record.events[0]
        id_ = hash(first[: first.find(_ID_END)])
        content = hash(first if len(record.events) == 1 else tuple(record.events))
        earlier = self._latest.get(id_)
        if earlier is None:
            earlier = self._earlier.get(id_)
        if earlier is not None:
            return earlier != content
        if len(self._latest) >= MOST_IDS:
            self._earlier, self._latest = self._latest, {}
        self._latest[id_] = content
        return False


class _Earliest:
    """The earliest record of every fulfillment; costs a pass over the log."""

    def __init__(self, reader: RecordReader) -> None:
        self._first: dict[tuple[str, str], tuple[float, int]] = {}
        self.number = 0
        for _ in reader.records(Watch(self._note)):
            self.number += 1
        self.number = 0

    def _note(self, order: str, fulfillment: str, time: str) -> bool:
        entry = (instant(time), self.number)
        earlier = self._first.get((order, fulfillment))
        if earlier is None or entry < earlier:
            self._first[order, fulfillment] = entry
        return False

    def is_earliest(self, order: str, fulfillment: str, _: str) -> bool:
        """Whether the present record is."""
        return self._first[order, fulfillment][1] == self.number


def open_records(path: Path, mapping: RuleMapping, size: int = 0) -> RecordLog:
    """The log in a file, of the kind that its content shows.

    Raises BadInputError where it cannot be read, or lacks what the mapping names.
    """
    mapper = RuleMapper(mapping)
    try:
        with open_unpacked(path) as (head, _):
            is_json = begins_as_json(head)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(Problem(f"It cannot be read: {reason}.", str(path))) from error
    return RecordLog(_reader(path, mapper, head, is_json=is_json), mapping, size)


def _reader(path: Path, mapper: RuleMapper, head: bytes, *, is_json: bool) -> RecordReader:
    """The reader for what the first bytes of a file show."""
    mapping, ocel = mapper.mapping, mapper.mapping.ocel
    if head.startswith(SQLITE):
        if mapping.query is not None:
            return SqlRows(path, mapper)
        return OcelRecords(path, mapper, _required(ocel, path, " or a `sql` section with a query"))
    if is_xml(head):
        return _xml_reader(path, mapper, head)
    if foreign := foreign_kind(head):
        raise BadInputError(Problem(f"It is no log that a mapping reads but {foreign}.", str(path)))
    name = path.name.lower().removesuffix(".gz")
    if not is_json and (name.endswith(_CSV_NAMES) or mapping.csv is not None):
        return CsvRows(path, mapper)
    return JsonRecords(path, mapper) if ocel is None else OcelRecords(path, mapper, ocel)


def _xml_reader(path: Path, mapper: RuleMapper, head: bytes) -> RecordReader:
    if _root_of(path) != "log":
        return JsonRecords(path, mapper, xml_documents)
    if _OCEL_XML.search(head):
        return OcelRecords(path, mapper, _required(mapper.mapping.ocel, path))
    return XesRecords(path, mapper)


def _root_of(path: Path) -> str:
    """The name of the root element of a file in XML; empty where none can be read: the reader says why."""
    with suppress(OSError, EOFError, ValueError), open_unpacked(path) as (_, stream):
        return next((tag_of(element) for _, element in elements(stream)), "")
    return ""


def _required(ocel: OcelObjects | None, path: Path, alternative: str = "") -> OcelObjects:
    if ocel is None:
        what = f"The mapping needs an `ocel` section{alternative}: say at least the object type of orders."
        raise BadInputError(Problem(what, str(path)))
    return ocel
