"""Orders that look like duplicates: one external id, or one customer, basket and value within minutes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import PayloadFinding, PayloadKind
from graph_models.time import MINUTE, Millis
from impactgraph.columns import Columns, Ints
from impactgraph.columns.external_ids import EXTERNAL_IDS, matching_names
from impactgraph.diagnosis.payload.sampling import is_not_cancelled, sample_of, worth
from impactgraph.diagnosis.payload.sentences import duplicates_sentence

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
    """`among` is by row of an order; a cancelled order is not a duplicate.

    Costs a sort of the orders that have such an attribute.
    """
    names = sorted(columns.orders.attributes)
    eligible = is_not_cancelled(columns) & among
    findings: list[PayloadFinding] = []
    in_group = np.zeros(len(columns.orders), bool)
    for name in matching_names(names, EXTERNAL_IDS):
        codes = columns.orders.attributes[name]
        rows = np.flatnonzero(eligible & (codes > 0))
        for group in list(_groups(rows, [codes[rows], columns.orders.channel[rows]], None)):
            in_group[group] = True
            findings.append(_finding(columns, group, name, name))
    for name in matching_names(names, CUSTOMER):
        codes = columns.orders.attributes[name]
        rows = np.flatnonzero(eligible & ~in_group & (codes > 0))
        baskets = [columns.orders.attributes[basket][rows] for basket in matching_names(names, BASKET)]
        keys: list[NDArray[Any]] = [
            codes[rows],
            columns.orders.currency[rows],
            columns.orders.value[rows],
            columns.orders.channel[rows],
            *baskets,
        ]
        for group in _groups(rows, keys, columns.orders.placed_at[rows]):
            in_group[group] = True
            same = "customer, basket and value" if baskets else "customer and value"
            findings.append(_finding(columns, group, name, same))
    return findings


def _groups(
    rows: NDArray[np.intp], keys: list[NDArray[Any]], placed_at: Ints | None
) -> Iterator[NDArray[np.intp]]:
    """Rows that agree in every key; with moments, only those that follow each other within minutes."""
    if len(rows) < 2:
        return
    order = np.lexsort([np.zeros(len(rows), np.int64) if placed_at is None else placed_at, *keys])
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    if placed_at is not None:
        same &= np.diff(placed_at[order]) <= WITHIN
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    ends = np.append(starts[1:], len(rows))
    for begin, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
        yield rows[order[begin:end]]


def _finding(columns: Columns, group: NDArray[np.intp], name: str, same: str) -> PayloadFinding:
    """`name`: of the attribute that makes the group; `same`: what the orders agree in."""
    o = columns.orders
    placed_at = o.placed_at[group]
    first = group[np.lexsort((o.ids[group], placed_at))[0]]
    value = columns.dictionaries.attributes[name].values[int(o.attributes[name][group[0]])]
    channel = columns.dictionaries.channels.values[int(o.channel[group[0]])]
    sample = sample_of(columns, group)
    return PayloadFinding(
        kind=PayloadKind.DUPLICATE_ORDER,
        sentence=duplicates_sentence(len(group), same, sample),
        key={name: value, "channel": channel},
        count=len(group),
        total=0,
        since=int(placed_at.min()),
        until=int(placed_at.max()),
        value=worth(columns, group[group != first]),
        orders=sample,
    )
