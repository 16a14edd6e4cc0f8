"""Readers of records: rows of CSV files and JSON documents, mapped one by one in a stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_table import CsvTable
from impactgraph.ingest.expressions import Notes
from impactgraph.ingest.json_documents import json_documents
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.rules import CsvRecords
from impactgraph.ingest.skip_reasons import NO_RECORD
from impactgraph.topology.near import did_you_mean


class RecordReader(Protocol):
    """Reads the records of a log, as often as asked for."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """(place, record) of each. Raises BadInputError where the log cannot be read."""
        ...

    def findings(self) -> list[str]:
        """What of the mapping the log lacks, a sentence each; once it was read."""
        ...

    def remarks(self) -> list[str]:
        """What may be as it should; once it was read."""
        ...


class CsvRows:
    """Rows of a CSV file."""

    def __init__(self, path: Path, mapper: RuleMapper) -> None:
        """Raises BadInputError where a column is missing or the file cannot be read."""
        form = mapper.mapping.csv or CsvRecords()
        self._path, self._mapper = path, mapper
        self._table = CsvTable(
            path,
            mapper.mapping.names(),
            delimiter=form.delimiter,
            encoding=form.encoding,
            quote=form.quote,
        )

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        map_record = self._mapper.map_record
        with self._table.records() as records:
            for record in records:
                row = self._table.row(record)
                place = f"{self._path}:{record.line}"
                yield (
                    place,
                    MappedRecord("", (), row) if isinstance(row, Skipped) else map_record(row, place, watch),
                )

    def findings(self) -> list[str]:
        """None: a column that is missing is an error."""
        return []

    def remarks(self) -> list[str]:
        """None."""
        return []


class JsonRecords:
    """Records of JSON documents."""

    def __init__(self, path: Path, mapper: RuleMapper) -> None:
        self._path, self._mapper = path, mapper
        self._names: set[str] = set()
        """Fields of any record."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        try:
            for document in json_documents(self._path):
                if isinstance(document, Skipped):
                    yield document.place, MappedRecord("", (), document)
                else:
                    yield from self._of_document(*document, watch)
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInputError(Problem(f"It cannot be read: {reason}.", str(self._path))) from error

    def _of_document(self, document: Any, place: str, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        notes: Notes = []
        is_empty = True
        for record, at in self._mapper.records(document, place, notes):
            is_empty = False
            if isinstance(record, dict):
                self._names.update(cast("dict[str, Any]", record))
            yield at, self._mapper.map_record(record, at, watch)
        if is_empty:
            reason = notes[0].rstrip(".") if notes else NO_RECORD
            yield place, MappedRecord("", (), Skipped(reason, "", place))

    def findings(self) -> list[str]:
        """None: fields may be left out of JSON."""
        return []

    def remarks(self) -> list[str]:
        """Fields of the mapping that no record has."""
        return [
            f"no record has the field {name!r}, which `{place}` of the mapping names."
            f"{did_you_mean(name, self._names)}"
            for name, place in self._mapper.mapping.names().items()
            if name not in self._names
        ]
