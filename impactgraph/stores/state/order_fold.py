"""The state of orders, folded from order.placed, which may come more than once."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints
from impactgraph.columns.declare import Flags, Objects, Setter
from impactgraph.stores.state.dense_places import DensePlaces
from impactgraph.stores.state.event_tables import EventBatch, PlacedRows
from impactgraph.stores.state.state_tables import OrderFold, columns_set_by

TieBreaker: TypeAlias = Callable[[Ints], Mapping[int, tuple[str, str]]]
"""(source, id) of the events with some sequence numbers: asked for only where two events have the same key.
"""


def event_order(
    group: Ints, key: Ints, seq: Ints, tie_breaker: TieBreaker, candidates: Flags | None = None
) -> NDArray[np.intp]:
    """Indices by (group, key, source, id).

    Source and id are asked for only where group and key are the same; with `candidates`, where both are
    marked.
    """
    order = np.lexsort((key, group))
    is_tie = (group[order][1:] == group[order][:-1]) & (key[order][1:] == key[order][:-1])
    if candidates is not None:
        is_tie &= candidates[order][1:] & candidates[order][:-1]
    if is_tie.any():
        is_in_tie = np.zeros(len(order), np.bool_)
        is_in_tie[:-1] |= is_tie
        is_in_tie[1:] |= is_tie
        places = np.flatnonzero(is_in_tie)
        names = tie_breaker(seq[order[places]])
        order[places] = sorted(
            order[places].tolist(), key=lambda i: (int(group[i]), int(key[i]), names[int(seq[i])])
        )
    return order


def fold_orders(batch: EventBatch, tie_breaker: TieBreaker) -> tuple[OrderFold, Objects]:
    """State of every order of which there is an event, by number; and its attributes as JSON, or None."""
    placement_events = batch.placed
    placement_events = placement_events.take(
        event_order(
            placement_events.order.astype(np.int64), placement_events.time, placement_events.seq, tie_breaker
        )
    )
    events = batch.events
    places = DensePlaces(np.concatenate([placement_events.order, events.order[events.order >= 0]]))
    rows = places.of(placement_events.order)
    orders = OrderFold.blank(len(places))
    orders.number = places.numbers
    orders.is_placed[rows] = True
    orders.placed_at[rows[::-1]] = placement_events.time[::-1]
    orders.stated_at[rows] = placement_events.time
    for each in columns_set_by(OrderFold, Setter.PLACEMENT):
        getattr(orders, each.name)[rows] = getattr(placement_events, each.name)
    for each in columns_set_by(OrderFold, Setter.STATED):
        _set_last_values(getattr(orders, each.name), rows, getattr(placement_events, each.name))
    return orders, _attributes(placement_events, rows, len(places))


def _set_last_values(target: NDArray[Any], rows: Ints, values: NDArray[Any]) -> None:
    is_stated = values != 0
    target[rows[is_stated]] = values[is_stated]


def _attributes(placement_events: PlacedRows, rows: Ints, count: int) -> Objects:
    """By order the JSON of its attributes; of an order placed more than once, the last value of each."""
    texts = np.full(count, None, np.object_)
    texts[rows] = placement_events.attributes
    repeats: Codes = np.flatnonzero(np.bincount(rows, minlength=count) > 1).astype(np.int32)
    for order in repeats.tolist():
        union: dict[str, str] = {}
        for text in placement_events.attributes[rows == order]:
            union.update(msgspec.json.decode(text) if text else {})
        texts[order] = msgspec.json.encode(union).decode() if union else None
    return texts
