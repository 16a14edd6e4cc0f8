"""Events as structs to events as arrays, with what a record keeps beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any, cast

import msgspec
import numpy as np

from graph_models.money import to_micros
from graph_models.time import Millis
from impactgraph.columns import NO_AMOUNT, Ints, document_code
from impactgraph.ingest.events import (
    CancelledData,
    CompletedData,
    EnteredData,
    Event,
    FailedData,
    FailureData,
    InventoryData,
    NotificationData,
    OrderCancelledData,
    PlacedData,
    PostingData,
    ReroutedData,
    SupplierOrderData,
    TaskData,
    moment_millis,
)  # fmt: skip
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.kinds import KINDS
from impactgraph.stores.state.rows import EventRows, Happened, PlacedRows, PlacementRows


@dataclass
class Details:
    """What a record keeps of each event beyond its coded row; None where it has none."""

    source: list[int] = field(default_factory=list[int])
    id: list[str] = field(default_factory=list[str])
    amount: list[str | None] = field(default_factory=list[str | None])
    """Exactly as it was written."""
    currency: list[int] = field(default_factory=list[int])
    document: list[str | None] = field(default_factory=list[str | None])
    note: list[int] = field(default_factory=list[int])
    extra: list[str | None] = field(default_factory=list[str | None])
    """JSON of all else that it says."""


@dataclass
class Coded:
    happened: Happened
    details: Details
    placed_value: list[str]
    placement_value: list[str | None]
    """As they were written."""


def hashes(names: Sequence[tuple[str, str]]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """64 bits of each (source, id), the same in every process."""
    return np.frombuffer(
        b"".join([blake2b(f"{source}\0{id_}".encode(), digest_size=8).digest() for source, id_ in names]),
        np.uint64,
    )


class Coder:
    """Codes a batch: `orders` and `fulfillments` give the number of every key that it names."""

    def __init__(
        self, lexicon: EventDictionaries, orders: Mapping[str, int], fulfillments: Mapping[str, int]
    ) -> None:
        self._lexicon, self._orders, self._fulfillments = lexicon, orders, fulfillments
        self._rows: list[tuple[int, ...]] = []
        self._placed: list[tuple[int, int, int, int, int, int, int, int, int, int]] = []
        self._attributes: list[str | None] = []
        self._placements: list[tuple[int, int, int, int, int, int, int]] = []
        self._details = Details()
        self._placed_value: list[str] = []
        self._placement_value: list[str | None] = []
        self._by_data: dict[type, Callable[[int, Event, Any, Millis], dict[str, Any] | None]] = {
            PlacedData: self._order_placed, EnteredData: self._entered, CompletedData: self._plain, FailedData: self._failed, ReroutedData: self._rerouted,
            CancelledData: self._cancelled, OrderCancelledData: self._order_cancelled, PostingData: self._posting, NotificationData: self._notification,
            TaskData: self._task, SupplierOrderData: self._supplier_order, InventoryData: self._inventory, FailureData: self._failure,
        }  # fmt: skip

    def add(self, seq: int, event: Event, extra: dict[str, Any] | None) -> None:
        rest = self._by_data[type(event.data)](seq, event, event.data, moment_millis(event.time))
        if event.datacontenttype not in (None, "application/json"):
            extra = {"datacontenttype": event.datacontenttype, **(extra or {})}
        details = self._details
        details.source.append(self._lexicon.sources.code(event.source))
        details.id.append(event.id)
        missing = len(details.id) - 1
        for column in (details.amount, details.document):
            if len(column) == missing:
                column.append(None)
        for column in (details.currency, details.note):
            if len(column) == missing:
                column.append(0)
        details.extra.append(_json((rest or {}) | (extra or {})) if rest or extra else None)

    def coded(self) -> Coded:
        e, p, m = (
            _columns(rows, width)
            for rows, width in ((self._rows, 14), (self._placed, 10), (self._placements, 7))
        )
        attributes = np.array(self._attributes, np.object_) if self._attributes else np.zeros(0, np.object_)
        happened = Happened(
            EventRows.of(e),
            PlacedRows.of([*p, attributes]),
            PlacementRows.of(m),
        )
        return Coded(happened, self._details, self._placed_value, self._placement_value)

    def _row(self, seq: int, event: Event, at: Millis, *, step: str | None = None, workflow: int = -1, location: str | None = None,
             type_: str | None = None, code: str | None = None, element: str | None = None,
             amount: Decimal | None = None, currency: int = 0, document: str | None = None) -> None:  # fmt: skip
        words, data = self._lexicon, cast("Any", event.data)
        order = self._orders[data.order] if hasattr(data, "order") else -1
        fulfillment = (
            self._fulfillments[data.fulfillment]
            if getattr(data, "fulfillment", None) and not isinstance(data, OrderCancelledData)
            else -1
        )
        self._rows.append((
            seq, at, KINDS[event.type], order, fulfillment, workflow, words.steps.code(step) if step else 0,
            words.dictionaries.locations.code(location) if location else 0, words.types.code(type_) if type_ else 0,
            words.dictionaries.fail_codes.code(code) if code else 0, words.dictionaries.elements.code(element) if element else 0,
            NO_AMOUNT if amount is None else bounded_micros(amount), currency, document_code(document),
        ))  # fmt: skip

    def _plain(self, seq: int, event: Event, data: CompletedData, at: Millis) -> None:
        self._row(seq, event, at)

    def _entered(self, seq: int, event: Event, data: EnteredData, at: Millis) -> None:
        self._row(seq, event, at, step=data.step, location=data.location)

    def _failed(self, seq: int, event: Event, data: FailedData, at: Millis) -> dict[str, Any] | None:
        self._row(seq, event, at, step=data.step, code=data.code, element=data.element)
        return {"message": data.message} if data.message else None

    def _rerouted(self, seq: int, event: Event, data: ReroutedData, at: Millis) -> None:
        self._row(
            seq,
            event,
            at,
            step=data.step,
            workflow=self._lexicon.workflows[data.workflow],
            location=data.location,
        )

    def _cancelled(self, seq: int, event: Event, data: CancelledData, at: Millis) -> dict[str, Any] | None:
        self._row(seq, event, at)
        return {"reason": data.reason} if data.reason else None

    def _order_cancelled(
        self, seq: int, event: Event, data: OrderCancelledData, at: Millis
    ) -> dict[str, Any] | None:
        self._row(seq, event, at)
        said = {"reason": data.reason, "fulfillment": data.fulfillment}
        return {name: value for name, value in said.items() if value} or None

    def _posting(self, seq: int, event: Event, data: PostingData, at: Millis) -> None:
        currency = self._lexicon.dictionaries.currencies.code(data.currency)
        self._row(
            seq, event, at, type_=data.type, amount=data.amount, currency=currency, document=data.document
        )
        self._details.amount.append(None if data.amount is None else str(data.amount))
        self._details.currency.append(currency)
        self._details.document.append(data.document)

    def _notification(self, seq: int, event: Event, data: NotificationData, at: Millis) -> None:
        self._row(seq, event, at, type_=data.type)
        self._details.note.append(self._lexicon.notes.code(data.channel))

    def _task(self, seq: int, event: Event, data: TaskData, at: Millis) -> None:
        self._row(seq, event, at, type_=data.type)

    def _supplier_order(self, seq: int, event: Event, data: SupplierOrderData, at: Millis) -> None:
        self._row(seq, event, at, type_=data.type)
        self._details.note.append(self._lexicon.notes.code(data.supplier))

    def _inventory(self, seq: int, event: Event, data: InventoryData, at: Millis) -> dict[str, Any]:
        self._row(seq, event, at, location=data.location, amount=data.on_hand)
        self._details.amount.append(str(data.on_hand))
        return {"item": data.item, "system": data.system}

    def _failure(self, seq: int, event: Event, data: FailureData, at: Millis) -> dict[str, Any]:
        self._row(seq, event, at)
        self._details.document.append(data.failure)
        return {"failure": msgspec.Raw(msgspec.json.encode(data))}

    def _order_placed(self, seq: int, event: Event, data: PlacedData, at: Millis) -> dict[str, Any] | None:
        self._row(seq, event, at)
        v, order = self._lexicon.dictionaries, self._orders[data.order]
        self._placed.append((
            seq, at, order, v.channels.code(data.channel), v.modes.code(data.mode), v.regions.code(data.region), v.tiers.code(data.customer_tier),
            v.currencies.code(data.currency), to_micros(data.value), moment_millis(data.promised_by) if data.promised_by else 0,
        ))  # fmt: skip
        self._placed_value.append(str(data.value))
        given = data.attributes or {}
        texts = {name: _text(value) for name, value in given.items() if value is not None}
        self._attributes.append(_json(texts) if texts else None)
        for part, value in zip(data.fulfillments, _shares(data), strict=True):
            workflow, location = self._lexicon.workflows[part.workflow], v.locations.code(part.location)
            self._placements.append(
                (seq, at, order, self._fulfillments[part.fulfillment], workflow, location, value)
            )
            self._placement_value.append(None if part.value is None else str(part.value))
        return {"attributes": given} if texts != given else None


def bounded_micros(amount: Decimal) -> int:
    """As `to_micros`, held within what columns can; NO_AMOUNT of what is no number."""
    if not amount.is_finite():
        return NO_AMOUNT
    return max(NO_AMOUNT + 2, min(to_micros(amount), -NO_AMOUNT - 1))


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list[Ints]:
    return (
        [np.array(column, np.int64) for column in zip(*rows, strict=True)]
        if rows
        else [np.zeros(0, np.int64)] * width
    )


def _shares(data: PlacedData) -> list[int]:
    """Millionths of each fulfillment; those that state none share equally what the others leave."""
    stated = [None if part.value is None else to_micros(part.value) for part in data.fulfillments]
    missing = stated.count(None)
    if not missing:
        return cast("list[int]", stated)
    whole = to_micros(data.value)
    rest = whole - sum(value or 0 for value in stated)
    if (rest < 0) != (whole < 0):  # the others state more than there is
        rest = 0
    return [rest // missing if value is None else value for value in stated]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
