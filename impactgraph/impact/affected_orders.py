"""Affected orders from affected fulfillments: one row an order, in its worst likely band."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.time import DAY
from impactgraph.columns import Columns
from impactgraph.forecast.scenarios import SCENARIOS
from impactgraph.impact.affected_rows import AffectedRows, Positions

_NEARLY_CERTAIN = 1.0 - 1e-12
_LONGEST = 30.0 * DAY
"""An order that never comes through by itself counts as delayed for so long."""


def affected_orders(columns: Columns, rows: AffectedRows, min_likelihood: float) -> AffectedRows:
    """One row an order, of those whose likelihood is above `min_likelihood`.

    An order with several rows has the likelihood that any of them strikes. It is represented by the worst of
    those that are likely, and is as late as the one that the failures delay most.
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

    That is the worst one of its likely band: by likelihood, then delay, then the earliest hit, then the
    latest completion.
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
            -np.round(rows.likelihood * SCENARIOS),  # no finer than their sample
            rows.band,
            rows.order,
        )
    )
    rows = rows.take(rank)
    first = np.flatnonzero(np.diff(rows.order, prepend=-1))
    latest = _most_delayed(rows, first)
    values = {
        "likelihood": 1.0 - np.multiply.reduceat(1.0 - rows.likelihood, first),
        **_promises(rows),
        "wrong_decision": np.maximum.reduceat(rows.wrong_decision, first),
        "delay": rows.delay[latest],
        "completion": rows.completion[latest],
    }
    return values, at[rank[_worst_likely(rows, first)]]


def _worst_likely(rows: AffectedRows, first: Positions) -> Positions:
    """(orders,) the first row in the worst band that an affected order is as likely as not to be in, or in a
    worse one: a part that hardly ever is stuck does not make stuck what another part surely delays.

    `rows`: by order, then by band; `first`: where each order begins.
    """
    order_of = _order_of(rows, first)
    spared = np.cumsum(np.log1p(-np.minimum(rows.likelihood, _NEARLY_CERTAIN)))
    before = np.concatenate([np.zeros(1), spared])[first]
    chance = -np.expm1(spared - before[order_of])
    total = np.maximum.reduceat(chance, first)
    is_enough = chance >= 0.5 * total[order_of]
    band = np.minimum.reduceat(np.where(is_enough, rows.band, np.iinfo(rows.band.dtype).max), first)
    return _first_where(rows.band == band[order_of], first)


def _most_delayed(rows: AffectedRows, first: Positions) -> Positions:
    """(orders,) the row that is expected to delay each order most: by its delay and how likely that is."""
    expected = rows.likelihood * np.minimum(np.nan_to_num(rows.delay, posinf=_LONGEST), _LONGEST)
    most = np.maximum.reduceat(expected, first)
    return _first_where(expected == most[_order_of(rows, first)], first)


def _order_of(rows: AffectedRows, first: Positions) -> Positions:
    """(rows,) number of the order of each row."""
    return np.repeat(np.arange(len(first)), np.diff(first, append=len(rows)))


def _first_where(mask: NDArray[np.bool_], first: Positions) -> Positions:
    """(orders,) the first row of each order in the mask; each has one."""
    return np.minimum.reduceat(np.where(mask, np.arange(len(mask)), len(mask)), first)


def _promises(rows: AffectedRows) -> dict[str, NDArray[Any]]:
    """Of each order, in the order of their numbers: whether it misses its promise, and does so in any case.

    It does so when any of its fulfillments does. Several rows of one fulfillment are several reasons why it
    is affected, but it is done once: the latest of them counts.
    """
    rows = rows.take(np.lexsort((rows.fulfillment, rows.order)))
    first = np.flatnonzero(np.diff(rows.fulfillment, prepend=-1))
    of_order = np.flatnonzero(np.diff(rows.order.take(first), prepend=-1))
    kept = 1.0 - rows.late_anyway
    kept_without, kept_with = (
        np.multiply.reduceat(np.minimum.reduceat(chance, first), of_order)
        for chance in (kept, kept - rows.missed)
    )
    return {"missed": kept_without - kept_with, "late_anyway": 1.0 - kept_without}
