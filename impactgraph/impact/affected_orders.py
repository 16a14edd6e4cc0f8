"""Affected orders from affected fulfillments: one row an order, in its worst band."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Columns
from impactgraph.impact.affected_rows import AffectedRows, Positions


def affected_orders(columns: Columns, rows: AffectedRows, min_likelihood: float) -> AffectedRows:
    """One row an order, of those whose likelihood is above `min_likelihood`.

    An order with several rows has the likelihood that any of them strikes, and is represented by the worst.
    Costs O(rows), and a sort of the rows of those orders that have several.
    """
    if not len(rows):
        return rows
    is_repeat = _repeats(columns, rows)
    if not is_repeat.any():
        return rows.take(np.flatnonzero(rows.likelihood > min_likelihood))
    has_several = np.zeros(len(columns.orders), bool)
    has_several[rows.order.take(np.flatnonzero(is_repeat))] = True
    several_mask = has_several.take(rows.order)
    values, representatives = _merge(rows, np.flatnonzero(several_mask))
    single = np.flatnonzero(~several_mask & (rows.likelihood > min_likelihood))
    is_likely = values["likelihood"] > min_likelihood
    values = {name: column[is_likely] for name, column in values.items()}
    at = np.concatenate([single, representatives[is_likely]])

    @cache
    def whole(name: str) -> NDArray[Any]:
        return np.concatenate([rows.column(name, single), values[name]])

    def read(name: str, within: Positions | None) -> NDArray[Any]:
        if name in values:
            return whole(name) if within is None else whole(name).take(within)
        return rows.column(name, at if within is None else at.take(within))

    return AffectedRows(len(at), read)


def _repeats(columns: Columns, rows: AffectedRows) -> NDArray[np.bool_]:
    """By row: whether a later row is of the same order."""
    number = np.arange(len(rows), dtype=np.int32)
    last = np.empty(len(columns.orders), np.int32)
    last[rows.order] = number
    return last.take(rows.order) != number


def _merge(rows: AffectedRows, at: Positions) -> tuple[dict[str, NDArray[Any]], Positions]:
    """Rows at some positions grouped by order: values of each order over all its rows, and the position of
    the row that represents it.

    That is its worst: by band, then likelihood, then delay, then the earliest hit, then the latest
    completion.
    """
    rows = rows.take(at)
    hit_at = np.nan_to_num(rows.hit_at, nan=1e18, posinf=1e18)
    completion = np.nan_to_num(rows.completion, nan=-1e18, posinf=1e18)
    rank = np.lexsort(
        (
            rows.fulfillment,
            rows.step,
            -completion,
            hit_at,
            -np.nan_to_num(rows.delay, posinf=1e18),
            -rows.likelihood,
            rows.band,
            rows.order,
        )
    )
    rows = rows.take(rank)
    first = np.flatnonzero(np.diff(rows.order, prepend=-1))
    kept_without = np.multiply.reduceat(1.0 - rows.late_anyway, first)
    keep_chance = np.multiply.reduceat(1.0 - rows.late_anyway - rows.missed, first)
    values = {
        "likelihood": 1.0 - np.multiply.reduceat(1.0 - rows.likelihood, first),
        "missed": kept_without - keep_chance,
        "late_anyway": 1.0 - kept_without,
        "wrong_decision": np.maximum.reduceat(rows.wrong_decision, first),
    }
    return values, at[rank[first]]
