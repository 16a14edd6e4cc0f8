"""Orders out of the columns: by row, and pages of all that are asked for."""

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
    """Bands, effects and missed promises are of a failure, so nothing is asked of them here; without one, the longest delay first is the first placed first."""
    rows = _asked_for(columns, topology, where)
    ids = columns.orders.ids

    def names(at: NDArray[np.intp]) -> list[str]:
        return [str(name) for name in ids[rows[at]]]

    chosen, cursors, more, before = keyset.page(_keys(columns, rows, sort), names, first, after, sort.value)
    return Page(tuple(orders_of(columns, rows[chosen])), tuple(cursors), len(rows), more, before)


def _asked_for(columns: Columns, topology: Topology, where: OrderFilter) -> Codes:
    """Rows of orders of which a fulfillment is asked for."""
    from impactgraph.impact.filters import (
        order_mask,
    )  # it comes with the forecast, which ingesting does without

    keep = order_mask(columns, Membership(columns, topology), where)
    if keep is None:
        return np.arange(len(columns.orders), dtype=np.int32)
    wanted = np.zeros(len(columns.orders), np.bool_)
    wanted[columns.fulfillments.order[keep(np.arange(len(columns.fulfillments), dtype=np.int32))]] = True
    return np.flatnonzero(wanted).astype(np.int32)


def _keys(columns: Columns, rows: Codes, sort: OrderSort) -> NDArray[np.float64]:
    orders = columns.orders
    match sort:
        case OrderSort.VALUE_DESC:
            return -orders.value[rows].astype(np.float64)
        case OrderSort.PROMISE_ASC:
            promised = orders.promised_by[rows].astype(np.float64)
            return np.where(promised > 0, promised, np.inf)
        case OrderSort.DELAY_DESC | OrderSort.PLACED_ASC:
            return orders.placed_at[rows].astype(np.float64)
