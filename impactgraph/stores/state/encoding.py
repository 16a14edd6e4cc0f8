"""Encodes events: structs to dictionary-encoded rows, with the details that a record stores beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, cast, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from graph_models.money import to_micros
from impactgraph.columns import NO_AMOUNT, Dictionary, Ints, document_code
from impactgraph.columns.declare import Objects, Table
from impactgraph.ingest.events import (
    CancelledData,
    EnteredData,
    Event,
    FailedData,
    FailureData,
    InventoryData,
    ListData,
    NotificationData,
    OrderCancelledData,
    PlacedData,
    PostingData,
    ReroutedData,
    SupplierOrderData,
    TaskData,
)  # fmt: skip
from impactgraph.ingest.journal_events import JournalData
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import KINDS, EventKind
from impactgraph.stores.state.event_tables import EventBatch, EventDetails, EventRows
from impactgraph.stores.state.placement_encoding import PlacementEncoder

_NO_VALUES: dict[str, Any] = {}


@dataclass(frozen=True)
class EncodedBatch:
    """The events of a batch, row by row, with their details."""

    batch: EventBatch
    details: EventDetails
    placed_values: Objects
    """Value of each order.placed, exactly as it was written."""
    placement_values: Objects
    """Value of each of its fulfillments as it was written, None where it states none."""


def event_hashes(names: Sequence[tuple[str, str]]) -> NDArray[np.uint64]:
    """(names,) 64 bits of each (source, id), the same in every process."""
    return np.frombuffer(
        b"".join([blake2b(f"{source}\0{id_}".encode(), digest_size=8).digest() for source, id_ in names]),
        np.uint64,
    )


class _Cells:
    """The cells of a table that are not blank, by column: most columns of most events are."""

    def __init__(self, kind: type[Table]) -> None:
        self._columns = {each.name: each for each in kind.columns()}
        self._cells: dict[str, list[tuple[Ints, Sequence[Any]]]] = {}

    def put(self, name: str, rows: Ints, values: Sequence[Any]) -> None:
        """Puts values into rows of a column."""
        self._cells.setdefault(name, []).append((rows, values))

    def fill(self, table: Table) -> None:
        """Writes the cells into a table of blank rows."""
        for name, parts in self._cells.items():
            array, is_object = getattr(table, name), self._columns[name].dtype == np.object_
            for rows, values in parts:
                array[rows] = np.array(values, np.object_ if is_object else np.int64)


class EventEncoder:
    """Encodes a batch, column by column for all events of a type. `orders` and `fulfillments` give the number
    of every key that it names.
    """

    def __init__(
        self,
        dictionaries: EventDictionaries,
        orders: Mapping[str, int],
        fulfillments: Mapping[str, int],
    ) -> None:
        self._dictionaries = dictionaries
        self._orders = orders
        self._fulfillments = fulfillments
        self._placements = PlacementEncoder(dictionaries, orders, fulfillments)
        self._rows = _Cells(EventRows)
        self._details = _Cells(EventDetails)
        self._extra: dict[int, dict[str, Any]] = {}
        """What events state beyond their columns, by row."""
        self._encoders: dict[type, Callable[[Ints, list[Any]], None]] = {
            PlacedData: self._placed_orders,
            EnteredData: self._places,
            FailedData: self._step_failures,
            ReroutedData: self._reroutes,
            CancelledData: self._cancellations,
            OrderCancelledData: self._order_cancellations,
            PostingData: self._postings,
            NotificationData: self._notifications,
            TaskData: self._types,
            SupplierOrderData: self._supplier_orders,
            InventoryData: self._inventories,
            FailureData: self._failures,
            ListData: self._lists,
            **dict.fromkeys(get_args(JournalData), self._journal),
        }

    def encode(
        self, first_seq: int, events: Sequence[Event], extras: Sequence[dict[str, Any] | None]
    ) -> EncodedBatch:
        """The events under the sequence numbers from `first_seq` on; `extras` are the attributes of each that
        its type does not know.
        """
        count = len(events)
        rows, details = EventRows.blank(count), EventDetails.blank(count)
        rows.seq[:] = np.arange(first_seq, first_seq + count)
        rows.time[:] = _millis([event.time for event in events])
        details.source[:] = self._dictionaries.sources.encode_all([event.source for event in events])
        details.id[:] = [event.id for event in events]
        for type_, (indices, data) in _by_type(events).items():
            rows.kind[indices] = KINDS[str(type_.__struct_config__.tag)]
            self._put_numbers(indices, data)
            if encode := self._encoders.get(data[0].__class__):
                encode(indices, data)
        self._rows.fill(rows)
        self._put_extra(events, extras)
        self._details.fill(details)
        placed = np.flatnonzero(rows.kind == EventKind.PLACED)
        data = [cast("PlacedData", events[row].data) for row in placed.tolist()]
        encoded_placements = self._placements.encode(rows.seq[placed], rows.time[placed], data)
        batch = EventBatch(rows, encoded_placements.placed, encoded_placements.placements)
        return EncodedBatch(batch, details, encoded_placements.order_values, encoded_placements.part_values)

    def _put_numbers(self, rows: Ints, data: list[Any]) -> None:
        """Numbers of the order and the fulfillment that each event names."""
        kind: type[msgspec.Struct] = data[0].__class__
        if "order" in kind.__struct_fields__:
            orders = self._orders
            self._rows.put("order", rows, [orders[each.order] for each in data])
        if "fulfillment" in kind.__struct_fields__ and kind is not OrderCancelledData:
            fulfillments = self._fulfillments
            self._rows.put("fulfillment", rows, [fulfillments[each.fulfillment] for each in data])

    def _put_extra(self, events: Sequence[Event], extras: Sequence[dict[str, Any] | None]) -> None:
        for row, event in enumerate(events):
            if event.datacontenttype not in (None, "application/json"):
                self._add_extra(row, {"datacontenttype": event.datacontenttype})
        for row, extra in enumerate(extras):
            if extra:
                self._add_extra(row, extra)
        texts = [_json(extra) for extra in self._extra.values()]
        self._details.put("extra", np.array(list(self._extra), np.int64), texts)

    def _add_extra(self, row: int, extra: dict[str, Any]) -> None:
        self._extra[row] = self._extra.get(row, _NO_VALUES) | extra

    def _put_codes(self, name: str, words: Dictionary, rows: Ints, texts: Sequence[str | None]) -> None:
        self._rows.put(name, rows, words.encode_all(texts))

    def _places(self, rows: Ints, data: Sequence[EnteredData | ReroutedData]) -> None:
        self._put_codes("step", self._dictionaries.steps, rows, [each.step for each in data])
        self._put_codes("location", self._dictionaries.locations, rows, [each.location for each in data])

    def _step_failures(self, rows: Ints, data: list[FailedData]) -> None:
        dictionaries = self._dictionaries
        self._put_codes("step", dictionaries.steps, rows, [each.step for each in data])
        self._put_codes("code", dictionaries.fail_codes, rows, [each.code for each in data])
        self._put_codes("element", dictionaries.elements, rows, [each.element for each in data])
        self._put_statements(rows, data, ("message",))

    def _reroutes(self, rows: Ints, data: list[ReroutedData]) -> None:
        self._places(rows, data)
        codes = self._dictionaries.workflow_codes
        self._rows.put("workflow", rows, [codes[each.workflow] for each in data])

    def _cancellations(self, rows: Ints, data: list[CancelledData]) -> None:
        self._put_statements(rows, data, ("reason",))

    def _order_cancellations(self, rows: Ints, data: list[OrderCancelledData]) -> None:
        self._put_statements(rows, data, ("reason", "fulfillment"))

    def _put_statements(self, rows: Ints, data: Sequence[Any], names: tuple[str, ...]) -> None:
        """Texts that have no column."""
        for row, each in zip(rows.tolist(), data, strict=True):
            if statements := {name: value for name in names if (value := getattr(each, name))}:
                self._extra[row] = statements

    def _postings(self, rows: Ints, data: list[PostingData]) -> None:
        self._types(rows, data)
        currencies = self._dictionaries.currencies.encode_all([each.currency for each in data])
        self._rows.put("currency", rows, currencies)
        self._details.put("currency", rows, currencies)
        self._rows.put("document", rows, [document_code(each.document) for each in data])
        self._details.put("document", rows, [each.document for each in data])
        self._put_amounts(rows, [each.amount for each in data])

    def _put_amounts(self, rows: Ints, amounts: Sequence[Decimal | None]) -> None:
        stated_amounts = [amount for amount in amounts if amount is not None]
        rows_with = rows[np.array([amount is not None for amount in amounts], np.bool_)]
        self._rows.put("amount", rows_with, [bounded_micros(amount) for amount in stated_amounts])
        self._details.put("amount", rows_with, [str(amount) for amount in stated_amounts])

    def _types(
        self, rows: Ints, data: Sequence[PostingData | NotificationData | TaskData | SupplierOrderData]
    ) -> None:
        self._put_codes("type", self._dictionaries.types, rows, [each.type for each in data])

    def _put_notes(self, rows: Ints, notes: Sequence[str | None]) -> None:
        self._details.put("note", rows, self._dictionaries.notes.encode_all(notes))

    def _notifications(self, rows: Ints, data: list[NotificationData]) -> None:
        self._types(rows, data)
        self._put_notes(rows, [each.channel for each in data])

    def _supplier_orders(self, rows: Ints, data: list[SupplierOrderData]) -> None:
        self._types(rows, data)
        self._put_notes(rows, [each.supplier for each in data])

    def _inventories(self, rows: Ints, data: list[InventoryData]) -> None:
        self._put_codes("location", self._dictionaries.locations, rows, [each.location for each in data])
        self._put_amounts(rows, [each.on_hand for each in data])
        self._put_statements(rows, data, ("item", "system"))

    def _failures(self, rows: Ints, data: list[FailureData]) -> None:
        self._details.put("document", rows, [each.failure for each in data])
        self._put_whole("failure", rows, data)

    def _lists(self, rows: Ints, data: list[ListData]) -> None:
        self._details.put("document", rows, [each.key for each in data])
        self._put_whole("list", rows, data)

    def _journal(self, rows: Ints, data: list[JournalData]) -> None:
        self._put_whole("journal", rows, data)

    def _put_whole(self, name: str, rows: Ints, data: Sequence[FailureData | ListData | JournalData]) -> None:
        for row, each in zip(rows.tolist(), data, strict=True):
            self._extra[row] = {name: msgspec.Raw(msgspec.json.encode(each))}

    def _placed_orders(self, rows: Ints, data: list[PlacedData]) -> None:
        """Texts of attributes are stored with the order; other values are stored as they are, too."""
        for row, each in zip(rows.tolist(), data, strict=True):
            if each.attributes and any(not isinstance(value, str) for value in each.attributes.values()):
                self._extra[row] = {"attributes": each.attributes}


def _by_type(events: Sequence[Event]) -> dict[type[Event], tuple[Ints, list[Any]]]:
    """Rows and data of the events of each type."""
    rows_by_type: dict[type[Event], list[int]] = {}
    for row, kind in enumerate(map(type, events)):
        rows = rows_by_type.get(kind)
        if rows is None:
            rows = rows_by_type[kind] = []
        rows.append(row)
    return {
        kind: (np.array(rows, np.int64), [events[row].data for row in rows])
        for kind, rows in rows_by_type.items()
    }


def _millis(moments: Sequence[datetime]) -> Ints:
    """As `moment_millis`, of many."""
    seconds = [(at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() for at in moments]
    return np.rint(np.array(seconds, np.float64) * 1_000_000).astype(np.int64) // 1000


def bounded_micros(amount: Decimal) -> int:
    """As `to_micros`, limited to what a column can hold; NO_AMOUNT of what is no number."""
    if not amount.is_finite():
        return NO_AMOUNT
    return max(NO_AMOUNT + 2, min(to_micros(amount), -NO_AMOUNT - 1))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
