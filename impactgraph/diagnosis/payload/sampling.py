"""Samples, worth and state of groups of orders, as findings report them."""

import numpy as np
from numpy.typing import NDArray

from graph_models.money import Money
from impactgraph.columns import CANCELLED, IN_FLIGHT, Columns
from impactgraph.impact.totals import money_of

SAMPLE = 5


def sample_of(columns: Columns, orders: NDArray[np.integer]) -> tuple[str, ...]:
    """Keys of some of the orders (rows), the latest placement first."""
    rows = np.unique(orders)
    ids = columns.orders.ids
    placed_at = columns.orders.placed_at
    latest = rows[np.argsort(-placed_at[rows], kind="stable")[: SAMPLE * 20]]
    by_placement = sorted((-int(placed_at[row]), str(ids[row])) for row in latest.tolist())
    return tuple(key for _, key in by_placement[:SAMPLE])


def worth(columns: Columns, orders: NDArray[np.integer]) -> tuple[Money, ...]:
    """Of the orders (rows), each counted once."""
    rows = np.unique(orders)
    return money_of(columns, columns.orders.currency[rows], columns.orders.value[rows])


def is_not_cancelled(columns: Columns) -> NDArray[np.bool_]:
    """By row of an order: whether it was placed and at least one fulfillment is not cancelled."""
    f = columns.fulfillments
    alive = np.zeros(len(columns.orders), bool)
    alive[f.order[f.status != CANCELLED]] = True
    return alive & (columns.orders.placed_at > 0)


def in_flight(columns: Columns) -> NDArray[np.bool_]:
    """By row of an order: whether a fulfillment of it is in flight."""
    f = columns.fulfillments
    alive = np.zeros(len(columns.orders), bool)
    alive[f.order[f.status == IN_FLIGHT]] = True
    return alive
