"""Tables of the record, derived from the declarations of event columns, and how they are read back as arrays.

Values are stored once in `words` and dictionary-encoded; orders and fulfillments go by number.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import NO_AMOUNT
from impactgraph.columns.declare import Column, Table
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.event_tables import EventDetails, EventRows, PlacedRows, PlacementRows

ODD_AMOUNT = NO_AMOUNT + 1
"""Stands for an amount that SQL cannot convert to millionths exactly."""

FORMAT = "4"
"""Changes whenever the tables or the encoding do."""

_SIMPLE_AMOUNT = "'-?[0-9]{1,12}([.][0-9]{1,6})?'"
"""Amounts that SQL converts exactly; others are read one by one."""
_DERIVED = {
    "amount": f"""case when amount is null then {NO_AMOUNT + 1} - 1
        when regexp_full_match(amount, {_SIMPLE_AMOUNT})
        then cast(cast(amount as decimal(18, 6)) * 1000000 as bigint) else {ODD_AMOUNT} end""",
    "currency": "currency",
    "document": f"""case when coalesce(document, '') = '' or kind <> {int(EventKind.POSTING)} then 0
        else greatest(1, md5_number_lower(document) & 4294967295) end""",
}
"""Columns of `EventRows` that are computed from `EventDetails` when they are read, by their SQL."""
_SQL_NAMES = {"order": "order_number", "fulfillment": "fulfillment_number"}
_SQL_TYPES: dict[Any, str] = {
    np.dtype(np.int32): "integer",
    np.dtype(np.int64): "bigint",
    np.dtype(np.uint8): "utinyint",
    np.dtype(np.object_): "varchar",
}

_EVENTS = tuple(each for each in EventRows.columns() if each.name not in _DERIVED) + EventDetails.columns()
_PLACED = PlacedRows.columns()
_PLACEMENTS = PlacementRows.columns()


def _sql_name(each: Column) -> str:
    return _SQL_NAMES.get(each.name, each.name)


def _definition(columns: tuple[Column, ...], *others: str) -> str:
    """Columns of a table in SQL, with those that are not declared."""
    return ", ".join([*(f"{_sql_name(each)} {_SQL_TYPES[each.dtype]}" for each in columns), *others])


def _selection(columns: tuple[Column, ...], expressions: Mapping[str, str]) -> str:
    """What to select so that the answer has these columns in their order."""
    return ", ".join(
        f"{expressions.get(each.name, _sql_name(each))} as {_sql_name(each)}" for each in columns
    )


_INGEST_TABLES = """
create table ingests (number integer, started_at bigint, files varchar);
create table ingest_reports (number integer, ended_at bigint, report varchar);
create table brought (ingest integer, first bigint, last bigint);
create table brought_aside (ingest integer, number bigint);
create table undos (ingest integer, undone_at bigint, seq bigint);
"""
"""Ingests of files, and what each brought: ranges of sequence numbers of events, numbers of quarantine
entries. `ingest` 0 stands for what came again otherwise, over HTTP. Rows are added and never changed.
"""

_SOURCE_TABLES = """
create table source_positions (source varchar, part varchar, position varchar);
create table source_counts (
  source varchar, taken bigint, repeated bigint, quarantined bigint, passed bigint, last_event_at bigint
);
"""
"""Live sources: how far each part was read, and what came of it in all. A row replaces the one of its key."""

_REMOVAL_TABLES = """
create table forgotten (
  kind varchar, name varchar, high ubigint, low ubigint, removed_at bigint, seq bigint, parts varchar
);
create table retentions (rule varchar, before bigint, removed_at bigint, orders integer, seq bigint);
"""
"""What was removed for good. `forgotten`: hash of the order's id, or of the value of an attribute; `parts`
are the numbers of what held it, as JSON. `retentions`: orders that ended before a moment, by rule. Rows are
added and never changed; each has a sequence number, as an event has.
"""

KEYS: Mapping[str, tuple[str, ...]] = {"source_positions": ("source", "part"), "source_counts": ("source",)}
"""Of tables whose rows are replaced, the columns that identify a row."""

MIGRATIONS: Mapping[str, str] = {
    "1": f"alter table placed add column adds utinyint default 0; {_INGEST_TABLES}",
    "2": f"alter table aside add column origin varchar default ''; {_SOURCE_TABLES}",
    "3": _REMOVAL_TABLES,
}
"""By format, the statements that make the next one of it."""

TABLES = f"""
create table meta (name varchar primary key, value varchar);
create table words (domain varchar, code integer, word varchar);
create table orders (number integer, id varchar, high ubigint, low ubigint);
create table fulfillments (number integer, id varchar, order_number integer, high ubigint, low ubigint);
create table events ({_definition(_EVENTS, "hash ubigint")});
create table placed ({_definition(_PLACED, "exact varchar")});
create table placements ({_definition(_PLACEMENTS, "exact varchar")});
create table aside (
  number bigint, hash ubigint, name_hash ubigint, order_id varchar, source varchar, id varchar,
  reason varchar, text varchar, place varchar, received_at bigint, origin varchar
);
create table topologies (number integer, key varchar, applied_at bigint, elements integer, documents varchar);
{_INGEST_TABLES}
{_SOURCE_TABLES}
{_REMOVAL_TABLES}"""

NUMBERED = ("events", "undos", "forgotten", "retentions")
"""Tables whose rows have sequence numbers."""

EVENT_COLUMNS = _selection(EventRows.columns(), _DERIVED)
PLACED_COLUMNS = _selection(_PLACED, {})
PLACEMENT_COLUMNS = _selection(_PLACEMENTS, {})


def deletions(table: str, columns: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """Statements that remove the rows which these rows replace, with their values."""
    if keys := KEYS.get(table):
        condition = " and ".join(f"{key} = ?" for key in keys)
        for values in zip(*(columns[key].tolist() for key in keys), strict=True):
            yield f"delete from {table} where {condition}", list(values)


def latest_rows(table: str, columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The rows without those that a later one of them replaces."""
    keys = KEYS.get(table)
    if not keys:
        return dict(columns)
    names = zip(*(columns[key].tolist() for key in keys), strict=True)
    rows = list({name: row for row, name in enumerate(names)}.values())
    return {name: column[rows] for name, column in columns.items()}


def event_table(events: EventRows, details: EventDetails) -> dict[str, NDArray[Any]]:
    """Columns of `events` but its hash, by their names in SQL; details replace what is derived from them."""
    return sql_columns(events) | sql_columns(details)


def sql_columns(rows: Table) -> dict[str, NDArray[Any]]:
    """The columns of a table by their names in SQL."""
    return {_sql_name(each): getattr(rows, each.name) for each in rows.columns()}
