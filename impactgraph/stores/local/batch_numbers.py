"""Numbers of the orders and fulfillments that a batch names: assigned when an id is first seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import numpy as np

from impactgraph.ingest.events import OrderCancelledData, PlacedData
from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.ingest_index import IngestIndex


@dataclass
class BatchNumbers:
    """Number by id of all orders and fulfillments of a batch; the new ones once more, in their order."""

    orders: dict[str, int]
    fulfillments: dict[str, int]
    new_orders: dict[str, int]
    new_fulfillments: dict[str, int]
    owners: dict[int, int]
    """Order number of each new fulfillment, by its number."""

    def order_ids(self) -> Mapping[int, str]:
        """Ids of the new orders by number."""
        return {number: id_ for id_, number in self.new_orders.items()}

    def fulfillment_ids(self) -> Mapping[int, str]:
        """Ids of the new fulfillments by number."""
        return {number: id_ for id_, number in self.new_fulfillments.items()}


def assign_numbers(batch: Sequence[BatchEvent], index: IngestIndex) -> BatchNumbers:
    """Numbers for the acceptable events of a batch.

    A fulfillment belongs to the order that it was first seen with; an event that names another order is
    rejected.
    """
    order_references = [
        (event, order, _fulfillment_keys(data))
        for event, data in ((event, cast("Any", event.event).data) for event in batch if event.is_acceptable)
        if (order := getattr(data, "order", ""))
    ]
    orders = index.orders.find(list(dict.fromkeys([order for _, order, _ in order_references])))
    fulfillments = index.fulfillments.find(
        list(dict.fromkeys([key for _, _, keys in order_references for key in keys]))
    )
    fulfillment_numbers = np.fromiter(fulfillments.values(), np.int32, len(fulfillments))
    owners = dict(
        zip(fulfillment_numbers.tolist(), index.orders_of(fulfillment_numbers).tolist(), strict=True)
    )
    numbers = BatchNumbers(orders, fulfillments, new_orders={}, new_fulfillments={}, owners={})
    next_order = index.orders.count
    next_fulfillment = index.fulfillments.count
    for event, order, keys in order_references:
        number = orders.get(order)
        foreign = None
        for key in keys:
            if (known := fulfillments.get(key)) is not None and owners[known] != number:
                foreign = key
                break
        if foreign is not None:
            owner = _order_id(owners[fulfillments[foreign]], numbers, index)
            event.rejection = (
                f"fulfillment {foreign!r} belongs to order {owner!r}, not to {order!r} (in a mapping, "
                "`fulfillment: {id: '{order}/{fulfillment}'}` keeps numbers apart that count within an order)"
            )
            continue
        if number is None:
            number = orders[order] = numbers.new_orders[order] = next_order
            next_order += 1
        for key in keys:
            if key not in fulfillments:
                fulfillments[key] = numbers.new_fulfillments[key] = next_fulfillment
                owners[next_fulfillment] = numbers.owners[next_fulfillment] = number
                next_fulfillment += 1
    return numbers


def _order_id(number: int, numbers: BatchNumbers, index: IngestIndex) -> str:
    return numbers.order_ids().get(number) or index.order_id(number)


def _fulfillment_keys(data: Any) -> tuple[str, ...]:
    """Keys of the fulfillments that the data of an event name."""
    kind: type[msgspec.Struct] = data.__class__
    if kind is PlacedData:
        return tuple([part.fulfillment for part in data.fulfillments])
    key = None if kind is OrderCancelledData else getattr(data, "fulfillment", None)
    return (key,) if key else ()
