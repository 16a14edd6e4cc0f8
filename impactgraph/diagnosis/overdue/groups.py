"""Counts and worth of overdue orders by dimension."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import OverdueGroup
from graph_models.enums import Dimension
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.impact.dimensions import dimension_codes
from impactgraph.impact.totals import worth_by_group

Flags = NDArray[np.bool_]
_DENSE = 2**20
"""Keys below this are counted instead of sorted."""


def overdue_groups(
    columns: Columns, overdue: Flags, among: Flags, by: Sequence[Dimension]
) -> tuple[OverdueGroup, ...]:
    """Groups that have overdue orders, the largest first, with the number of overdue orders and of all in
    flight.

    `overdue` and `among` are by fulfillment. The worth is that of the overdue orders. An order with
    fulfillments in several groups counts in each. Costs a sort of the orders in `among`.
    """
    rows = np.flatnonzero(among).astype(np.int32)
    names, spans, key = _keys(columns, rows, by)
    is_late = overdue[rows]
    late_keys = key[is_late]
    present = np.flatnonzero(np.bincount(late_keys)) if key.max(initial=0) < _DENSE else np.unique(late_keys)
    in_present = np.isin(key, present)
    order = columns.fulfillments.order[rows]
    total, _ = _distinct_orders(present, key[in_present], order[in_present])
    late, late_orders = _distinct_orders(present, late_keys, order[is_late])
    worth = worth_by_group(columns, np.repeat(np.arange(len(present)), late), late_orders, len(present))
    groups = [
        OverdueGroup(_group_key(int(code), names, spans, by), int(late[n]), int(total[n]), worth[n])
        for n, code in enumerate(present)
    ]
    return tuple(
        sorted(groups, key=lambda group: (-group.overdue, [str(value) for value in group.key.values()]))
    )


def _distinct_orders(present: Ints, key: Ints, order: Codes) -> tuple[NDArray[np.intp], Codes]:
    """The number of distinct orders of each group, and these orders, group by group.

    Only orders with several fulfillments are sorted, to see whether they are in a group twice.
    """
    place = np.searchsorted(present, key)
    several = np.bincount(order)[order] > 1
    pairs = np.unique(place[several].astype(np.int64) * 2**32 + order[several])
    place = np.append(place[~several], pairs >> 32)
    order = np.append(order[~several], (pairs & (2**32 - 1)).astype(np.int32))
    return np.bincount(place, minlength=len(present)), order[np.argsort(place, kind="stable")]


def _keys(
    columns: Columns, rows: Codes, by: Sequence[Dimension]
) -> tuple[list[Sequence[str]], list[int], Ints]:
    """The values of each dimension, their number, and by row the key that combines its values."""
    key = np.zeros(len(rows), np.int64)
    names: list[Sequence[str]] = []
    spans: list[int] = []
    for dimension in by:
        codes, values = dimension_codes(columns, dimension, rows, columns.fulfillments.order[rows])
        key = key * len(values) + codes
        names.append(values)
        spans.append(len(values))
    return names, spans, key


def _group_key(
    code: int, names: Sequence[Sequence[str]], spans: Sequence[int], by: Sequence[Dimension]
) -> dict[str, str | None]:
    values: list[str | None] = []
    for choices, span in zip(reversed(names), reversed(spans), strict=True):
        code, index = divmod(code, span)
        values.append(choices[index] or None)
    return dict(zip((dimension.value for dimension in by), reversed(values), strict=True))
