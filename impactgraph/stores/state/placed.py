"""What order.placed says of an order, where it may be said more than once."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints
from impactgraph.stores.state.places import Places
from impactgraph.stores.state.rows import Happened, PlacedRows
from impactgraph.stores.state.states import OrderStates


def in_order(
    group: Ints,
    key: Ints,
    seq: Ints,
    ties: Callable[[Ints], Mapping[int, tuple[str, str]]],
    among: NDArray[np.bool_] | None = None,
) -> NDArray[np.intp]:
    """Indices by (group, key, source, id); the names are asked for only where group and key are the same (with `among`: of two that are marked)."""
    order = np.lexsort((key, group))
    same = (group[order][1:] == group[order][:-1]) & (key[order][1:] == key[order][:-1])
    if among is not None:
        same &= among[order][1:] & among[order][:-1]
    if same.any():
        involved = np.zeros(len(order), np.bool_)
        involved[:-1] |= same
        involved[1:] |= same
        where = np.flatnonzero(involved)
        names = ties(seq[order[where]])
        rows = sorted(order[where].tolist(), key=lambda i: (int(group[i]), int(key[i]), names[int(seq[i])]))
        order[where] = rows
    return order


def fold_orders(happened: Happened, ties: Callable[[Ints], Mapping[int, tuple[str, str]]]) -> OrderStates:
    """A row an order of which there is any event, in order of their numbers."""
    p = happened.placed
    p = p.take(in_order(p.order.astype(np.int64), p.time, p.seq, ties))
    places = Places(np.concatenate([p.order, happened.events.order[happened.events.order >= 0]]))
    row, count = places.of(p.order), len(places)

    def stated(values: NDArray[Any]) -> NDArray[Any]:
        """The last that is stated: 0 is not."""
        found = np.zeros(count, values.dtype)
        found[row[values != 0]] = values[values != 0]
        return found

    placed, value, placed_at = np.zeros(count, np.bool_), np.zeros(count, np.int64), np.zeros(count, np.int64)
    placed[row], value[row] = True, p.value
    placed_at[row[::-1]] = p.time[::-1]
    return OrderStates(
        places.numbers, placed, stated(p.channel), stated(p.mode), stated(p.region), stated(p.tier), stated(p.currency),
        value, placed_at, stated(p.promised_by), _attributes(p, row, count),
    )  # fmt: skip


def _attributes(p: PlacedRows, row: Ints, count: int) -> NDArray[np.object_]:
    found = np.full(count, None, np.object_)
    found[row] = p.attributes
    often: Codes = np.flatnonzero(np.bincount(row, minlength=count) > 1).astype(np.int32)
    for order in often.tolist():
        merged: dict[str, str] = {}
        for text in p.attributes[row == order]:
            merged.update(msgspec.json.decode(text) if text else {})
        found[order] = msgspec.json.encode(merged).decode() if merged else None
    return found
