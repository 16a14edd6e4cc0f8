"""A CSV file as a table: its header, and its rows by line. It is read in a stream, as often as needed."""

import csv
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_records import QUOTE, Record, csv_records, likely_delimiter
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.skip_reasons import EMPTY_ROW, MALFORMED, WRONG_WIDTH
from impactgraph.ingest.text_files import UndecodableError, open_text
from impactgraph.topology.near import did_you_mean

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""A first line by which spreadsheets name the delimiter."""
_MOST_HEADER_LINES = 20


class CsvTable:
    """The rows of one file."""

    def __init__(
        self,
        path: Path,
        fields: Mapping[str, str],
        *,
        delimiter: str | None = None,
        encoding: str | None = None,
        quote: str | None = None,
    ) -> None:
        """`fields`: the columns that are read, each with the field of the mapping that names it.

        Raises BadInputError where a column is missing or the file cannot be read.
        """
        self._path, self._encoding, self._quote = path, encoding, quote or QUOTE
        self._is_stated = delimiter is not None
        self._delimiter = delimiter or ","
        with self._lines() as lines:
            self.names = self._header(lines, list(fields))
        self._check_columns(fields)
        self._width = len(self.names)

    @contextmanager
    def records(self) -> Generator[Iterator[Record]]:
        """All rows behind the header."""
        with self._lines() as lines:
            for _ in range(self._header_lines):
                next(lines, None)
            yield csv_records(lines, self._delimiter, self._header_lines + 1, quote=self._quote)

    def row(self, record: Record) -> dict[str, str] | Skipped:
        """The cells of a row by column, or why it is passed over."""
        cells = record.cells
        if len(cells) != self._width or not any(cells):
            problem = self._problem(record)
            if problem is not None:
                return problem
            cells = [*cells[: self._width], *[""] * (self._width - len(cells))]
        return dict(zip(self.names, cells, strict=True))

    def _problem(self, record: Record) -> Skipped | None:
        place = f"{self._path}:{record.line}"
        if record.problem:
            return Skipped(f"{MALFORMED}: {record.problem}", "", place)
        if not any(record.cells):
            return Skipped(EMPTY_ROW, "", place, is_expected=True)
        if any(record.cells[self._width :]):
            reason = f"{MALFORMED}: {WRONG_WIDTH.format(cells=len(record.cells), columns=self._width)}"
            return Skipped(reason, "", place)
        return None

    @contextmanager
    def _lines(self) -> Generator[Iterator[str]]:
        """Lines of the file. Raises BadInputError where it cannot be read."""
        try:
            with open_text(self._path, self._encoding) as lines:
                yield lines
        except UndecodableError as error:
            raise BadInputError(Problem(str(error), str(self._path), error.line)) from error
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInputError(Problem(f"It cannot be read: {reason}.", str(self._path))) from error

    def _header(self, lines: Iterator[str], fields: list[str]) -> list[str]:
        """The names of the columns; sets the delimiter and the number of lines up to the header's end."""
        first = next(lines, "")
        read = 1
        if match := _SEPARATOR_LINE.fullmatch(first):
            self._delimiter = self._delimiter if self._is_stated else match[1]
            first = next(lines, "")
            read = 2
        elif not self._is_stated:
            self._delimiter = likely_delimiter(first, fields)
        while not first.strip() and (following := next(lines, None)) is not None:
            first = following
            read += 1
        header_lines = [first]
        while self._quote in first and self._is_open(header_lines) and len(header_lines) < _MOST_HEADER_LINES:
            following = next(lines, None)
            if following is None:
                break
            header_lines.append(following)
            read += 1
        self._header_lines = read
        record = next(csv_records(header_lines, self._delimiter, quote=self._quote), None)
        return record.cells if record else []

    def _is_open(self, lines: list[str]) -> bool:
        """Whether a quote of the lines is not closed yet."""
        try:
            list(csv.reader(lines, delimiter=self._delimiter, quotechar=self._quote, strict=True))
        except csv.Error:
            return True
        return False

    def _check_columns(self, fields: Mapping[str, str]) -> None:
        header, line = self.names, self._header_lines
        if not any(header):
            what = "It is empty: there is no header with the names of the columns."
            raise BadInputError(Problem(what, str(self._path), line))
        problems = [
            missing_column(name, place, header, str(self._path), line)
            for name, place in fields.items()
            if name not in header
        ]
        problems += repeated_columns(fields, header, str(self._path), line)
        if problems:
            raise BadInputError(*problems)


def repeated_columns(
    names: Iterable[str], header: list[str], path: str, line: int | None = None
) -> list[Problem]:
    """A problem for each column of the mapping that is there several times."""
    return [
        Problem(f"The column {name!r} stands {header.count(name)} times: rename the others.", path, line)
        for name in names
        if header.count(name) > 1
    ]


def missing_column(name: str, place: str, header: list[str], path: str, line: int | None = None) -> Problem:
    """The problem that a column of the mapping is not there."""
    shown_text = ", ".join(header[:30]) + (", ..." if len(header) > 30 else "")
    return Problem(
        f"There is no column {name!r}, which `{place}` of the mapping names; there are {shown_text}."
        f"{did_you_mean(name, header)}",
        path,
        line,
    )
