"""Events as tables: what a batch brings and what a record gives back, dictionary-encoded.

`impactgraph/columns/declare.py` says where to add a column.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import NO_AMOUNT, Codes, Ints
from impactgraph.columns.declare import Flags, Objects, Table, column, table
from impactgraph.columns.tables import OrderTerms


@table
class EventRows(Table):
    """One row for each event."""

    seq: Ints = column("Sequence number.")
    time: Ints = column("When it happened.")
    kind: NDArray[np.uint8] = column("EventKind.")
    order: Codes = column("Number of the order, given when its key first came.", blank=-1)
    fulfillment: Codes = column("Number of the fulfillment, given when its key first came.", blank=-1)
    workflow: Codes = column("Index of the workflow that a reroute names.", blank=-1)
    step: Codes = column("Code of the step's key, whatever the workflow.")
    location: Codes = column("Code of the location.")
    type: Codes = column("Code of the record's type.")
    code: Codes = column("Code of the error's code.")
    element: Codes = column("Code of the error's origin.")
    amount: Ints = column("Of postings and stock figures; NO_AMOUNT where none is stated.", blank=NO_AMOUNT)
    currency: Codes = column("Code of the amount's currency.")
    document: NDArray[np.uint32] = column("`document_code` of a posting's document.")


@table
class EventDetails(Table):
    """What a record stores of each event beside `EventRows`; None or 0 where the event states none."""

    source: Codes = column("Code of the source.")
    id: Objects = column("Id, unique within the source.")
    amount: Objects = column("The amount exactly as it was written.")
    currency: Codes = column("Code of the amount's currency.")
    document: Objects = column("Number of a posting's document, or key of a failure.")
    note: Codes = column("Code of a message's channel or of the supplier that confirmed.")
    extra: Objects = column("JSON of everything else that the event states.")


@table
class PlacedRows(OrderTerms):
    """One row for each order.placed."""

    seq: Ints = column("Sequence number.")
    time: Ints = column("When it happened.")
    order: Codes = column("Number of the order.")
    attributes: Objects = column("JSON of {name: text}, or None.")
    adds: NDArray[np.uint8] = column(
        "1 where its fulfillments come beside the earlier ones, 0 where it names all."
    )


@table
class PlacementRows(Table):
    """One row for each fulfillment that an order.placed names."""

    seq: Ints = column("Sequence number.")
    time: Ints = column("When it happened.")
    order: Codes = column("Number of the order.")
    fulfillment: Codes = column("Number of the fulfillment.")
    workflow: Codes = column("Index of its workflow.")
    location: Codes = column("Code of its location.")
    value: Ints = column("Its share of the order's value.")


@dataclass
class EventBatch:
    """All events of some orders, or those of one batch."""

    events: EventRows
    placed: PlacedRows
    placements: PlacementRows

    @staticmethod
    def empty() -> "EventBatch":
        return EventBatch(EventRows.empty(), PlacedRows.empty(), PlacementRows.empty())

    @staticmethod
    def concatenate(parts: "Sequence[EventBatch]") -> "EventBatch":
        return EventBatch(
            EventRows.concatenate([part.events for part in parts]),
            PlacedRows.concatenate([part.placed for part in parts]),
            PlacementRows.concatenate([part.placements for part in parts]),
        )

    def until(self, at: Millis, *, without: Ints) -> "EventBatch":
        """The events at or before a moment, but those with the sequence numbers `without`."""
        tables = (self.events, self.placed, self.placements)
        is_left = [(each.time <= at) & ~np.isin(each.seq, without) for each in tables]
        return EventBatch(
            self.events.take(is_left[0]), self.placed.take(is_left[1]), self.placements.take(is_left[2])
        )

    def of_orders(self, mask: Flags) -> "EventBatch":
        """The events of the orders that `mask` marks by number; events of no order are left out."""
        events = self.events.take(self.events.order >= 0)
        return EventBatch(
            events.take(mask[events.order]),
            self.placed.take(mask[self.placed.order]),
            self.placements.take(mask[self.placements.order]),
        )
