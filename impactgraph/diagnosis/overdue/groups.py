"""Overdue orders by what they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import OverdueGroup
from graph_models.enums import Dimension
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.impact.dimensions import coded
from impactgraph.impact.totals import worth_by_group

Flags = NDArray[np.bool_]
_DENSE = 2**20
"""Keys below this are counted instead of sorted."""


def overdue_groups(
    columns: Columns, overdue: Flags, among: Flags, by: Sequence[Dimension]
) -> tuple[OverdueGroup, ...]:
    """Groups that have overdue orders, the most first: how many orders are overdue and how many in flight, and what the overdue are worth.

    An order with parts in several groups counts in each. `overdue` and `among` by fulfillment. Costs a sort of the orders among which they are.
    """
    rows = np.flatnonzero(among).astype(np.int32)
    names, spans, key = _keys(columns, rows, by)
    hit = overdue[rows]
    present = np.flatnonzero(np.bincount(key[hit])) if key.max(initial=0) < _DENSE else np.unique(key[hit])
    keep = np.isin(key, present)
    order = columns.fulfillments.order[rows]
    total, _ = _distinct(present, key[keep], order[keep])
    late, orders = _distinct(present, key[hit], order[hit])
    worth = worth_by_group(columns, np.repeat(np.arange(len(present)), late), orders, len(present))
    found = [
        OverdueGroup(_spelled(int(code), names, spans, by), int(late[n]), int(total[n]), worth[n])
        for n, code in enumerate(present)
    ]
    return tuple(
        sorted(found, key=lambda group: (-group.overdue, [str(value) for value in group.key.values()]))
    )


def _distinct(present: Ints, key: Ints, order: Codes) -> tuple[NDArray[np.intp], Codes]:
    """How many orders each group has, and these, group by group. Only orders with several parts are sorted to see whether they are twice in a group."""
    place = np.searchsorted(present, key)
    several = np.bincount(order)[order] > 1
    pairs = np.unique(place[several].astype(np.int64) * 2**32 + order[several])
    place, order = (
        np.append(place[~several], pairs >> 32),
        np.append(order[~several], (pairs & (2**32 - 1)).astype(np.int32)),
    )
    return np.bincount(place, minlength=len(present)), order[np.argsort(place, kind="stable")]


def _keys(
    columns: Columns, rows: Codes, by: Sequence[Dimension]
) -> tuple[list[Sequence[str]], list[int], Ints]:
    key, names, spans = np.zeros(len(rows), np.int64), list[Sequence[str]](), list[int]()
    for dimension in by:
        codes, words = coded(columns, dimension, rows, columns.fulfillments.order[rows])
        key = key * len(words) + codes
        names.append(words)
        spans.append(len(words))
    return names, spans, key


def _spelled(
    code: int, names: Sequence[Sequence[str]], spans: Sequence[int], by: Sequence[Dimension]
) -> dict[str, str | None]:
    values: list[str | None] = []
    for words, span in zip(reversed(names), reversed(spans), strict=True):
        code, part = divmod(code, span)
        values.append(words[part] or None)
    return dict(zip((dimension.value for dimension in by), reversed(values), strict=True))
