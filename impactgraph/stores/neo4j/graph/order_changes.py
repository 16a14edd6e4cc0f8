"""Changes of orders in a window of the log as rows for the graph: orders in their present state, new
records.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Codes
from impactgraph.stores.local.replica import Replica
from impactgraph.stores.neo4j.graph.orders import Row, fulfillment_ids, order_rows, part_rows
from impactgraph.stores.state.encoding import bounded_micros
from impactgraph.stores.state.event_kinds import RECORDS, EventKind

Records = dict[int, dict[str, list[Row]]]
"""Records by fulfillment number and by kind."""

_RECORD_KINDS = {int(kind): record.value for kind, record in RECORDS.items()}
_KINDS_FOR_ALL_PARTS = (EventKind.PLACED, EventKind.ORDER_CANCELLED)
_TOUCHED_ORDERS = "select distinct order_number from events where {window} and order_number >= 0 order by 1"
_FULFILLMENTS = """
select distinct fulfillment_number from events
where {window} and order_number between ? and ? and order_number in (select number from wanted)
  and fulfillment_number >= 0
"""
_EVENTS = f"""
select order_number, fulfillment_number, kind, seq, type, time, amount, currency, document, note from events
where {{window}} and order_number between ? and ? and order_number in (select number from wanted)
  and (order_number <= ? or kind between {int(EventKind.POSTING)} and {int(EventKind.SUPPLIER_ORDER)})
order by seq
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Events to be projected: those with sequence numbers above `after` and up to `until` that are not later
    than `present`, and earlier ones that waited for their time, which came after `since`.
    """

    after: int
    until: int
    since: Millis
    present: Millis

    @property
    def condition(self) -> str:
        """In SQL."""
        came = f"(seq > {self.after} or time > {self.since})"
        return f"seq <= {self.until} and time <= {self.present} and {came}"


@dataclass(frozen=True, slots=True)
class OrderChanges:
    """Rows for the statements of `cypher`; kinds of records by their word."""

    created: list[Row]
    """Orders that are not in the graph, with their `parts`, each with its records by kind."""
    orders: list[Row]
    """Orders that may be in the graph, and may have changed."""
    parts: list[Row]
    """Fulfillments of orders in the graph, or among `orders`, that may have changed."""
    records: dict[str, list[Row]]
    """New records of such fulfillments by kind, each with the id of its `part`."""


def touched_orders(replica: Replica, window: Window) -> Codes:
    """Numbers of the orders with events in the window, ascending."""
    return replica.record.arrays(_TOUCHED_ORDERS.format(window=window.condition))[0].astype(np.int32)


def touched_fulfillment_ids(replica: Replica, window: Window, numbers: Codes, last: int) -> list[str]:
    """Ids of the fulfillments with events in the window, of the orders up to number `last`: those maybe in
    the graph.
    """
    numbers = numbers[numbers <= last]
    if not len(numbers):
        return []
    (parts,) = replica.record.arrays(
        _FULFILLMENTS.format(window=window.condition),
        [int(numbers[0]), int(numbers[-1])],
        wanted={"number": numbers},
    )
    return fulfillment_ids(replica, replica.state.instances.fulfillment_rows(parts))


def order_changes(
    replica: Replica, window: Window, numbers: Codes, last: int, missing: Collection[str]
) -> OrderChanges:
    """Changes of the orders with these numbers, ascending.

    The graph has no orders beyond number `last`, and not the `missing` ones of `touched_fulfillment_ids`. The
    replica must not change meanwhile; it may be ahead of the window. Cost: the events of the window and the
    new orders, whatever the number of earlier events.
    """
    instances = replica.state.instances
    query = _EVENTS.format(window=window.condition)
    bounds = [int(numbers[0]), int(numbers[-1]), last]
    order, part, kind, *details = replica.record.arrays(query, bounds, wanted={"number": numbers})
    records = _records(replica, part, kind, details)
    may_exist = order <= last
    part_numbers = np.unique(part[may_exist & (part >= 0)])
    rows = instances.fulfillment_rows(part_numbers)
    ids = fulfillment_ids(replica, rows)
    is_missing = np.array([id_ in missing for id_ in ids], np.bool_)
    is_record = np.isin(kind, list(_RECORD_KINDS))
    is_moved = np.isin(part_numbers, part[may_exist & ~is_record])
    changed_numbers = np.unique(order[may_exist & np.isin(kind, _KINDS_FOR_ALL_PARTS)])
    changed_orders = instances.order_rows(changed_numbers)
    orders_of_missing = instances.columns.fulfillments.order[rows[is_missing]]
    orders = np.union1d(orders_of_missing, changed_orders[changed_orders >= 0]).astype(np.int32)
    parts = np.union1d(rows[is_moved | is_missing], instances.columns.fulfillment_rows(orders))
    return OrderChanges(
        created=_creations(replica, numbers[numbers > last], records),
        orders=order_rows(replica, orders),
        parts=part_rows(replica, parts.astype(np.int32)),
        records=_flat(dict(zip(part_numbers.tolist(), ids, strict=True)), records),
    )


def _creations(replica: Replica, numbers: Codes, records: Records) -> list[Row]:
    """Rows of new orders, with their fulfillments and records."""
    instances = replica.state.instances
    rows = instances.order_rows(numbers)
    rows = rows[rows >= 0]
    parts = instances.columns.fulfillment_rows(rows) if len(rows) else rows
    part_numbers = instances.fulfillments["number"][parts]
    by_number = np.argsort(part_numbers)
    parts_by_order: dict[str, list[Row]] = defaultdict(list)
    for number, part in zip(
        part_numbers[by_number].tolist(), part_rows(replica, parts[by_number]), strict=True
    ):
        by_kind = records.get(number, {})
        part_records = {word: by_kind.get(word, []) for word in _RECORD_KINDS.values()}
        parts_by_order[part.pop("order")].append(part | part_records)
    orders = order_rows(replica, rows)
    for row in orders:
        row["parts"] = parts_by_order[row["id"]]
    return orders


def _flat(ids: dict[int, str], records: Records) -> dict[str, list[Row]]:
    """Records by kind of the fulfillments whose ids are given by number."""
    flat: dict[str, list[Row]] = defaultdict(list)
    for number in records.keys() & ids.keys():
        for word, rows in records[number].items():
            flat[word] += [row | {"part": ids[number]} for row in rows]
    return flat


def _records(
    replica: Replica, part: NDArray[Any], kind: NDArray[Any], details: list[NDArray[Any]]
) -> Records:
    """`details` are the columns of `_EVENTS` from `seq` on."""
    records: Records = defaultdict(lambda: defaultdict(list))
    words = replica.state.event_dictionaries
    types = words.types.values
    currencies = words.currencies.values
    notes = words.notes.values
    is_record = np.flatnonzero(np.isin(kind, list(_RECORD_KINDS)))
    columns = (column[is_record].tolist() for column in (part, kind, *details))
    for number, kind_code, seq, type_, at, amount, currency, document, note in zip(*columns, strict=True):
        row: Row = {"seq": seq, "type": types[type_], "at": at}
        match kind_code:
            case EventKind.POSTING:
                row["document"] = document or None
                if amount is not None:
                    row["amountMicros"] = bounded_micros(Decimal(amount))
                    row["currency"] = currencies[currency] or None
            case EventKind.NOTIFICATION:
                row["channel"] = notes[note] or None
            case EventKind.SUPPLIER_ORDER:
                row["supplier"] = notes[note] or None
            case _:
                pass
        records[number][_RECORD_KINDS[kind_code]].append(row)
    return records
