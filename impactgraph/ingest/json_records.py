"""Records of JSON documents in a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from impactgraph.ingest.expressions import Notes
from impactgraph.ingest.json_documents import json_documents
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.record_reader import fields_not_there, readable
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.skip_reasons import NO_RECORD

MOST_NAMES = 1_000
"""Names of fields that are kept: memory has a limit."""


class JsonRecords:
    """Records of JSON documents."""

    def __init__(self, path: Path, mapper: RuleMapper) -> None:
        self._path, self._mapper = path, mapper
        self._wanted = set(mapper.mapping.names())
        """Fields of the mapping that no record had so far."""
        self._names: set[str] = set()
        """Fields of the first records, for near names."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        with readable(self._path):
            for document in json_documents(self._path):
                if isinstance(document, Skipped):
                    yield document.place, MappedRecord("", (), document)
                else:
                    yield from self._of_document(*document, watch)

    def _of_document(self, document: Any, place: str, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        notes: Notes = []
        is_empty = True
        for record, at in self._mapper.records(document, place, notes):
            is_empty = False
            if isinstance(record, dict):
                self._note(cast("dict[str, Any]", record))
            yield at, self._mapper.map_record(record, at, watch)
        if is_empty:
            reason = notes[0].rstrip(".") if notes else NO_RECORD
            yield place, MappedRecord("", (), Skipped(reason, "", place))

    def _note(self, record: dict[str, Any]) -> None:
        if self._wanted:
            self._wanted.difference_update(record)
        if len(self._names) < MOST_NAMES:
            self._names.update(record)

    def findings(self) -> list[str]:
        """None: fields may be left out of JSON."""
        return []

    def remarks(self) -> list[str]:
        """Fields of the mapping that no record has."""
        names = {*self._names, *self._mapper.mapping.names()} - self._wanted
        return fields_not_there(self._mapper.mapping, names, "record")
