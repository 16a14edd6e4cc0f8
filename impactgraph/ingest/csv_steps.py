"""Entries of a CSV file of order steps, by a mapping. The file is read twice, never as a whole."""

import csv
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_records import Record, csv_records, likely_delimiter
from impactgraph.ingest.mapped import LogEntry, LoggedObject, Skipped, Subject, unplaced_remark
from impactgraph.ingest.mapping import CsvMapping, From, Mapping
from impactgraph.ingest.moments import MomentReader, instant
from impactgraph.ingest.skip_reasons import (
    EMPTY_ROW,
    ID_TWICE,
    MALFORMED,
    NO_ID,
    UNMAPPED,
    WRONG_WIDTH,
)
from impactgraph.ingest.text_files import UndecodableError, open_text
from impactgraph.topology.near import did_you_mean

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""A first line by which spreadsheets name the delimiter."""


@dataclass(slots=True)
class _Order:
    """What the whole file says of an order."""

    parts: dict[str, LoggedObject] = field(default_factory=dict[str, LoggedObject])
    earliest: float = float("inf")
    first_line: int = 0
    """Of its earliest entry."""
    is_placed: bool = False
    """Whether an entry places it by its activity."""


class CsvLog:
    """The entries of one file."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        """Raises BadInputError where a column is missing or the file cannot be read."""
        if mapping.csv is None:
            raise BadInputError(
                Problem(
                    "The mapping has no `csv` section: name at least its columns `activity` and `time`.",
                    str(path),
                )
            )
        self._path, self._mapping, self._columns = path, mapping, mapping.csv
        self._moments = MomentReader(mapping.time_format, mapping.zone)
        self._event_types = mapping.event_types()
        self._part_attributes = [
            value.attribute
            for value in (
                mapping.fulfillment.workflow,
                mapping.fulfillment.location,
                mapping.fulfillment.value,
            )
            if isinstance(value, From)
        ]
        self._read_header()
        self._orders: dict[str, _Order] = {}
        self._repeated_ids: set[int] = set()
        """Lines whose id stands in an earlier row of other content."""
        self._index()

    @contextmanager
    def _lines(self) -> Generator[Iterator[str]]:
        """Lines of the file. Raises BadInputError where it cannot be read."""
        try:
            with open_text(self._path, self._columns.encoding) as lines:
                yield lines
        except UndecodableError as error:
            raise BadInputError(Problem(str(error), str(self._path), error.line)) from error
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInputError(Problem(f"It cannot be read: {reason}.", str(self._path))) from error

    @contextmanager
    def _records(self) -> Generator[Iterator[Record]]:
        """All rows behind the header."""
        with self._lines() as lines:
            yield csv_records(self._after_header(lines), self._delimiter, self._header_lines + 1)

    def _after_header(self, lines: Iterator[str]) -> Iterator[str]:
        for _ in range(self._header_lines):
            next(lines, None)
        return lines

    def _read_header(self) -> None:
        wanted = _wanted_columns(self._mapping, self._columns)
        self._delimiter = self._columns.delimiter or ","
        with self._lines() as lines:
            header = self._header(lines, list(wanted))
        self._check_columns(header, wanted)
        self._names = header
        self._width = len(header)

    def _header(self, lines: Iterator[str], wanted: list[str]) -> list[str]:
        """The names of the columns; sets the delimiter and the number of lines up to the header's end."""
        first = next(lines, "")
        read = 1
        if match := _SEPARATOR_LINE.fullmatch(first):
            self._delimiter = self._columns.delimiter or match[1]
            first = next(lines, "")
            read = 2
        elif self._columns.delimiter is None:
            self._delimiter = likely_delimiter(first, wanted)
        while not first.strip() and (following := next(lines, None)) is not None:
            first = following
            read += 1
        collected = [first]
        while '"' in first and _is_open(collected, self._delimiter) and len(collected) < 20:
            following = next(lines, None)
            if following is None:
                break
            collected.append(following)
            read += 1
        self._header_lines = read
        record = next(csv_records(collected, self._delimiter), None)
        return record.cells if record else []

    def _check_columns(self, header: list[str], wanted: dict[str, str]) -> None:
        if not header:
            what = "It is empty: there is no header with the names of the columns."
            raise BadInputError(Problem(what, str(self._path), self._header_lines))
        problems = [
            Problem(_missing_column(name, place, header), str(self._path), self._header_lines)
            for name, place in wanted.items()
            if name not in header
        ]
        problems += [
            Problem(
                f"The column {name!r} stands {header.count(name)} times: rename the others.",
                str(self._path),
                self._header_lines,
            )
            for name in wanted
            if header.count(name) > 1
        ]
        if problems:
            raise BadInputError(*problems)

    def _index(self) -> None:
        """Reads what entries need to know of the rest of the file."""
        contents: dict[int, int] = {}
        with self._records() as records:
            for record in records:
                row = self._row(record)
                if isinstance(row, Skipped):
                    continue
                if self._columns.id and row[self._columns.id]:
                    content = hash(tuple(record.cells))
                    if contents.setdefault(self._identity(row), content) != content:
                        self._repeated_ids.add(record.line)
                        continue
                self._note_order(row, record.line)

    def _identity(self, row: dict[str, str]) -> int:
        """Equal for rows whose events would have the same ids."""
        types = self._event_types[row[self._columns.activity]]
        return hash((row[self._columns.id or ""], row[self._mapping.order.type], self._part(row), types))

    def _note_order(self, row: dict[str, str], line: int) -> None:
        order = self._orders.setdefault(row[self._mapping.order.type], _Order())
        part = self._part(row)
        if part is not None and part not in order.parts:
            attributes = {name: row[name] for name in self._part_attributes if row[name]}
            order.parts[part] = LoggedObject(part, attributes)
        order.is_placed |= row[self._columns.activity] in self._mapping.order.placed
        if not self._mapping.order.placed:
            at = instant(self._moments.rfc3339(row[self._columns.time]))
            if at < order.earliest or not order.first_line:
                order.earliest, order.first_line = at, line

    def _part(self, row: dict[str, str]) -> str | None:
        """The id that the row's fulfillment will have; None where it names none."""
        mapping = self._mapping.fulfillment
        part = row[mapping.type] if mapping.type else ""
        if not part:
            return None
        if mapping.id is None:
            return part
        order = row[self._mapping.order.type]
        return mapping.id.replace("{order}", order).replace("{fulfillment}", part)

    def _row(self, record: Record) -> dict[str, str] | Skipped:
        """The cells of an entry by column, or why it is passed over."""
        place = f"{self._path}:{record.line}"
        if record.problem:
            return Skipped(f"{MALFORMED}: {record.problem}", "", place)
        cells = record.cells
        if not any(cells):
            return Skipped(EMPTY_ROW, "", place, is_expected=True)
        if len(cells) != self._width:
            if len(cells) > self._width and any(cells[self._width :]):
                reason = f"{MALFORMED}: {WRONG_WIDTH.format(cells=len(cells), columns=self._width)}"
                return Skipped(reason, "", place)
            cells = [*cells, *[""] * (self._width - len(cells))]
        row = dict(zip(self._names, cells, strict=False))
        activity = row[self._columns.activity]
        if activity not in self._event_types:
            return Skipped(UNMAPPED, activity, place, is_expected=bool(activity))
        if not row[self._mapping.order.type]:
            return Skipped(NO_ID, activity, place)
        return row

    def findings(self) -> list[str]:
        """None: a column that is missing is an error."""
        return []

    def remarks(self) -> list[str]:
        """Orders that no entry places, although the mapping says which activities do."""
        if not self._mapping.order.placed:
            return []
        return unplaced_remark([id_ for id_, order in self._orders.items() if not order.is_placed])

    def entries(self) -> Iterator[LogEntry | Skipped]:
        """Every row, in the order of the file."""
        with self._records() as records:
            for record in records:
                row = self._row(record)
                if isinstance(row, Skipped):
                    yield row
                elif record.line in self._repeated_ids:
                    activity = row[self._columns.activity]
                    yield Skipped(ID_TWICE, activity, f"{self._path}:{record.line}")
                else:
                    yield self._entry(row, record.line)

    def _entry(self, row: dict[str, str], line: int) -> LogEntry:
        order_id = row[self._mapping.order.type]
        order = self._orders[order_id]
        part = self._part(row)
        whole = list(order.parts.values()) or [LoggedObject(order_id)]
        subject = Subject(
            LoggedObject(order_id),
            whole if part is None else [LoggedObject(part)],
            whole,
            places=order.first_line == line,
        )
        return LogEntry(
            row[self._columns.id] if self._columns.id else "",
            row[self._columns.activity],
            self._moments.rfc3339(row[self._columns.time]),
            [subject],
            row,
            f"{self._path}:{line}",
        )


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether a quote of the lines is not closed yet."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _wanted_columns(mapping: Mapping, columns: CsvMapping) -> dict[str, str]:
    """Every column that the mapping names, with the field that names it."""
    wanted = {columns.activity: "csv.activity", columns.time: "csv.time", mapping.order.type: "order.type"}
    if columns.id:
        wanted.setdefault(columns.id, "csv.id")
    if mapping.fulfillment.type:
        wanted.setdefault(mapping.fulfillment.type, "fulfillment.type")
    for name, place in mapping.attributes().items():
        wanted.setdefault(name, place)
    return wanted


def _missing_column(name: str, place: str, header: list[str]) -> str:
    shown = ", ".join(header[:30]) + (", ..." if len(header) > 30 else "")
    return (
        f"There is no column {name!r}, which `{place}` of the mapping names; there are {shown}."
        f"{did_you_mean(name, header)}"
    )
