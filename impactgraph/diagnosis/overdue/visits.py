"""Visits of fulfillments to steps, from entry to exit, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import CANCELLED, IN_FLIGHT, Codes, Columns, FulfillmentColumns, Ints

_NEVER = 2**62


@dataclass(frozen=True)
class Visits:
    """One row a visit. Times are milliseconds since 1970 UTC."""

    row: Codes
    """Of the fulfillment."""
    step: Codes
    """Index in the dictionary of the fulfillment's workflow."""
    entered_at: Ints
    left_at: Ints
    """0 while the visit lasts, and where a cancellation cut it short."""
    first_recorded_at: Ints
    """When the first record of the step arrived, 0 where none has."""
    next_step: Codes
    """-1 where no other step was entered (yet)."""
    cancelled_at: Ints
    """When a cancellation ended the visit, 0 where none did."""

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "Visits":
        """The visits at these positions."""
        return Visits(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def visits_of(columns: Columns, rows: Codes) -> Visits:
    """Of these fulfillments, the last visit to each step they entered. Costs a sort of the steps of each
    row.
    """
    f = columns.fulfillments
    if not len(rows) or not f.entered_step_at.shape[1]:
        return _empty()
    table = f.entered_step_at[rows]
    order = np.argsort(np.where(table > 0, table, _NEVER), axis=1, kind="stable")
    entered_at = np.take_along_axis(table, order, axis=1)
    was_entered = entered_at > 0
    next_entry_at = np.concatenate([entered_at[:, 1:], np.zeros((len(rows), 1), entered_at.dtype)], axis=1)
    next_step = np.concatenate([order[:, 1:], np.full((len(rows), 1), -1)], axis=1)
    is_last = was_entered & (next_entry_at == 0)
    ended_at = f.ended_at[rows][:, None]
    is_cancelled = (f.status[rows] == CANCELLED)[:, None]
    is_in_flight = (f.status[rows] == IN_FLIGHT)[:, None]
    last_left_at = np.where(is_cancelled | is_in_flight, 0, ended_at)
    at = np.nonzero(was_entered)
    return Visits(
        row=rows[at[0]],
        step=order[at].astype(np.int32),
        entered_at=entered_at[at],
        left_at=np.where(is_last, last_left_at, next_entry_at)[at],
        first_recorded_at=np.take_along_axis(f.first_recorded_at[rows], order, axis=1)[at],
        next_step=np.where(is_last, -1, next_step)[at].astype(np.int32),
        cancelled_at=np.where(is_last & is_cancelled, ended_at, 0)[at],
    )


def sample_by_workflow(columns: Columns, most: int) -> Iterator[tuple[int, Codes]]:
    """(workflow index, rows) with about `most` fulfillments of each workflow that has more.

    Which ones does not depend on the order of the rows, so that the same state always gives the same sample.
    """
    f = columns.fulfillments
    for workflow in range(len(columns.dictionaries.workflows)):
        rows = np.flatnonzero(f.workflow == workflow).astype(np.int32)
        if len(rows) > most:
            moments = f.entered_at[rows] ^ f.ended_at[rows] ^ columns.orders.placed_at[f.order[rows]]
            rows = rows[_scatter(moments) < most / len(rows)]
        if len(rows):
            yield workflow, rows


def _scatter(values: Ints) -> NDArray[np.float64]:
    """Values evenly spread over [0, 1), equal for equal values (multiplicative hashing)."""
    hashes = values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (hashes >> np.uint64(11)).astype(np.float64) / 2.0**53


def in_step(f: FulfillmentColumns, at: Millis, rows: Codes | None = None) -> NDArray[np.bool_]:
    """By fulfillment (only those in `rows`, if given): whether it is in flight and in a step at `at`."""
    status, workflow, step, entered_at = (
        each if rows is None else each[rows] for each in (f.status, f.workflow, f.step, f.entered_at)
    )
    return (status == IN_FLIGHT) & (workflow >= 0) & (step >= 0) & (entered_at > 0) & (entered_at <= at)


def _empty() -> Visits:
    times = np.zeros(0, np.int64)
    codes = np.zeros(0, np.int32)
    return Visits(
        row=codes,
        step=codes,
        entered_at=times,
        left_at=times,
        first_recorded_at=times,
        next_step=codes,
        cancelled_at=times,
    )
