"""Columns: the state of all orders and fulfillments at one moment as arrays, with the indexes that questions
use.

A store fills and keeps them; nothing here reads a store.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from impactgraph.columns.declare import Codes
from impactgraph.columns.dictionaries import Dictionaries
from impactgraph.columns.order_index import OrderIndex
from impactgraph.columns.places import PlaceIndex, place_of, rows_by_place
from impactgraph.columns.tables import ErrorColumns, FulfillmentColumns, OrderColumns, RecordColumns

_FEW_ORDERS = 8
"""Orders that are searched one by one: comparing the whole column costs less than a table of all orders."""
_NO_ROWS: Codes = np.zeros(0, np.int32)


@dataclass
class Columns:
    """One state of the data. `watermark` is the sequence number of the last event in it.

    Rows may be written in place; `mark_changed` must then be called with them, so that the index of places
    follows.
    """

    orders: OrderColumns
    fulfillments: FulfillmentColumns
    dictionaries: Dictionaries
    errors: ErrorColumns
    watermark: int = 0
    records: RecordColumns = field(default_factory=RecordColumns.empty)
    _places: PlaceIndex | None = field(default=None, repr=False)
    _changed_rows: list[Codes] = field(default_factory=list[Codes], repr=False)
    _figures: dict[Hashable, tuple[int, float]] = field(
        default_factory=dict[Hashable, tuple[int, float]], repr=False
    )
    _order_index: OrderIndex | None = field(default=None, repr=False)

    def cached_figure(self, name: Hashable, compute: Callable[[], float]) -> float:
        """A figure of this state, computed once."""
        entry = self._figures.get(name)
        if entry is None or entry[0] != self.watermark:
            entry = self._figures[name] = (self.watermark, compute())
        return entry[1]

    def order_rows(self, keys: Sequence[str]) -> Codes:
        """Row of each order by its bare key, -1 where there is none."""
        self._order_index = index = OrderIndex.following(self._order_index, self.orders.ids)
        return index.find(self.orders.ids, keys)

    def fulfillment_rows(self, orders: Codes) -> Codes:
        """Rows of the fulfillments of these orders (by row, -1 for none), ascending."""
        if len(orders) <= _FEW_ORDERS:
            rows = [
                np.flatnonzero(self.fulfillments.order == order)
                for order in dict.fromkeys(orders.tolist())
                if order >= 0
            ]
            return np.sort(np.concatenate([_NO_ROWS, *rows])).astype(np.int32)
        mask = np.zeros(len(self.orders) + 1, bool)
        mask[orders] = True  # -1, which is no order, marks the place after the last one
        mask[-1] = False
        return np.flatnonzero(mask[self.fulfillments.order]).astype(np.int32)

    def mark_changed(self, rows: Codes) -> None:
        """Notes that the fulfillments in these rows were written, or are new."""
        if self._places is not None and len(rows):
            self._changed_rows.append(rows.astype(np.int32))

    def rows_at(self, workflow: int, step: int, among: Codes | None = None) -> Codes:
        """Rows of the fulfillments in flight that are in this step, in order of `entered_at`.

        Of the step ENDED: those that are completed, in order of `ended_at`. Of NOT_BEGUN: those in flight
        that have entered no step. `among` limits the answer to these rows. Costs a sort of all rows the first
        time and after many changes, otherwise a look at the rows that changed.
        """
        place = place_of(workflow, step)
        if among is not None:
            return rows_by_place(self.fulfillments, among).get(place, _NO_ROWS)
        return self._current_places().rows(self.fulfillments, place)

    def _current_places(self) -> PlaceIndex:
        places = self._places
        changed_rows = self._changed_rows
        if places is None:
            places = PlaceIndex.of(self.fulfillments)
        elif changed_rows:
            places = places.with_changes(self.fulfillments, np.concatenate(changed_rows))
        self._places = places
        self._changed_rows = []
        return places
