"""Entries of a CSV file of order steps, by a mapping. The file is read twice, never as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_records import Record
from impactgraph.ingest.csv_table import CsvTable
from impactgraph.ingest.mapped import LogEntry, LoggedObject, Skipped, Subject, unplaced_remark
from impactgraph.ingest.mapping import CsvMapping, From, Mapping
from impactgraph.ingest.moments import MomentReader, instant
from impactgraph.ingest.skip_reasons import ID_TWICE, NO_ID, UNMAPPED


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
        self._table = CsvTable(
            path,
            _wanted_columns(mapping, mapping.csv),
            delimiter=mapping.csv.delimiter,
            encoding=mapping.csv.encoding,
        )
        self._orders: dict[str, _Order] = {}
        self._repeated_ids: set[int] = set()
        """Lines whose id stands in an earlier row of other content."""
        self._index()

    def _index(self) -> None:
        """Reads what entries need to know of the rest of the file."""
        contents: dict[int, int] = {}
        with self._table.records() as records:
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
        row = self._table.row(record)
        if isinstance(row, Skipped):
            return row
        activity = row[self._columns.activity]
        place = f"{self._path}:{record.line}"
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
        with self._table.records() as records:
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


def _wanted_columns(mapping: Mapping, columns: CsvMapping) -> dict[str, str]:
    """Every column that the mapping names, with the field that names it."""
    columns_by_field = {
        columns.activity: "csv.activity",
        columns.time: "csv.time",
        mapping.order.type: "order.type",
    }
    if columns.id:
        columns_by_field.setdefault(columns.id, "csv.id")
    if mapping.fulfillment.type:
        columns_by_field.setdefault(mapping.fulfillment.type, "fulfillment.type")
    for name, place in mapping.attributes().items():
        columns_by_field.setdefault(name, place)
    return columns_by_field
