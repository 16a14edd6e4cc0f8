"""Rows of CSV files as records."""

from collections.abc import Iterator
from pathlib import Path

from impactgraph.ingest.csv_table import CsvTable
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.rules import CsvRecords


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
        map_record, path = self._mapper.map_record, str(self._path)
        with self._table.records() as records:
            for record in records:
                row = self._table.row(record)
                place = f"{path}:{record.line}"
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
