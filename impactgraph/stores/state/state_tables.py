"""Tables of the state: the columns that questions read, with what only folding needs.

`impactgraph/columns/declare.py` says where to add a column.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, ErrorColumns, FulfillmentColumns, Ints, OrderColumns, Visits
from impactgraph.columns.declare import Column, Flags, Objects, Setter, Table, column, table
from impactgraph.columns.tables import FulfillmentState, OrderState


@table
class OrderFold(OrderState):
    """What a fold computes of each order."""

    number: Codes = column("Number of the order, given when its key first came.")
    is_placed: Flags = column("False while only other events of it have come: then all else is blank.")


@table
class StoredOrders(OrderFold, OrderColumns):
    """What a store keeps of each order."""


@table
class FulfillmentFold(FulfillmentState):
    """What a fold computes of each fulfillment; here `order` is the number of the order."""

    number: Codes = column("Number of the fulfillment, given when its key first came.")
    location_key: Ints = column(
        "Key of the event that set the location.", set_by=Setter.LOCATION, field="key"
    )
    placement_location: Codes = column("Where it was placed.", set_by=Setter.PLACEMENT, field="location")
    entry_location: Codes = column(
        "By step, the location that its last entry names, 0 where it names none.", per_step=True
    )
    is_regular: Flags = column(
        "Placed once, never rerouted, no step entered twice, ended at most once and at the end: "
        "one more event can be added without a look at the earlier ones."
    )


@table
class StoredFulfillments(FulfillmentFold, FulfillmentColumns):
    """What a store keeps of each fulfillment; here `order` is the row of the order."""


@table
class StoredErrors(ErrorColumns):
    """What a store keeps of each fulfillment.failed."""

    seq: Ints = column("Sequence number of the event.")
    step_code: Codes = column("Code of the step's key, from which `step` follows with each topology.")


@table
class VisitRows(Visits):
    """Visits with the number of the fulfillment. The columns show those of regular fulfillments only."""

    fulfillment: Codes = column("Number of the fulfillment.")

    def by_fulfillment(self) -> Iterator[tuple[int, "VisitRows"]]:
        """(number, visits) of one fulfillment after the other; the rows of each must be adjacent."""
        starts = np.flatnonzero(np.diff(self.fulfillment, prepend=-1)).tolist()
        for begin, end in zip(starts, [*starts[1:], len(self)], strict=False):
            yield int(self.fulfillment[begin]), self.take(np.arange(begin, end))


@table
class Moves(Table):
    """Events that change the state of fulfillments, one row for each event and fulfillment."""

    target: Ints = column("Index or row of the fulfillment.")
    time: Ints = column("When it happened.")
    kind: NDArray[np.uint8] = column("EventKind.")
    seq: Ints = column("Sequence number.")
    workflow: Codes = column("The workflow that the fulfillment was in.", blank=-1)
    step: Codes = column("Index in that workflow, -1 where it names no step.", blank=-1)
    location: Codes = column("Code of the location.")
    code: Codes = column("Code of the error's code.")
    element: Codes = column("Code of the error's origin.")
    key: Ints = column("`fold_key` of the event.")

    def sort(self, order: NDArray[np.intp]) -> None:
        """Brings the rows into an order, column by column, so that memory never holds two copies of all."""
        for each in self.columns():
            setattr(self, each.name, getattr(self, each.name)[order])


@dataclass
class FoldResult:
    """State of orders and fulfillments by number, visits that columns cannot hold, and events that do not
    fit.
    """

    orders: OrderFold
    attributes: Objects
    """JSON of {name: text} by order, or None."""
    fulfillments: FulfillmentFold
    irregular_visits: VisitRows
    misfits: Ints
    """Sequence numbers of events whose step is not one of the workflow that the fulfillment was in then."""
    misfit_workflows: Codes
    """That workflow, of each."""


@cache
def columns_set_by(kind: type[Table], setter: Setter) -> tuple[Column, ...]:
    """The declared columns of a table that take their value from the latest event of this kind."""
    return tuple(each for each in kind.columns() if each.set_by is setter)
