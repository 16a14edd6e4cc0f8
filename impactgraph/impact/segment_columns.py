"""Columns of the rows of a segment: read in place where the rows are contiguous, else gathered once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Codes, Ints
from impactgraph.impact.matches import Positions
from impactgraph.impact.workflow_context import Flags, WorkflowContext


class SegmentColumns:
    """Values of some fulfillments in the order of `rows`. Arrays may be views of the columns: read only."""

    def __init__(self, context: WorkflowContext, rows: Codes, arrivals: Ints | None = None) -> None:
        """`arrivals`: of rows that wait to enter their step, since when they do."""
        self.rows = rows
        self._context = context
        self._where = _contiguous(rows)
        self._arrays: dict[tuple[str, int], NDArray[Any]] = {}
        self.has_arrivals = arrivals is not None
        if arrivals is not None:
            self._arrays["entered_at", -1] = arrivals

    @staticmethod
    def join(context: WorkflowContext, parts: Sequence[tuple["SegmentColumns", int]]) -> "SegmentColumns":
        """The rows of several columns one after the other, of each from a position on."""
        rows = np.concatenate([np.zeros(0, np.int32), *(part.rows[start:] for part, start in parts)])
        whole = SegmentColumns(context, rows)
        whole._arrays["entered_at", -1] = np.concatenate(
            [np.zeros(0, np.int64), *(part.column("entered_at")[start:] for part, start in parts)]
        )
        return whole

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> NDArray[Any]:
        """(rows,) of a column of fulfillments."""
        return self._array(name, -1)

    def step_column(self, name: str, position: int) -> Ints:
        """(rows,) of a column that has one value for each step (`entered_step_at`, `first_recorded_at`)."""
        return self._array(name, self._context.step_columns[position])

    def was_rerouted(self) -> Flags:
        """(rows,) whether it was ever rerouted."""
        return self._read(self._context.was_rerouted)

    def values(self, name: str, at: Positions) -> NDArray[Any]:
        """As `column`, at some positions."""
        return getattr(self._context.columns.fulfillments, name).take(self.rows.take(at))

    def step_values(self, name: str, position: int, at: Positions) -> Ints:
        """As `step_column`, at some positions."""
        column = getattr(self._context.columns.fulfillments, name)
        return column[:, self._context.step_columns[position]].take(self.rows.take(at))

    def _array(self, name: str, step: int) -> NDArray[Any]:
        array = self._arrays.get((name, step))
        if array is None:
            column = getattr(self._context.columns.fulfillments, name)
            array = self._arrays[name, step] = self._read(column if step < 0 else column[:, step])
        return array

    def _read(self, column: NDArray[Any]) -> NDArray[Any]:
        # `take` is several times as quick as an index in brackets.
        return column[self._where] if isinstance(self._where, slice) else column.take(self._where)

    def has_error(self) -> Flags:
        """(rows,) whether an error was reported of the present step."""
        return self._read(self._context.has_error)

    def first_recorded_at(self, position: int) -> Ints:
        """(rows,) when the first record of the latest visit to a step was recorded; 0 where none was."""
        recorded_at = self.step_column("first_recorded_at", position)
        return np.where(recorded_at >= self.step_column("entered_step_at", position), recorded_at, 0)

    def has_record(self, record: int, at: Positions) -> Flags:
        """(rows,) whether a record, by its place in the workflow, has come, of the rows at some positions."""
        bit = self._context.record_bits[record]
        if bit < 0:
            return np.zeros(len(at), bool)
        return (self.values("records", at) & np.uint64(1 << bit)) != 0


def _contiguous(rows: Codes) -> slice | Positions:
    """The rows as a slice where they follow each other."""
    if not len(rows) or int(rows[-1]) - int(rows[0]) + 1 != len(rows) or not (np.diff(rows) == 1).all():
        return rows.astype(np.intp)
    return slice(int(rows[0]), int(rows[-1]) + 1)


def take_ascending(values: NDArray[Any], at: Positions) -> NDArray[Any]:
    """Values at ascending positions: a view, to be read only, where the positions follow each other."""
    if len(at) and int(at[-1]) - int(at[0]) + 1 == len(at):
        return values[int(at[0]) : int(at[-1]) + 1]
    return values.take(at)
