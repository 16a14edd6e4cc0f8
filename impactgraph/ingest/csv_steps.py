"""Events of a CSV file of order steps, by a mapping. The file is read twice, never as a whole."""

import csv
import gzip
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.mapped import LogEntry, LoggedObject, OrderIndex, cloud_events
from impactgraph.ingest.mapping import CsvMapping, From, Mapping


def csv_events(path: Path, mapping: Mapping) -> Iterator[tuple[bytes, str]]:
    """(event, `file:line`) of every mapped row.

    Raises BadInputError where a column is missing or the file cannot be read.
    """
    columns = mapping.csv
    if columns is None:
        raise BadInputError(
            Problem(
                "The mapping has no `csv` section: name at least its columns `activity` and `time`.",
                str(path),
            )
        )
    _check_columns(path, mapping, columns)
    yield from cloud_events(_entries(path, mapping, columns), mapping, _order_index(path, mapping, columns))


@contextmanager
def _open(path: Path) -> Generator[TextIO]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig", newline="") as file
        ):
            yield file
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(
            Problem(f"It cannot be read: {getattr(error, 'strerror', None) or error}.", str(path))
        ) from error


def _check_columns(path: Path, mapping: Mapping, columns: CsvMapping) -> None:
    with _open(path) as file:
        header = next(csv.reader(file, delimiter=columns.delimiter), list[str]())
    required_names = [
        columns.activity,
        columns.time,
        mapping.order.type,
        *filter(None, (columns.id, mapping.fulfillment.type)),
    ]
    missing = [name for name in required_names if name not in header]
    if missing:
        raise BadInputError(
            *(
                Problem(f"There is no column {name!r}; there are {', '.join(header)}.", str(path), 1)
                for name in missing
            )
        )


def _entries(path: Path, mapping: Mapping, columns: CsvMapping) -> Iterator[LogEntry]:
    with _open(path) as file:
        rows = csv.DictReader(file, delimiter=columns.delimiter)
        for row in rows:
            if order := row.get(mapping.order.type):
                part = row.get(mapping.fulfillment.type) if mapping.fulfillment.type else None
                parts = [LoggedObject(part)] if part else []
                place = f"{path}:{rows.line_num}"
                yield LogEntry(
                    row.get(columns.id or "") or "",
                    row[columns.activity],
                    row[columns.time],
                    LoggedObject(order),
                    parts,
                    row,
                    place,
                )


def _order_index(path: Path, mapping: Mapping, columns: CsvMapping) -> OrderIndex:
    """The fulfillments of each order with the attributes of their first row, and the placed orders."""
    index = OrderIndex()
    for entry in _entries(path, mapping, columns):
        parts = index.fulfillments.setdefault(entry.order.id, {})
        for part in entry.fulfillments:
            if part.id not in parts:
                parts[part.id] = LoggedObject(
                    part.id,
                    {
                        name: entry.attributes[name]
                        for name in _fulfillment_attributes(mapping)
                        if entry.attributes.get(name)
                    },
                )
        if entry.activity in mapping.order.placed:
            index.placements.add(entry.order.id)
    return index


def _fulfillment_attributes(mapping: Mapping) -> list[str]:
    values = (mapping.fulfillment.workflow, mapping.fulfillment.location, mapping.fulfillment.value)
    return [value.attribute for value in values if isinstance(value, From)]
