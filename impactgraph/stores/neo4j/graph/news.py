"""What happened to orders since the graph last followed, as rows: of an order how it stands now, of a record each once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.stores.local.copy import Copy
from impactgraph.stores.neo4j.graph.orders import Row, fulfillment_ids, order_rows, part_rows
from impactgraph.stores.state.coding import bounded_micros
from impactgraph.stores.state.kinds import RECORDS, Kind

Records = dict[int, dict[str, list[Row]]]
"""Of each fulfillment by number, its records by the word of their kind."""

_WORDS = {int(kind): record.value for kind, record in RECORDS.items()}
_OF_ALL_PARTS = (Kind.PLACED, Kind.ORDER_CANCELLED)
_TOUCHED = (
    "select distinct order_number from events where seq > ? and seq <= ? and order_number >= 0 order by 1"
)
_PARTS = """
select distinct fulfillment_number from events
where seq > ? and seq <= ? and order_number between ? and ? and order_number in (select number from wanted) and fulfillment_number >= 0
"""
_EVENTS = f"""
select order_number, fulfillment_number, kind, seq, type, time, amount, currency, document, note from events
where seq > ? and seq <= ? and order_number between ? and ? and order_number in (select number from wanted)
  and (order_number <= ? or kind between {int(Kind.POSTING)} and {int(Kind.SUPPLIER_ORDER)})
order by seq
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Events by sequence number, after one and up to another: what came before is in the graph, none of these is."""

    after: int
    until: int


@dataclass(frozen=True, slots=True)
class News:
    """Rows for the statements of `cypher`."""

    created: list[Row]
    """Orders that the graph never had, with `parts`, each with its records by the word of their kind."""
    orders: list[Row]
    """Orders that it may have, and that may be other than they were."""
    parts: list[Row]
    """Fulfillments of orders that it has, or that are among `orders`, which may stand elsewhere than they did."""
    records: dict[str, list[Row]]
    """Records of such fulfillments by the word of their kind, each with the id of its `part`."""


def touched(copy: Copy, window: Window) -> Codes:
    """Numbers of the orders that the events are about; ascending."""
    return copy.record.arrays(_TOUCHED, [window.after, window.until])[0].astype(np.int32)


def known_parts(copy: Copy, window: Window, numbers: Codes, last: int) -> list[str]:
    """Ids of the fulfillments, touched in the window, of those orders that the graph may have: numbers up to `last`."""
    numbers = numbers[numbers <= last]
    if not len(numbers):
        return []
    (parts,) = copy.record.arrays(
        _PARTS, [window.after, window.until, int(numbers[0]), int(numbers[-1])], wanted={"number": numbers}
    )
    return fulfillment_ids(copy, copy.state.instances.fulfillment_rows(parts))


def news_of(copy: Copy, window: Window, numbers: Codes, last: int, lacking: Collection[str]) -> News:
    """Of the orders with these numbers, ascending. The graph has none beyond the number `last`, and not the `lacking` of those that `known_parts` tells.

    The copy must not change meanwhile; it may be ahead of the window. Costs the events of the window and the orders that are new, not what orders had before.
    """
    instances = copy.state.instances
    events = copy.record.arrays(
        _EVENTS,
        [window.after, window.until, int(numbers[0]), int(numbers[-1]), last],
        wanted={"number": numbers},
    )
    order, part, kind = events[:3]
    records = _records(copy, part, kind, events[3:])
    old = order <= last
    named = np.unique(part[old & (part >= 0)])
    rows = instances.fulfillment_rows(named)
    ids = fulfillment_ids(copy, rows)
    strange = np.array([id_ in lacking for id_ in ids], np.bool_)
    moved = np.isin(named, part[old & ~np.isin(kind, list(_WORDS))])
    of_all_parts = instances.order_rows(np.unique(order[old & np.isin(kind, _OF_ALL_PARTS)]))
    orders = np.union1d(
        instances.columns.fulfillments.order[rows[strange]], of_all_parts[of_all_parts >= 0]
    ).astype(np.int32)
    parts = np.union1d(rows[moved | strange], instances.columns.fulfillment_rows(orders)).astype(np.int32)
    return News(
        _created(copy, numbers[numbers > last], records),
        order_rows(copy, orders),
        part_rows(copy, parts),
        _flat(dict(zip(named.tolist(), ids, strict=True)), records),
    )


def _created(copy: Copy, numbers: Codes, records: Records) -> list[Row]:
    instances = copy.state.instances
    rows = instances.order_rows(numbers)
    rows = rows[rows >= 0]
    parts = instances.columns.fulfillment_rows(rows) if len(rows) else rows
    of_parts = instances.fulfillments["number"][parts]
    by_number = np.argsort(of_parts)
    mine: dict[str, list[Row]] = defaultdict(list)
    for number, part in zip(of_parts[by_number].tolist(), part_rows(copy, parts[by_number]), strict=True):
        had = records.get(number, {})
        mine[part.pop("order")].append(part | {word: had.get(word, []) for word in _WORDS.values()})
    found = order_rows(copy, rows)
    for row in found:
        row["parts"] = mine[row["id"]]
    return found


def _flat(ids: dict[int, str], records: Records) -> dict[str, list[Row]]:
    """Those of the fulfillments with these numbers, by the word of their kind."""
    found: dict[str, list[Row]] = defaultdict(list)
    for number in records.keys() & ids.keys():
        for word, rows in records[number].items():
            found[word] += [row | {"part": ids[number]} for row in rows]
    return found


def _records(copy: Copy, part: NDArray[Any], kind: NDArray[Any], columns: list[NDArray[Any]]) -> Records:
    found: Records = defaultdict(lambda: defaultdict(list))
    lexicon = copy.state.lexicon
    types, currencies, notes = (
        lexicon.types.values,
        lexicon.dictionaries.currencies.values,
        lexicon.notes.values,
    )
    told = np.flatnonzero(np.isin(kind, list(_WORDS)))
    for number, which, seq, type_, time, amount, currency, document, note in zip(
        *(column[told].tolist() for column in (part, kind, *columns)), strict=True
    ):
        row: Row = {"seq": seq, "type": types[type_], "at": time}
        match which:
            case Kind.POSTING:
                row["document"] = document or None
                if amount is not None:
                    row |= {
                        "amountMicros": bounded_micros(Decimal(amount)),
                        "currency": currencies[currency] or None,
                    }
            case Kind.NOTIFICATION:
                row["channel"] = notes[note] or None
            case Kind.SUPPLIER_ORDER:
                row["supplier"] = notes[note] or None
            case _:
                pass
        found[number][_WORDS[which]].append(row)
    return found
