"""Orders that look like one order that was sent twice: under one external id, or of one customer, basket and value within minutes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.time import MINUTE, Millis
from impactgraph.columns import Columns, Ints
from impactgraph.diagnosis.payload.sampling import named, sample_of, standing, worth

EXTERNAL = (
    "external_id", "external_order", "external_order_id", "external_reference", "external_ref", "order_reference", "client_reference",
    "idempotency_key", "cart_id", "checkout_id", "basket_id", "marketplace_order", "marketplace_order_id", "channel_order_id",
)  # fmt: skip
"""Names of attributes that are another system's name of the order."""
CUSTOMER = (
    "customer",
    "customer_id",
    "customer_key",
    "customer_number",
    "account",
    "account_id",
    "buyer",
    "buyer_id",
    "email",
    "customer_email",
)
BASKET = ("basket", "basket_hash", "cart", "cart_hash", "items", "items_hash", "lines", "lines_hash")
WITHIN: Millis = 10 * MINUTE


def find_duplicates(columns: Columns, among: NDArray[np.bool_]) -> list[PayloadFinding]:
    """`among` is by row of an order; a cancelled one is no duplicate any more. Costs a sort of the orders that have such an attribute."""
    names = sorted(columns.orders.attributes)
    alive = standing(columns) & among
    found: list[PayloadFinding] = []
    taken = np.zeros(len(columns.orders), bool)
    for name in named(names, EXTERNAL):
        codes = columns.orders.attributes[name]
        rows = np.flatnonzero(alive & (codes > 0))
        groups = list(_groups(rows, [codes[rows], columns.orders.channel[rows]], None))
        found += [
            _told(
                columns,
                group,
                {name: columns.dictionaries.attributes[name].values[int(codes[group[0]])]},
                f"{name} is the same",
            )
            for group in groups
        ]
        for group in groups:
            taken[group] = True
    for name in named(names, CUSTOMER):
        codes = columns.orders.attributes[name]
        rows = np.flatnonzero(alive & ~taken & (codes > 0))
        baskets = [columns.orders.attributes[basket][rows] for basket in named(names, BASKET)]
        keys: list[NDArray[Any]] = [
            codes[rows],
            columns.orders.currency[rows],
            columns.orders.value[rows],
            columns.orders.channel[rows],
            *baskets,
        ]
        for group in _groups(rows, keys, columns.orders.placed_at[rows]):
            taken[group] = True
            what = "customer, basket and value are the same" if baskets else "customer and value are the same"
            found.append(
                _told(
                    columns,
                    group,
                    {name: columns.dictionaries.attributes[name].values[int(codes[group[0]])]},
                    what,
                )
            )
    return found


def _groups(
    rows: NDArray[np.intp], keys: list[NDArray[Any]], placed: Ints | None
) -> Iterator[NDArray[np.intp]]:
    """Rows that agree in every key; with moments, only those that follow each other within minutes."""
    if len(rows) < 2:
        return
    order = np.lexsort([np.zeros(len(rows), np.int64) if placed is None else placed, *keys])
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    if placed is not None:
        same &= np.diff(placed[order]) <= WITHIN
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    ends = np.append(starts[1:], len(rows))
    for begin, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
        yield rows[order[begin:end]]


def _told(columns: Columns, group: NDArray[np.intp], key: Mapping[str, str], why: str) -> PayloadFinding:
    placed = columns.orders.placed_at[group]
    first = group[np.lexsort((columns.orders.ids[group], placed))[0]]
    channel = columns.dictionaries.channels.values[int(columns.orders.channel[group[0]])]
    names = sample_of(columns, group)
    return PayloadFinding(
        kind=PayloadKind.DUPLICATE_ORDER,
        sentence=f"{len(group)} orders look like one that was sent {'twice' if len(group) == 2 else 'several times'}: their {why} ({', '.join(names)}).",
        key={**key, "channel": channel},
        count=len(group),
        total=0,
        since=int(placed.min()),
        until=int(placed.max()),
        value=worth(columns, group[group != first]),
        orders=names,
    )
