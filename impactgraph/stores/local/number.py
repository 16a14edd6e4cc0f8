"""Orders and fulfillments get their numbers at first sight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from impactgraph.ingest.events import OrderCancelledData, OrderPlaced
from impactgraph.stores.local.items import Item
from impactgraph.stores.local.memory import Memory


@dataclass
class Numbered:
    """Numbers of all that a batch names; the new ones apart, in their order."""

    orders: dict[str, int]
    fulfillments: dict[str, int]
    new_orders: dict[str, int]
    new_fulfillments: dict[str, int]
    owners: dict[int, int]
    """Order number of each new fulfillment."""

    def order_ids(self) -> Mapping[int, str]:
        return {number: id_ for id_, number in self.new_orders.items()}

    def fulfillment_ids(self) -> Mapping[int, str]:
        return {number: id_ for id_, number in self.new_fulfillments.items()}


def number_ids(items: Sequence[Item], memory: Memory) -> Numbered:
    """A fulfillment belongs to the order that it was first seen with; an event that gives it to another one is refused."""
    pairs = [
        (item, order, fulfillments)
        for item in items
        if item.good and (order := item.order)
        for fulfillments in (_fulfillments(item),)
    ]
    orders = memory.orders.find(list(dict.fromkeys(order for _, order, _ in pairs)))
    fulfillments = memory.fulfillments.find(
        list(dict.fromkeys(f for _, _, several in pairs for f in several))
    )
    known = np.fromiter(fulfillments.values(), np.int32, len(fulfillments))
    owners = dict(zip(known.tolist(), memory.owners(known).tolist(), strict=True))
    found = Numbered(orders, fulfillments, {}, {}, {})
    next_order, next_fulfillment = memory.orders.count, memory.fulfillments.count
    for item, order, several in pairs:
        number = orders.get(order)
        stranger = next((f for f in several if f in fulfillments and owners[fulfillments[f]] != number), None)
        if stranger is not None:
            item.reason = f"fulfillment {stranger!r} belongs to another order than {order!r}"
            continue
        if number is None:
            number = orders[order] = found.new_orders[order] = next_order
            next_order += 1
        for fulfillment in several:
            if fulfillment not in fulfillments:
                fulfillments[fulfillment] = found.new_fulfillments[fulfillment] = next_fulfillment
                owners[next_fulfillment] = found.owners[next_fulfillment] = number
                next_fulfillment += 1
    return found


def _fulfillments(item: Item) -> tuple[str, ...]:
    """Keys of the fulfillments that the event names."""
    if isinstance(item.event, OrderPlaced):
        return tuple(part.fulfillment for part in item.event.data.fulfillments)
    data = cast("Any", item.event).data
    key = None if isinstance(data, OrderCancelledData) else getattr(data, "fulfillment", None)
    return (key,) if key else ()
