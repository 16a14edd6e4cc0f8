"""Pages of orders, filtered and sorted over the columns, without a failure."""

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import OrderSort
from graph_models.orders import Order, OrderFilter, Page
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.impact import keyset
from impactgraph.impact.membership import Membership
from impactgraph.impact.orders import orders_of


def order_page(
    columns: Columns, topology: Topology, where: OrderFilter, sort: OrderSort, first: int, after: str | None
) -> Page[Order]:
    """A page of the orders that match the filter; its parts about a failure (bands, effects) do not apply
    here.

    The sort by delay falls back to the time of placement. Raises BadInputError for a cursor of another list.
    """
    rows = _matching_orders(columns, topology, where)
    ids = columns.orders.ids

    def names(at: NDArray[np.intp]) -> list[str]:
        return [str(name) for name in ids[rows[at]]]

    keys = _keys(columns, rows, sort)
    page_rows, cursors, has_next, has_previous = keyset.page(
        keys, names, first=first, after=after, sort=sort.value
    )
    return Page(
        items=tuple(orders_of(columns, rows[page_rows])),
        cursors=tuple(cursors),
        total_count=len(rows),
        has_next=has_next,
        has_previous=has_previous,
    )


def _matching_orders(columns: Columns, topology: Topology, where: OrderFilter) -> Codes:
    """Rows of the orders of which a fulfillment matches."""
    # Imported here since it comes with the forecast, which ingesting does without.
    from impactgraph.impact.filters import order_mask

    matches = order_mask(columns, Membership(columns, topology), where)
    if matches is None:
        return np.arange(len(columns.orders), dtype=np.int32)
    mask = np.zeros(len(columns.orders), np.bool_)
    mask[columns.fulfillments.order[matches(np.arange(len(columns.fulfillments), dtype=np.int32))]] = True
    return np.flatnonzero(mask).astype(np.int32)


def _keys(columns: Columns, rows: Codes, sort: OrderSort) -> NDArray[np.float64]:
    """(rows,) sort keys, ascending."""
    orders = columns.orders
    match sort:
        case OrderSort.VALUE_DESC:
            return -orders.value[rows].astype(np.float64)
        case OrderSort.PROMISE_ASC:
            promise = orders.promised_by[rows].astype(np.float64)
            return np.where(promise > 0, promise, np.inf)
        case OrderSort.DELAY_DESC | OrderSort.PLACED_ASC:
            return orders.placed_at[rows].astype(np.float64)
