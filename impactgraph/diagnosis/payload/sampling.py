"""What findings about a group of orders have in common to tell."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.money import Money
from impactgraph.columns import CANCELLED, IN_FLIGHT, Columns
from impactgraph.impact.totals import money_of

SAMPLE = 5


def sample_of(columns: Columns, orders: NDArray[np.integer]) -> tuple[str, ...]:
    """Keys of some of the orders (rows), the latest placed first."""
    rows = np.unique(orders)
    ids, placed = columns.orders.ids, columns.orders.placed_at[rows]
    latest = rows[np.argsort(-placed, kind="stable")[: SAMPLE * 20]]
    named = sorted((-int(columns.orders.placed_at[row]), str(ids[row])) for row in latest.tolist())
    return tuple(name for _, name in named[:SAMPLE])


def worth(columns: Columns, orders: NDArray[np.integer]) -> tuple[Money, ...]:
    """Of the orders (rows), each counted once."""
    rows = np.unique(orders)
    return money_of(columns, columns.orders.currency[rows], columns.orders.value[rows])


def standing(columns: Columns) -> NDArray[np.bool_]:
    """By row of an order: placed, and not cancelled as a whole."""
    f = columns.fulfillments
    alive = np.zeros(len(columns.orders), bool)
    alive[f.order[f.status != CANCELLED]] = True
    return alive & (columns.orders.placed_at > 0)


def in_flight(columns: Columns) -> NDArray[np.bool_]:
    """By row of an order: some of it is."""
    f = columns.fulfillments
    alive = np.zeros(len(columns.orders), bool)
    alive[f.order[f.status == IN_FLIGHT]] = True
    return alive


def named(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Of the names those that are one of the wanted, whatever their case and whether words are joined by `_`, `-` or nothing."""
    plain = {_plain(word) for word in wanted}
    return [name for name in names if _plain(name) in plain]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "").replace(".", "")
