"""Rows of a query over a SQLite database as records."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_table import missing_column, repeated_columns
from impactgraph.ingest.ocel import sqlite_copy
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.record_reader import readable
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.text_files import SQLITE, open_unpacked


class SqlRows:
    """Rows of the query of a mapping."""

    def __init__(self, path: Path, mapper: RuleMapper) -> None:
        self._path, self._mapper = path, mapper

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        with readable(self._path):
            with self._path.open("rb") as file:
                is_plain = file.read(len(SQLITE)) == SQLITE
            if is_plain:
                yield from self._rows(self._path, watch)
                return
            with open_unpacked(self._path) as (_, stream), sqlite_copy(stream) as copy:
                yield from self._rows(copy, watch)

    def _rows(self, path: Path, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        query = self._mapper.mapping.query or ""
        try:
            address = f"file:{quote(str(path))}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as connection:
                cursor = connection.execute(query)
                names = [str(column[0]) for column in cursor.description or ()]
                self._check_columns(names)
                for number, cells in enumerate(cursor, 1):
                    place = f"{self._path}: row {number}"
                    row = dict(zip(names, cells, strict=True))
                    yield place, self._mapper.map_record(row, place, watch)
        except sqlite3.Error as error:
            what = f"The query of the mapping (`sql.query`) cannot be run: {str(error).rstrip('.')}."
            raise BadInputError(Problem(what, str(self._path))) from error

    def _check_columns(self, names: list[str]) -> None:
        """Raises BadInputError where one of the mapping is missing, or is there several times."""
        fields = self._mapper.mapping.names()
        problems = [
            missing_column(name, place, names, str(self._path))
            for name, place in fields.items()
            if name not in names
        ]
        problems += repeated_columns(fields, names, str(self._path))
        if problems:
            raise BadInputError(*problems)

    def findings(self) -> list[str]:
        """None: a column that is missing is an error."""
        return []

    def remarks(self) -> list[str]:
        """None."""
        return []
