"""The projection of the instances that probes are matched against: plain arrays, a row an order, a row a fulfillment.

A store fills and keeps these; nothing here reads a store. Moments are int64 milliseconds since 1970 UTC, 0 where there is none;
money is int64 millionths of the currency's main unit; a code indexes a list of the vocabulary, and code 0 is "none" (the empty string).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import RecordKind
from impactgraph.columns.order_index import OrderIndex

Ints: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int32]

IN_FLIGHT, COMPLETED, CANCELLED = 0, 1, 2
NO_AMOUNT = -(2**63)
"""Stands for the amount of a record that has none."""
RECORD_KINDS = (RecordKind.POSTING, RecordKind.NOTIFICATION, RecordKind.TASK, RecordKind.SUPPLIER_ORDER)
"""By the code that columns use."""
ENDED = 4095
"""Stands for a step in `rows_at`: behind the last one."""


@dataclass
class WorkflowDictionary:
    """Steps and records of a workflow by the index that columns use. Only ever appended to, so that an index keeps its meaning over topology versions."""

    key: str
    steps: list[str] = field(default_factory=list[str])
    records: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(RecordKind value, type): the bit of a fulfillment's `records` mask. At most 63."""
    emitters: list[int] = field(default_factory=list[int])
    """By record: index of the step that emits it (where several do, the first), as it was when the record was first known."""


class Dictionary:
    """Words by code; code 0 is the empty string."""

    def __init__(self, words: list[str] | None = None) -> None:
        self.values = words or [""]
        self._codes = {word: code for code, word in enumerate(self.values)}

    def code(self, word: str | None) -> int:
        """The word's code, made where it is new."""
        word = word or ""
        code = self._codes.get(word)
        if code is None:
            code = self._codes[word] = len(self.values)
            self.values.append(word)
        return code

    def find(self, word: str) -> int | None:
        return self._codes.get(word)

    def cut(self, size: int) -> None:
        """Forgets the words that came since there were so many."""
        for word in self.values[size:]:
            del self._codes[word]
        del self.values[size:]

    def among(self, values: Iterable[str]) -> NDArray[np.bool_]:
        """By code: whether its word is one of the values."""
        table = np.zeros(len(self.values), bool)
        table[[code for value in values if (code := self._codes.get(value)) is not None]] = True
        return table

    def __len__(self) -> int:
        return len(self.values)


@dataclass
class Dictionaries:
    workflows: list[WorkflowDictionary] = field(default_factory=list[WorkflowDictionary])
    channels: Dictionary = field(default_factory=Dictionary)
    modes: Dictionary = field(default_factory=Dictionary)
    regions: Dictionary = field(default_factory=Dictionary)
    tiers: Dictionary = field(default_factory=Dictionary)
    currencies: Dictionary = field(default_factory=Dictionary)
    locations: Dictionary = field(default_factory=Dictionary)
    """Bare keys."""
    elements: Dictionary = field(default_factory=Dictionary)
    """Where errors came from, as the events say it."""
    types: Dictionary = field(default_factory=Dictionary)
    """Of records: `invoice`, `shipped`, ..."""
    fail_codes: Dictionary = field(default_factory=Dictionary)
    attributes: dict[str, Dictionary] = field(default_factory=dict[str, Dictionary])
    """Of each attribute name, its values; carrier, supplier and payload_version are among them."""


@dataclass
class OrderColumns:
    ids: NDArray[np.str_]
    """numpy StringDType."""
    channel: Codes
    mode: Codes
    region: Codes
    tier: Codes
    currency: Codes
    value: Ints
    placed_at: Ints
    promised_by: Ints
    attributes: dict[str, Codes]

    def __len__(self) -> int:
        return len(self.value)


@dataclass
class FulfillmentColumns:
    ids: NDArray[np.str_]
    order: Codes
    """Row of its order."""
    workflow: Codes
    """Index in vocabulary.workflows; -1 while unknown (its order.placed has not come)."""
    step: Codes
    """Index in its workflow's vocabulary steps; -1 before the first."""
    location: Codes
    value: Ints
    entered_at: Ints
    """When it entered its present step."""
    entered_step_at: NDArray[np.int64]
    """(n, most steps of a workflow): when it last entered each step of its present workflow, 0 where it has not."""
    records: NDArray[np.uint64]
    """Bit i: the i-th record of its workflow's vocabulary has come."""
    failed_at: Ints
    """Last fulfillment.failed in the present step, 0 where none."""
    failed_code: Codes
    failed_element: Codes
    first_recorded_at: NDArray[np.int64]
    """(n, most steps of a workflow): when the first record (posting, message, ...) that a step emits came, 0 where none has."""
    rerouted_at: Ints
    """Last reroute, 0 where none."""
    ended_at: Ints
    status: NDArray[np.int8]
    """IN_FLIGHT, COMPLETED or CANCELLED."""

    def __len__(self) -> int:
        return len(self.value)


@dataclass
class ErrorColumns:
    """Every fulfillment.failed of the fulfillments above, a row an event, in no particular order. Few: errors are rare."""

    fulfillment: Codes
    """Row of the fulfillment."""
    step: Codes
    """Index in its workflow's vocabulary steps, -1 where the event names none of them."""
    at: Ints
    code: Codes
    element: Codes

    def __len__(self) -> int:
        return len(self.at)


@dataclass
class ErrorTexts:
    """What errors said, a row an event; the rows are those of columns of the same moment."""

    fulfillment: Codes
    at: Ints
    step: Sequence[str]
    """Bare key, empty where the event names none."""
    code: Sequence[str]
    element: Sequence[str]
    message: Sequence[str]

    def __len__(self) -> int:
        return len(self.at)


@dataclass
class RecordColumns:
    """Every posting, notification, task and supplier order of the fulfillments above, a row an event, in no particular order. Many: kept narrow."""

    fulfillment: Codes
    """Row of the fulfillment."""
    kind: NDArray[np.uint8]
    """Index in RECORD_KINDS."""
    type: Codes
    at: Ints
    amount: Ints
    """NO_AMOUNT where it states none."""
    currency: NDArray[np.int16]
    """0 where it states none."""
    document: NDArray[np.uint32]
    """`document_code` of its number, 0 where it states none: the same for the same number, and nearly always another for another."""

    def __len__(self) -> int:
        return len(self.at)

    @staticmethod
    def none() -> "RecordColumns":
        codes, ints = np.zeros(0, np.int32), np.zeros(0, np.int64)
        return RecordColumns(
            codes, np.zeros(0, np.uint8), codes, ints, ints, np.zeros(0, np.int16), np.zeros(0, np.uint32)
        )


def document_code(number: str | None) -> int:
    """Number of a document as 32 bits, the same in every process and in DuckDB's `md5_number_lower`; 0 where there is none."""
    return (
        (int.from_bytes(md5(number.encode(), usedforsecurity=False).digest()[8:12], "little") or 1)
        if number
        else 0
    )


@dataclass
class Columns:
    """One state of the data. `watermark` is the sequence of the last event in it.

    Rows may be written in place; whoever does so says which (`touch`), so that the index of places follows without being made anew.
    """

    orders: OrderColumns
    fulfillments: FulfillmentColumns
    dictionaries: Dictionaries
    errors: ErrorColumns
    watermark: int = 0
    records: RecordColumns = field(default_factory=RecordColumns.none)
    _places: "_Places | None" = field(default=None, repr=False)
    _touched: list[Codes] = field(default_factory=list[Codes], repr=False)
    _figures: dict[Hashable, tuple[int, float]] = field(
        default_factory=dict[Hashable, tuple[int, float]], repr=False
    )
    _names: OrderIndex | None = field(default=None, repr=False)

    def cached_figure(self, name: Hashable, work: Callable[[], float]) -> float:
        """A figure of this state, worked out once."""
        found = self._figures.get(name)
        if found is None or found[0] != self.watermark:
            found = self._figures[name] = (self.watermark, work())
        return found[1]

    def order_rows(self, keys: Sequence[str]) -> Codes:
        """Row of each order by its bare key, -1 where it is not known."""
        self._names = names = OrderIndex.following(self._names, self.orders.ids)
        return names.find(self.orders.ids, keys)

    def fulfillment_rows(self, orders: Codes) -> Codes:
        """Rows of the fulfillments of these orders, by row; ascending."""
        if len(orders) <= _FEW:
            found = [
                np.flatnonzero(self.fulfillments.order == order)
                for order in dict.fromkeys(orders.tolist())
                if order >= 0
            ]
            return np.sort(np.concatenate([_NOTHING, *found])).astype(np.int32)
        mine = np.zeros(len(self.orders) + 1, bool)
        mine[orders] = True  # -1, which is no order, marks the place behind the last one
        mine[-1] = False
        return np.flatnonzero(mine[self.fulfillments.order]).astype(np.int32)

    def touch(self, rows: Codes) -> None:
        """Notes that fulfillments in these rows were written, or are new."""
        if self._places is not None and len(rows):
            self._touched.append(rows.astype(np.int32))

    def rows_at(self, workflow: int, step: int, among: Codes | None = None) -> Codes:
        """Rows of the fulfillments now in this step (in flight), in order of `entered_at`; of ENDED, those that completed, in order of `ended_at`.

        `among`: of these rows only.

        Costs a sort of all rows the first time, and again when many were written; otherwise a look at those that were written since.
        """
        if among is not None:
            return _by_place(self.fulfillments, among).get(workflow * _WIDTH + step, _NOTHING)
        places, touched = self._places, self._touched
        if places is None:
            places = _Places.of(self.fulfillments)
        elif touched:
            places = places.followed(self.fulfillments, np.concatenate(touched))
        self._places, self._touched = places, []
        return places.rows(self.fulfillments, workflow * _WIDTH + step)


_WIDTH = 4096
_MANY = 0.05
_FEW = 8
"""Orders that are looked for one by one: a comparison of the whole column costs less than a table of all orders."""


@dataclass
class _Places:
    """Rows by place (workflow and step) as they were once, and the rows that were written since, which count by where they are now."""

    settled: dict[int, Codes]
    moved: NDArray[np.bool_]
    """By row: written since."""
    moving: dict[int, Codes]
    any_moved: bool
    """Whether there is any: those that were cancelled since are nowhere, and so not in `moving`."""

    @staticmethod
    def of(f: FulfillmentColumns) -> "_Places":
        return _Places(_by_place(f, np.arange(len(f), dtype=np.int32)), np.zeros(len(f), bool), {}, False)

    def followed(self, f: FulfillmentColumns, touched: Codes) -> "_Places":
        moved = self.moved
        if len(moved) < len(f):
            moved = np.concatenate([moved, np.ones(len(f) - len(moved), bool)])
        moved[touched] = True
        rows = np.flatnonzero(moved).astype(np.int32)
        if len(rows) > _MANY * len(f) + 1_000:
            return _Places.of(f)
        return _Places(self.settled, moved, _by_place(f, rows), True)

    def rows(self, f: FulfillmentColumns, place: int) -> Codes:
        settled, moving = self.settled.get(place, _NOTHING), self.moving.get(place, _NOTHING)
        if not self.any_moved:
            return settled
        rows = np.concatenate([settled[~self.moved[settled]], moving])
        return rows[np.argsort(_came_at(f, rows), kind="stable")] if len(moving) else rows


def _by_place(f: FulfillmentColumns, rows: Codes) -> dict[int, Codes]:
    """The rows that are somewhere, by place, in the order in which they came there."""
    rows = rows[(f.status[rows] != CANCELLED) & (f.workflow[rows] >= 0) & (f.step[rows] >= 0)]
    place = f.workflow[rows].astype(np.int64) * _WIDTH + np.where(
        f.status[rows] == COMPLETED, ENDED, f.step[rows]
    )
    order = np.lexsort((_came_at(f, rows), place))
    rows, place = rows[order], place[order]
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    ends = np.append(starts, len(place))[1:]
    return {int(place[a]): rows[a:b] for a, b in zip(starts, ends, strict=True)}


def _came_at(f: FulfillmentColumns, rows: Codes) -> Ints:
    return np.where(f.status[rows] == COMPLETED, f.ended_at[rows], f.entered_at[rows])


@dataclass(frozen=True)
class Visits:
    """Stays in steps, for learning: a row a stay. `left` is 0 while it still lasts."""

    workflow: Codes
    step: Codes
    location: Codes
    entered: Ints
    left: Ints


_NOTHING: Codes = np.zeros(0, np.int32)
