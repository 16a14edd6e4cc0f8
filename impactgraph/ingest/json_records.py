"""Records of JSON documents in a file, and of XML that is read as such."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, cast

from impactgraph.ingest.expressions import Notes
from impactgraph.ingest.json_documents import Document, json_documents
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.record_reader import fields_not_there, readable
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.text_files import begins_as_json, open_unpacked

MOST_NAMES = 1_000
"""Names of fields that are kept: memory has a limit."""

MOST_SHOWN = 12
"""Names of fields in a message."""


class JsonRecords:
    """Records of JSON documents."""

    def __init__(
        self,
        path: Path,
        mapper: RuleMapper,
        documents: Callable[[Path], Iterator[Document | Skipped]] = json_documents,
    ) -> None:
        self._path, self._mapper, self._documents = path, mapper, documents
        self._wanted = set(mapper.mapping.names())
        """Fields of the mapping that no record had so far."""
        self._is_read = self._has_json = False
        """Whether the file has something, and whether something of it is JSON."""
        self._names: set[str] = set()
        """Fields of the first records, for near names."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        with readable(self._path):
            for document in self._documents(self._path):
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

    @property
    def _has_no_field(self) -> bool:
        """Whether no record has a field that the mapping names."""
        return bool(self._wanted) and self._wanted >= self._mapper.mapping.names().keys()

    def findings(self) -> list[str]:
        """That the file is no JSON at all, or has the records elsewhere; fields may be left out of JSON."""
        if self._names and self._has_no_field:
            return [_records_elsewhere(self._names)]
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
        if self._has_no_field:
            return []
        names = {*self._names, *self._mapper.mapping.names()} - self._wanted
        return fields_not_there(self._mapper.mapping, names, "record")


def _records_elsewhere(names: Collection[str]) -> str:
    first, *others = sorted(names)
    what = ", ".join([first, *others[:MOST_SHOWN]]) + (", ..." if len(others) > MOST_SHOWN else "")
    return (
        f"no record has a field that the mapping names; there are {what}. Where the records are deeper in "
        f"the document, set `json: {{records: ...}}` in the mapping, such as '{first}' or '{first}[]'."
    )
