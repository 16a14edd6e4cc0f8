"""The columns as they are kept: arrays with room to grow, rows found by number, states put in place."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import (
    COMPLETED,
    Codes,
    Columns,
    ErrorColumns,
    FulfillmentColumns,
    Ints,
    OrderColumns,
    RecordColumns,
)
from impactgraph.stores.state.event_dictionaries import EventDictionaries, Reading
from impactgraph.stores.state.kinds import Kind
from impactgraph.stores.state.rows import EventRows
from impactgraph.stores.state.states import Folded, FulfillmentStates, OrderStates, Stays

TEXT: Any = np.dtypes.StringDType()

_ORDER_COLUMNS: dict[str, Any] = {
    "number": np.int32, "placed": np.bool_, "channel": np.int32, "mode": np.int32, "region": np.int32, "tier": np.int32, "currency": np.int32,
    "value": np.int64, "placed_at": np.int64, "promised_by": np.int64, "ids": TEXT,
}  # fmt: skip
_FULFILLMENT_COLUMNS: dict[str, Any] = {
    "number": np.int32, "order": np.int32, "workflow": np.int32, "step": np.int32, "location": np.int32, "located": np.int64, "home": np.int32,
    "value": np.int64, "entered_at": np.int64, "records": np.uint64, "failed_at": np.int64, "failed_code": np.int32,
    "failed_element": np.int32, "rerouted_at": np.int64, "ended_at": np.int64, "status": np.int8, "regular": np.bool_, "ids": TEXT,
}  # fmt: skip
_ERROR_COLUMNS: dict[str, Any] = {
    "seq": np.int64,
    "fulfillment": np.int32,
    "step": np.int32,
    "at": np.int64,
    "code": np.int32,
    "element": np.int32,
}
_RECORD_COLUMNS: dict[str, Any] = {
    "fulfillment": np.int32, "kind": np.uint8, "type": np.int32, "at": np.int64, "amount": np.int64, "currency": np.int16, "document": np.uint32,
}  # fmt: skip
_MATRICES: dict[str, Any] = {"entered": np.int64, "carried": np.int32, "told": np.int64}


class Grown:
    """Arrays of one length with spare room, by name."""

    def __init__(
        self, columns: dict[str, Any], matrices: dict[str, Any] | None = None, width: int = 0
    ) -> None:
        self.size, self.width, self._matrices = 0, width, frozenset(matrices or ())
        self._room: dict[str, NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in columns.items()}
        self._room |= {name: _room((0, width), kind) for name, kind in (matrices or {}).items()}

    def __getitem__(self, name: str) -> NDArray[Any]:
        """The used part: a view, so that writing to it is writing to the column."""
        return self._room[name][: self.size]

    def __contains__(self, name: str) -> bool:
        return name in self._room

    def names(self) -> tuple[str, ...]:
        return tuple(self._room)

    def add(self, name: str, kind: Any) -> None:
        """A new column, zero so far."""
        self._room[name] = np.zeros(len(next(iter(self._room.values()))), kind)

    def extend(self, count: int) -> None:
        """Zero rows at the end; views taken before keep their length, and may be of the old place."""
        size = self.size + count
        self.reserve(size, least=1024, spare=0.5)
        self.size = size

    def reserve(self, size: int, *, least: int = 0, spare: float = 0.0) -> None:
        """Makes room for so many rows in all; where there is too little, for `least` and a share more than there was, so that growing is rare."""
        for name, room in self._room.items():
            if len(room) < size:
                grown = _room(
                    (max(size, len(room) + int(len(room) * spare), least), *room.shape[1:]), room.dtype
                )
                grown[: self.size] = room[: self.size]
                self._room[name] = grown

    def widen(self, width: int) -> None:
        """More columns in the matrices."""
        if width > self.width:
            for name in self._matrices:
                room = self._room[name]
                self._room[name] = _room((len(room), width), room.dtype)
                self._room[name][:, : self.width] = room
            self.width = width

    def reorder(self, order: NDArray[np.intp]) -> None:
        """The rows in another order, column by column, so that never two copies of all are there."""
        for name in self._room:
            self._room[name] = self[name][order]

    def adopt(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Takes whole columns, which become its own."""
        self._room = {
            name: np.asfortranarray(array) if array.ndim > 1 else array for name, array in arrays.items()
        }
        self.size = len(next(iter(arrays.values())))
        self.width = next((arrays[name].shape[1] for name in self._matrices), 0)


def _room(shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
    """Zeros, a column of a matrix in one piece: matching reads a step's column over many rows."""
    return np.zeros(shape, kind, order="F")


class Instances:
    """Orders and fulfillments, a row each, with what folding needs beyond the columns that are matched."""

    def __init__(self, lexicon: EventDictionaries, width: int) -> None:
        self.lexicon = lexicon
        self.orders = Grown(_ORDER_COLUMNS)
        self.fulfillments = Grown(_FULFILLMENT_COLUMNS, _MATRICES, max(width, 1))
        self.stays: dict[int, Stays] = {}
        """Of irregular fulfillments, by number."""
        self.errors = Grown(_ERROR_COLUMNS)
        """Every fulfillment.failed: row of the fulfillment, code of the step's key."""
        self.records = Grown(_RECORD_COLUMNS)
        """Every posting, notification, task and supplier order: row of the fulfillment. Only ever added to."""
        self._order_rows, self._fulfillment_rows = np.zeros(0, np.int32), np.zeros(0, np.int32)
        self.columns = Columns(
            _no_orders(), _no_fulfillments(self.fulfillments.width), lexicon.dictionaries, _no_errors()
        )

    def order_rows(self, numbers: Codes) -> Codes:
        """Row of each order number, -1 where it has none."""
        return _rows(self._order_rows, numbers)

    def fulfillment_rows(self, numbers: Codes) -> Codes:
        return _rows(self._fulfillment_rows, numbers)

    def put(self, folded: Folded, order_ids: Mapping[int, str], fulfillment_ids: Mapping[int, str]) -> None:
        """Writes states over the rows they have, or into new ones. The ids are by number, of the new ones at least."""
        self.fulfillments.widen(folded.fulfillments.entered.shape[1])
        self._put_orders(folded.orders, order_ids)
        self._put_fulfillments(folded.fulfillments, fulfillment_ids)
        for number in folded.fulfillments.number.tolist() if self.stays else ():
            self.stays.pop(number, None)
        self.stays.update(folded.stays.by_fulfillment())

    def _put_orders(self, states: OrderStates, ids: Mapping[int, str]) -> None:
        size = self.orders.size
        rows, self._order_rows = _place(self.orders, self._order_rows, states.number)
        _name(self.orders, size, ids)
        for name in (
            "placed",
            "channel",
            "mode",
            "region",
            "tier",
            "currency",
            "value",
            "placed_at",
            "promised_by",
        ):
            self.orders[name][rows] = getattr(states, name)
        for name in [name for name in self.orders.names() if name.startswith("attribute:")]:
            self.orders[name][rows] = 0
        self._put_attributes(rows, states.attributes)

    def _put_attributes(self, rows: Codes, texts: NDArray[np.object_]) -> None:
        """Orders often share their attributes: each distinct text is read once."""
        distinct: dict[str | None, int] = {None: 0}
        which = np.fromiter(
            (distinct.setdefault(text, len(distinct)) for text in texts.tolist()), np.int32, len(texts)
        )
        tables: dict[str, NDArray[np.int32]] = {}
        for text, number in distinct.items():
            pairs: dict[str, str] = msgspec.json.decode(text) if text else {}
            for name, value in pairs.items():
                table = tables.setdefault(name, np.zeros(len(distinct), np.int32))
                table[number] = self.lexicon.attribute(name).code(value)
        for name, table in tables.items():
            if f"attribute:{name}" not in self.orders:
                self.orders.add(f"attribute:{name}", np.int32)
            self.orders[f"attribute:{name}"][rows] = table[which]

    def _put_fulfillments(self, states: FulfillmentStates, ids: Mapping[int, str]) -> None:
        f = self.fulfillments
        size = f.size
        rows, self._fulfillment_rows = _place(f, self._fulfillment_rows, states.number)
        for name in (
            *(name for name in _FULFILLMENT_COLUMNS if name not in ("number", "ids", "order")),
            *_MATRICES,
        ):
            values = getattr(states, name)
            if name in _MATRICES and values.shape[1] < f.width:
                f[name][rows, values.shape[1] :] = 0
                f[name][rows, : values.shape[1]] = values
            else:
                f[name][rows] = values
        f["order"][rows] = self.order_rows(states.order)
        self.columns.touch(rows)
        _name(f, size, ids)

    def add_errors(self, failed: EventRows) -> None:
        """Adds fulfillment.failed events, whose fulfillments have rows."""
        size = self.errors.size
        self.errors.extend(len(failed))
        columns = {
            "seq": failed.seq,
            "fulfillment": self.fulfillment_rows(failed.fulfillment),
            "step": failed.step,
            "at": failed.time,
        }
        for name, values in (columns | {"code": failed.code, "element": failed.element}).items():
            self.errors[name][size:] = values

    def add_records(self, events: EventRows) -> None:
        """Adds those of the events that are records, whose fulfillments have rows."""
        events = events.take((events.kind >= Kind.POSTING) & (events.kind <= Kind.SUPPLIER_ORDER))
        size = self.records.size
        self.records.extend(len(events))
        columns = {
            "fulfillment": self.fulfillment_rows(events.fulfillment),
            "kind": events.kind - Kind.POSTING,
            "type": events.type,
            "at": events.time,
        }
        for name, values in (
            columns | {"amount": events.amount, "currency": events.currency, "document": events.document}
        ).items():
            self.records[name][size:] = values

    def drop_errors(self, seqs: Ints) -> None:
        """Takes out events that turned out not to fit."""
        keep = ~np.isin(self.errors["seq"], seqs)
        if not keep.all():
            self.errors.adopt({name: self.errors[name][keep] for name in self.errors.names()})

    def keep_errors(self, orders: Codes, seqs: Ints) -> None:
        """Of these orders, takes out errors but those of the sequence numbers."""
        e = self.errors
        concerned = np.isin(self.fulfillments["order"][e["fulfillment"]], self.order_rows(orders))
        self.drop_errors(e["seq"][concerned & ~np.isin(e["seq"], seqs)])

    def arrange(self) -> None:
        """Puts rows that stand in the same step beside each other, in the order in which they came there, so that matching reads memory in sequence."""
        f = self.fulfillments
        came_at = np.where(f["status"] == COMPLETED, f["ended_at"], f["entered_at"])
        order = np.lexsort((came_at, f["step"], f["workflow"], f["status"]))
        moved = np.empty(len(order), np.int32)
        moved[order] = np.arange(len(order), dtype=np.int32)
        f.reorder(order)
        for part in (self.errors, self.records):
            part["fulfillment"][:] = moved[part["fulfillment"]]
        self.records.reorder(np.argsort(self.records["fulfillment"], kind="stable"))
        first = np.full(self.orders.size, len(order), np.int64)
        np.minimum.at(first, f["order"], np.arange(len(order)))
        self._arrange_orders(np.argsort(first, kind="stable"))
        self._fulfillment_rows = _indexed(f["number"])

    def _arrange_orders(self, order: NDArray[np.intp]) -> None:
        moved = np.empty(len(order), np.int32)
        moved[order] = np.arange(len(order), dtype=np.int32)
        self.orders.reorder(order)
        self.fulfillments["order"][:] = moved[self.fulfillments["order"]]
        self._order_rows = _indexed(self.orders["number"])

    def refresh(self, reading: Reading) -> None:
        """Shows what was written: views of the used parts."""
        o, f, shown = self.orders, self.fulfillments, self.columns
        shown.orders = OrderColumns(
            o["ids"], o["channel"], o["mode"], o["region"], o["tier"], o["currency"], o["value"], o["placed_at"], o["promised_by"],
            {name.removeprefix("attribute:"): o[name] for name in o.names() if name.startswith("attribute:")},
        )  # fmt: skip
        shown.fulfillments = FulfillmentColumns(
            f["ids"], f["order"], f["workflow"], f["step"], f["location"], f["value"], f["entered_at"], f["entered"], f["records"],
            f["failed_at"], f["failed_code"], f["failed_element"], f["told"], f["rerouted_at"], f["ended_at"], f["status"],
        )  # fmt: skip
        e = self.errors
        shown.errors = ErrorColumns(
            e["fulfillment"],
            reading.index(f["workflow"][e["fulfillment"]], e["step"]),
            e["at"],
            e["code"],
            e["element"],
        )
        shown.records = RecordColumns(*(self.records[name] for name in _RECORD_COLUMNS))

    def restore(self, stays: Stays) -> None:
        """After whole columns were adopted: rows by number, stays."""
        self._order_rows, self._fulfillment_rows = (
            _indexed(part["number"]) for part in (self.orders, self.fulfillments)
        )
        self.stays = dict(stays.by_fulfillment())


def _place(grown: Grown, index: Codes, numbers: Codes) -> tuple[Codes, Codes]:
    """Rows of the numbers, new ones at the end; and the index with them."""
    rows = _rows(index, numbers)
    new = np.flatnonzero(rows < 0)
    if len(new):
        most = int(numbers.max()) + 1
        if most > len(index):
            index = np.concatenate([index, np.full(max(most - len(index), len(index) // 2), -1, np.int32)])
        rows[new] = index[numbers[new]] = np.arange(grown.size, grown.size + len(new), dtype=np.int32)
        grown.extend(len(new))
        grown["number"][rows[new]] = numbers[new]
    return rows, index


def _name(grown: Grown, size: int, ids: Mapping[int, str]) -> None:
    """Gives the rows from `size` on their ids."""
    grown["ids"][size:] = np.array([ids[number] for number in grown["number"][size:].tolist()], TEXT)


def _rows(index: Codes, numbers: Codes) -> Codes:
    known = (numbers >= 0) & (numbers < len(index))
    return (
        np.where(known, index[np.where(known, numbers, 0)], np.int32(-1))
        if len(index)
        else np.full(len(numbers), -1, np.int32)
    )


def _indexed(numbers: Codes) -> Codes:
    index = np.full(int(numbers.max()) + 1 if len(numbers) else 0, -1, np.int32)
    index[numbers] = np.arange(len(numbers), dtype=np.int32)
    return index


def _no_text() -> NDArray[Any]:
    return np.zeros(0, TEXT)


def _no_orders() -> OrderColumns:
    codes, ints = np.zeros(0, np.int32), np.zeros(0, np.int64)
    return OrderColumns(_no_text(), codes, codes, codes, codes, codes, ints, ints, ints, {})


def _no_errors() -> ErrorColumns:
    codes = np.zeros(0, np.int32)
    return ErrorColumns(codes, codes, np.zeros(0, np.int64), codes, codes)


def _no_fulfillments(width: int) -> FulfillmentColumns:
    codes, ints = np.zeros(0, np.int32), np.zeros(0, np.int64)
    return FulfillmentColumns(
        _no_text(), codes, codes, codes, codes, ints, ints, np.zeros((0, width), np.int64), np.zeros(0, np.uint64),
        ints, codes, codes, ints, ints, ints, np.zeros(0, np.int8),
    )  # fmt: skip
