"""Orders by their keys, as the columns show them."""

from collections.abc import Sequence

import numpy as np

from graph_models.orders import Order
from impactgraph.columns import Codes, Columns
from impactgraph.impact.orders import orders_of
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.timelines import order_numbers
from impactgraph.stores.state.instances import Instances


def existing_orders(
    record: Record, instances: Instances, columns: Columns, keys: Sequence[str]
) -> dict[int, Order]:
    """Those of the orders that the instances have, by number, as the columns show them."""
    number_by_key = order_numbers(record, keys)
    existing = [number_by_key[key] for key in dict.fromkeys(keys) if key in number_by_key]
    numbers: Codes = np.array(existing, np.int32)
    rows = instances.order_rows(numbers)
    orders = orders_of(columns, rows[rows >= 0])
    return dict(zip(numbers[rows >= 0].tolist(), orders, strict=True))
