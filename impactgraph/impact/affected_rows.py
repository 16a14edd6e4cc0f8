"""Table of affected fulfillments or orders whose columns are computed when they are first read."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes
from impactgraph.forecast.scenarios import Reals

Positions: TypeAlias = NDArray[np.intp]
EVEN = 0.5 - 1e-9
"""One half, but for what a sum of weights may lack to it."""
ReadColumn: TypeAlias = Callable[[str, Positions | None], NDArray[Any]]
"""Reads the column of a name at some positions, or (None) at all."""


class AffectedRows:
    """Columns of one length: a row is an affected order, or an affected fulfillment and the reason for it."""

    def __init__(self, size: int, read: ReadColumn) -> None:
        self._size = size
        self._read = read
        self._columns: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self._size

    def take(self, selection: NDArray[Any]) -> "AffectedRows":
        """Some of the rows, selected by a mask or by positions."""
        at = np.flatnonzero(selection) if selection.dtype == np.bool_ else selection
        return AffectedRows(
            len(at), lambda name, within: self.column(name, at if within is None else at.take(within))
        )

    def column(self, name: str, at: Positions | None = None) -> NDArray[Any]:
        """The column of a name, at some positions or (None) whole.

        A whole column is kept for the next read.
        """
        column = self._columns.get(name)
        if column is None and at is not None:
            return self._read(name, at)
        if column is None:
            column = self._columns[name] = self._read(name, None)
        return column if at is None else column.take(at)

    @property
    def order(self) -> Codes:
        """Row of the order."""
        return self.column("order")

    @property
    def position(self) -> Positions:
        """Position among all affected rows of the answer; of an order: of the row that represents it."""
        return self.column("position")

    @property
    def cohort(self) -> Positions:
        """Position among all cohorts of the answer."""
        return self.column("cohort")

    @property
    def certainty(self) -> Reals:
        """Factor of the likelihood of its cohort."""
        return self.column("certainty")

    @property
    def cohort_likelihood(self) -> Reals:
        """The likelihood of its cohort."""
        return self.column("cohort_likelihood")

    @property
    def fulfillment(self) -> Codes:
        """Row of the fulfillment; of an order: of the one that is affected worst."""
        return self.column("fulfillment")

    @property
    def likelihood(self) -> Reals:
        return self.column("likelihood")

    @property
    def band(self) -> NDArray[np.int8]:
        """Index in BANDS."""
        return self.column("band")

    @property
    def impairment(self) -> NDArray[np.int16]:
        """Index in the impairments of the forecast, of the first that affects the row."""
        return self.column("impairment")

    @property
    def workflow(self) -> NDArray[np.int16]:
        """Index in the workflows of the topology."""
        return self.column("workflow")

    @property
    def step(self) -> NDArray[np.int16]:
        """Position in the workflow of the step where it is affected first."""
        return self.column("step")

    @property
    def hit_at(self) -> Reals:
        """When it is affected first."""
        return self.column("hit_at")

    @property
    def delay(self) -> Reals:
        """Milliseconds; infinite: it never completes."""
        return self.column("delay")

    @property
    def completion(self) -> Reals:
        """Expected completion; NaN where only records are affected."""
        return self.column("completion")

    @property
    def missed(self) -> Reals:
        """Likelihood that the promise is missed because of the failures: it would be kept without them."""
        return self.column("missed")

    @property
    def late_anyway(self) -> Reals:
        """Likelihood that the promise is missed in any case."""
        return self.column("late_anyway")

    @property
    def misses_promise(self) -> NDArray[np.bool_]:
        """Whether the promise is at least as likely missed because of the failures as not."""
        return self.missed >= EVEN

    @property
    def wrong_decision(self) -> Reals:
        """Likelihood of a wrong decision on stale data."""
        return self.column("wrong_decision")
