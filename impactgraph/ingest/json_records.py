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
from impactgraph.ingest.text_files import begins_as_json, open_unpacked

MOST_NAMES = 1_000
"""Names of fields that are kept: memory has a limit."""


class JsonRecords:
    """Records of JSON documents."""

    def __init__(self, path: Path, mapper: RuleMapper) -> None:
        self._path, self._mapper = path, mapper
        self._wanted = set(mapper.mapping.names())
        """Fields of the mapping that no record had so far."""
        self._is_read = self._has_json = False
        """Whether the file has something, and whether something of it is JSON."""
        self._names: set[str] = set()
        """Fields of the first records, for near names."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        with readable(self._path):
            for document in json_documents(self._path):
                self._is_read = True
                if isinstance(document, Skipped):
                    yield document.place, MappedRecord("", (), document)
                else:
                    self._has_json = True
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
            yield place, self._mapper.without_records(place, notes)

    def _note(self, record: dict[str, Any]) -> None:
        if self._wanted:
            self._wanted.difference_update(record)
        if len(self._names) < MOST_NAMES:
            self._names.update(record)

    def findings(self) -> list[str]:
        """That the file is no JSON at all; fields may be left out of JSON."""
        if self._has_json or not self._is_read or self._begins_as_json():
            return []
        return [
            "nothing in the file is JSON: a CSV file has a name that ends in .csv, or `csv` in the mapping."
        ]

    def _begins_as_json(self) -> bool:
        with readable(self._path), open_unpacked(self._path) as (head, _):
            return begins_as_json(head)

    def remarks(self) -> list[str]:
        """Fields of the mapping that no record has."""
        names = {*self._names, *self._mapper.mapping.names()} - self._wanted
        return fields_not_there(self._mapper.mapping, names, "record")
