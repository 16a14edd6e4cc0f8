"""Encodes events: structs to dictionary-encoded rows, with the details that a record stores beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar, cast, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from graph_models.money import equal_shares, to_micros
from impactgraph.columns import NO_AMOUNT, document_code
from impactgraph.columns.declare import Column, Objects, Table
from impactgraph.columns.tables import OrderTerms
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.events import (
    CancelledData,
    CompletedData,
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
)
from impactgraph.ingest.journal_events import JournalData
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import KINDS
from impactgraph.stores.state.event_tables import (
    EventBatch,
    EventDetails,
    EventRows,
    PlacedRows,
    PlacementRows,
)

T = TypeVar("T", bound=Table)

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


class _Encoding(NamedTuple):
    """What an event states, beyond what every event does: columns that are not among them are blank."""

    row: dict[str, int] = _NO_VALUES
    details: dict[str, Any] = _NO_VALUES
    extra: dict[str, Any] | None = None


def event_hashes(names: Sequence[tuple[str, str]]) -> NDArray[np.uint64]:
    """(names,) 64 bits of each (source, id), the same in every process."""
    return np.frombuffer(
        b"".join([blake2b(f"{source}\0{id_}".encode(), digest_size=8).digest() for source, id_ in names]),
        np.uint64,
    )


@dataclass
class _Rows:
    """Rows of a table as tuples, in the order of its declarations."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    def __post_init__(self) -> None:
        self._blank = {each.name: None if each.dtype == np.object_ else each.blank for each in self.columns}

    def add(self, values: dict[str, Any]) -> None:
        """Adds a row; columns that are not among the values are blank."""
        self.rows.append(tuple((self._blank | values).values()))

    def table(self, kind: type[T]) -> T:
        if not self.rows:
            return kind.empty()
        arrays = [
            _array(each, values)
            for each, values in zip(self.columns, zip(*self.rows, strict=True), strict=True)
        ]
        return kind.from_arrays(arrays)


def _array(each: Column, values: Sequence[Any]) -> NDArray[Any]:
    return np.array(values, np.object_ if each.dtype == np.object_ else np.int64)


class EventEncoder:
    """Encodes a batch. `orders` and `fulfillments` give the number of every key that it names."""

    def __init__(
        self,
        dictionaries: EventDictionaries,
        orders: Mapping[str, int],
        fulfillments: Mapping[str, int],
    ) -> None:
        self._dictionaries = dictionaries
        self._orders = orders
        self._fulfillments = fulfillments
        self._rows = _Rows(EventRows.columns())
        self._details = _Rows(EventDetails.columns())
        self._placed_orders = _Rows(PlacedRows.columns())
        self._placements = _Rows(PlacementRows.columns())
        self._placed_values: list[str] = []
        self._placement_values: list[str | None] = []
        self._order_terms = [(each, self._encoder_of(each)) for each in OrderTerms.columns()]
        self._encoders: dict[type, Callable[[Any], _Encoding]] = {
            PlacedData: self._placed_order,
            EnteredData: self._entry,
            CompletedData: self._completion,
            FailedData: self._step_failure,
            ReroutedData: self._reroute,
            CancelledData: self._cancellation,
            OrderCancelledData: self._order_cancellation,
            PostingData: self._posting,
            NotificationData: self._notification,
            TaskData: self._task,
            SupplierOrderData: self._supplier_order,
            InventoryData: self._inventory,
            FailureData: self._failure,
            ListData: self._list,
            **dict.fromkeys(get_args(JournalData), self._journal),
        }

    def add(self, seq: int, event: Event, extra: dict[str, Any] | None) -> None:
        """Encodes an event under its sequence number; `extra` are the attributes that the event type does not
        know.
        """
        head = {"seq": seq, "time": moment_millis(event.time)}
        data: Any = event.data
        encoding = self._encoders[type(data)](data)
        if isinstance(data, PlacedData):
            self._add_placement(head | {"order": self._orders[data.order]}, data)
        if event.datacontenttype not in (None, "application/json"):
            extra = {"datacontenttype": event.datacontenttype, **(extra or {})}
        self._rows.add(head | {"kind": int(KINDS[event.type])} | self._numbers(data) | encoding.row)
        name = {"source": self._dictionaries.sources.encode(event.source), "id": event.id}
        rest = (encoding.extra or {}) | (extra or {})
        self._details.add(name | encoding.details | {"extra": _json(rest) if rest else None})

    def encoded_batch(self) -> EncodedBatch:
        """Everything that was added."""
        batch = EventBatch(
            self._rows.table(EventRows),
            self._placed_orders.table(PlacedRows),
            self._placements.table(PlacementRows),
        )
        return EncodedBatch(
            batch,
            self._details.table(EventDetails),
            _objects(self._placed_values),
            _objects(self._placement_values),
        )

    def _numbers(self, data: Any) -> dict[str, int]:
        """Numbers of the order and the fulfillment that the event names."""
        numbers: dict[str, int] = {}
        if hasattr(data, "order"):
            numbers["order"] = self._orders[data.order]
        fulfillment = getattr(data, "fulfillment", None)
        if fulfillment and not isinstance(data, OrderCancelledData):
            numbers["fulfillment"] = self._fulfillments[fulfillment]
        return numbers

    def _completion(self, data: CompletedData) -> _Encoding:
        return _Encoding()

    def _entry(self, data: EnteredData) -> _Encoding:
        return _Encoding(self._place(data))

    def _place(self, data: EnteredData | ReroutedData) -> dict[str, int]:
        step = self._dictionaries.steps.encode(data.step)
        return {"step": step, "location": self._dictionaries.locations.encode(data.location)}

    def _step_failure(self, data: FailedData) -> _Encoding:
        dictionaries = self._dictionaries
        row = {
            "step": dictionaries.steps.encode(data.step),
            "code": dictionaries.fail_codes.encode(data.code),
            "element": dictionaries.elements.encode(data.element),
        }
        return _Encoding(row, extra={"message": data.message} if data.message else None)

    def _reroute(self, data: ReroutedData) -> _Encoding:
        return _Encoding(self._place(data) | {"workflow": self._dictionaries.workflow_codes[data.workflow]})

    def _cancellation(self, data: CancelledData) -> _Encoding:
        return _Encoding(extra={"reason": data.reason} if data.reason else None)

    def _order_cancellation(self, data: OrderCancelledData) -> _Encoding:
        statement = {"reason": data.reason, "fulfillment": data.fulfillment}
        return _Encoding(extra={name: value for name, value in statement.items() if value})

    def _posting(self, data: PostingData) -> _Encoding:
        currency = self._dictionaries.currencies.encode(data.currency)
        row = self._type(data) | {"currency": currency, "document": document_code(data.document)}
        if data.amount is None:
            return _Encoding(row, {"currency": currency, "document": data.document})
        row["amount"] = bounded_micros(data.amount)
        details = {"amount": str(data.amount), "currency": currency, "document": data.document}
        return _Encoding(row, details)

    def _type(self, data: PostingData | NotificationData | TaskData | SupplierOrderData) -> dict[str, int]:
        return {"type": self._dictionaries.types.encode(data.type)}

    def _notification(self, data: NotificationData) -> _Encoding:
        return _Encoding(self._type(data), {"note": self._dictionaries.notes.encode(data.channel)})

    def _task(self, data: TaskData) -> _Encoding:
        return _Encoding(self._type(data))

    def _supplier_order(self, data: SupplierOrderData) -> _Encoding:
        return _Encoding(self._type(data), {"note": self._dictionaries.notes.encode(data.supplier)})

    def _inventory(self, data: InventoryData) -> _Encoding:
        row = {
            "location": self._dictionaries.locations.encode(data.location),
            "amount": bounded_micros(data.on_hand),
        }
        return _Encoding(row, {"amount": str(data.on_hand)}, {"item": data.item, "system": data.system})

    def _failure(self, data: FailureData) -> _Encoding:
        return _Encoding({}, {"document": data.failure}, {"failure": msgspec.Raw(msgspec.json.encode(data))})

    def _list(self, data: ListData) -> _Encoding:
        return _Encoding({}, {"document": data.key}, {"list": msgspec.Raw(msgspec.json.encode(data))})

    def _journal(self, data: JournalData) -> _Encoding:
        return _Encoding(extra={"journal": msgspec.Raw(msgspec.json.encode(data))})

    def _placed_order(self, data: PlacedData) -> _Encoding:
        """Texts of attributes are stored with the order; other values are stored as they are, too."""
        attributes = data.attributes or {}
        has_other_values = any(not isinstance(value, str) for value in attributes.values())
        return _Encoding(extra={"attributes": attributes} if has_other_values else None)

    def _add_placement(self, head: dict[str, int], data: PlacedData) -> None:
        terms = {each.name: encode(getattr(data, each.field)) for each, encode in self._order_terms}
        attributes = data.attributes or {}
        texts = {name: _text(value) for name, value in attributes.items() if value is not None}
        row = head | terms | {"attributes": _json(texts) if texts else None, "adds": int(data.adds)}
        self._placed_orders.add(row)
        self._placed_values.append(str(data.value))
        for part, value in zip(data.fulfillments, _shares(data), strict=True):
            placement = {
                "fulfillment": self._fulfillments[part.fulfillment],
                "workflow": self._dictionaries.workflow_codes[part.workflow],
                "location": self._dictionaries.locations.encode(part.location),
                "value": value,
            }
            self._placements.add(head | placement)
            self._placement_values.append(None if part.value is None else str(part.value))

    def _encoder_of(self, each: Column) -> Callable[[Any], int]:
        """Turns what order.placed states into the value of a column."""
        return getattr(self._dictionaries, each.coded_by).encode if each.coded_by else _number


def bounded_micros(amount: Decimal) -> int:
    """As `to_micros`, limited to what a column can hold; NO_AMOUNT of what is no number."""
    if not amount.is_finite():
        return NO_AMOUNT
    return max(NO_AMOUNT + 2, min(to_micros(amount), -NO_AMOUNT - 1))


def _number(value: Decimal | datetime | None) -> int:
    """Millionths of money, milliseconds of a moment, 0 of None."""
    if value is None:
        return 0
    return moment_millis(value) if isinstance(value, datetime) else to_micros(value)


def _shares(data: PlacedData) -> list[int]:
    """Millionths of each fulfillment; those that state none share equally what the others leave, in whole
    units of the currency where that can be.
    """
    values = [None if part.value is None else to_micros(part.value) for part in data.fulfillments]
    missing = values.count(None)
    if not missing:
        return cast("list[int]", values)
    total = to_micros(data.value)
    rest = total - sum(value or 0 for value in values)
    if (rest < 0) != (total < 0):  # the others state more than there is
        rest = 0
    shares = iter(equal_shares(rest, missing, data.currency))
    return [next(shares) if value is None else value for value in values]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _objects(values: Sequence[str | None]) -> Objects:
    return np.array(values, np.object_) if values else np.zeros(0, np.object_)
