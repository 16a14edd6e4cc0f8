"""From hit fulfillments and records to affected orders: an order once, in its worst band."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Columns
from impactgraph.forecast.scenarios import Reals

At: TypeAlias = NDArray[np.intp]
Column: TypeAlias = Callable[[str, At | None], NDArray[Any]]
"""The array of a name, of the rows at some places or (None) of all."""


class AffectedRows:
    """Arrays of one length, each made when it is first asked for. In `orders` a row is an order, in `fulfillments` a fulfillment of one."""

    def __init__(self, size: int, column: Column) -> None:
        self._size, self._column = size, column
        self._known: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self._size

    def take(self, chosen: NDArray[Any]) -> "AffectedRows":
        """Some rows: flags, or places."""
        at = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return AffectedRows(len(at), lambda name, of: self.of(name, at if of is None else at.take(of)))

    def of(self, name: str, at: At | None = None) -> NDArray[Any]:
        known = self._known.get(name)
        if known is None and at is not None:
            return self._column(name, at)
        if known is None:
            known = self._known[name] = self._column(name, None)
        return known if at is None else known.take(at)

    @property
    def order(self) -> Codes:
        return self.of("order")

    @property
    def fulfillment(self) -> Codes:
        return self.of("fulfillment")

    @property
    def likelihood(self) -> Reals:
        return self.of("likelihood")

    @property
    def band(self) -> NDArray[np.int8]:
        """Index of BANDS."""
        return self.of("band")

    @property
    def hit_by(self) -> NDArray[np.int16]:
        """Index of the hazards' impairments."""
        return self.of("hit_by")

    @property
    def workflow(self) -> NDArray[np.int16]:
        """Index of `workflows` of the answer."""
        return self.of("workflow")

    @property
    def step(self) -> NDArray[np.int16]:
        """First hit: position in the workflow."""
        return self.of("step")

    @property
    def hit_at(self) -> Reals:
        return self.of("hit_at")

    @property
    def delay(self) -> Reals:
        """Infinite: never finishes."""
        return self.of("delay")

    @property
    def finish(self) -> Reals:
        """NaN where only records are hit."""
        return self.of("finish")

    @property
    def misses(self) -> NDArray[np.bool_]:
        return self.of("misses")

    @property
    def wrong(self) -> Reals:
        """The likelihood of a wrong decision on stale data."""
        return self.of("wrong")


def affected_orders(columns: Columns, rows: AffectedRows, min_likelihood: float) -> AffectedRows:
    """One row an order: its worst band, the likelihood that any of its ways strikes. Costs O(rows), and a sort of those orders that have several."""
    if not len(rows):
        return rows
    number = np.arange(len(rows), dtype=np.int32)
    last = np.empty(len(columns.orders), np.int32)
    last[rows.order] = number
    again = last[rows.order] != number
    if not again.any():
        return rows.take(np.flatnonzero(rows.likelihood > min_likelihood))
    several = np.zeros(len(columns.orders), bool)
    several[rows.order[again]] = True
    mixed = several[rows.order]
    merged, which = _merge(rows, np.flatnonzero(mixed))
    alone = np.flatnonzero(~mixed & (rows.likelihood > min_likelihood))
    likely = merged["likelihood"] > min_likelihood
    merged = {name: values[likely] for name, values in merged.items()}
    at = np.concatenate([alone, which[likely]])

    @cache
    def whole(name: str) -> NDArray[Any]:
        return np.concatenate([rows.of(name, alone), merged[name]])

    def column(name: str, of: At | None) -> NDArray[Any]:
        if name in merged:
            return whole(name) if of is None else whole(name).take(of)
        return rows.of(name, at if of is None else at.take(of))

    return AffectedRows(len(at), column)


def _merge(rows: AffectedRows, among: At) -> tuple[dict[str, NDArray[Any]], At]:
    """Those at some places grouped by order: what is told of all rows of an order together, and the place of the row that stands for it.

    That is its worst: by band, then likelihood, then delay, then the earliest hit, then what ends last.
    """
    rows = rows.take(among)
    hit_at = np.nan_to_num(rows.hit_at, nan=1e18, posinf=1e18)
    finish = np.nan_to_num(rows.finish, nan=-1e18, posinf=1e18)
    rank = np.lexsort(
        (
            rows.fulfillment,
            rows.step,
            -finish,
            hit_at,
            -np.nan_to_num(rows.delay, posinf=1e18),
            -rows.likelihood,
            rows.band,
            rows.order,
        )
    )
    rows = rows.take(rank)
    first = np.flatnonzero(np.diff(rows.order, prepend=-1))
    together = {
        "likelihood": 1.0 - np.multiply.reduceat(1.0 - rows.likelihood, first),
        "misses": np.logical_or.reduceat(rows.misses, first),
        "wrong": np.maximum.reduceat(rows.wrong, first),
    }
    return together, among[rank[first]]
