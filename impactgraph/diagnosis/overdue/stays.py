"""Stays in steps as the columns tell them: a row a stay, with the fulfillment that stayed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import CANCELLED, IN_FLIGHT, Codes, Columns, FulfillmentColumns, Ints

_NEVER = 2**62


@dataclass(frozen=True)
class Stays:
    """`left` is 0 while it still lasts, and for a stay that a cancellation cut short; `told`: when a first record of the step came, 0 where none has."""

    row: Codes
    step: Codes
    """Index in the vocabulary of the row's workflow."""
    entered: Ints
    left: Ints
    told: Ints
    after: Codes
    """Step that was entered next; -1 where there is none (yet)."""
    cut: Ints
    """When a cancellation ended it, 0 where none did."""

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Stays":
        return Stays(
            self.row[chosen],
            self.step[chosen],
            self.entered[chosen],
            self.left[chosen],
            self.told[chosen],
            self.after[chosen],
            self.cut[chosen],
        )


def stays_of(columns: Columns, rows: Codes) -> Stays:
    """The last stay in each step that the fulfillments entered. Costs a sort of the steps of each row."""
    f = columns.fulfillments
    if not len(rows) or not f.entered_step_at.shape[1]:
        return _none()
    table = f.entered_step_at[rows]
    order = np.argsort(np.where(table > 0, table, _NEVER), axis=1, kind="stable")
    entered = np.take_along_axis(table, order, axis=1)
    some = entered > 0
    following = np.concatenate([entered[:, 1:], np.zeros((len(rows), 1), entered.dtype)], axis=1)
    next_step = np.concatenate([order[:, 1:], np.full((len(rows), 1), -1)], axis=1)
    last = some & (following == 0)
    ended, cancelled = f.ended_at[rows][:, None], (f.status[rows] == CANCELLED)[:, None]
    left = np.where(last, np.where(cancelled | (f.status[rows] == IN_FLIGHT)[:, None], 0, ended), following)
    cut = np.where(last & cancelled, ended, 0)
    told = np.take_along_axis(f.first_recorded_at[rows], order, axis=1)
    at = np.nonzero(some)
    after = np.where(last, -1, next_step)
    return Stays(
        rows[at[0]],
        order[at].astype(np.int32),
        entered[at],
        left[at],
        told[at],
        after[at].astype(np.int32),
        cut[at],
    )


def sampled(columns: Columns, most: int) -> Iterator[tuple[int, Codes]]:
    """(workflow, rows): up to `most` fulfillments of each workflow, evenly spaced, so that the same state has the same sample."""
    f = columns.fulfillments
    for workflow in range(len(columns.dictionaries.workflows)):
        rows = np.flatnonzero(f.workflow == workflow).astype(np.int32)
        if len(rows):
            yield workflow, rows[:: max(1, -(-len(rows) // most))]


def in_step(f: FulfillmentColumns, at: Millis, rows: Codes | None = None) -> NDArray[np.bool_]:
    """Which fulfillments (`rows`: of these) are in flight and in a step at `at`."""
    status, workflow, step, entered = (
        each if rows is None else each[rows] for each in (f.status, f.workflow, f.step, f.entered_at)
    )
    return (status == IN_FLIGHT) & (workflow >= 0) & (step >= 0) & (entered > 0) & (entered <= at)


def _none() -> Stays:
    nothing, codes = np.zeros(0, np.int64), np.zeros(0, np.int32)
    return Stays(codes, codes, nothing, nothing, nothing, codes, nothing)
