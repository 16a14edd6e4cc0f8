"""Columns of some fulfillments, each read once."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Workflow
from impactgraph.columns import Codes, Columns, FulfillmentColumns, Ints
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.impact.matches import Matches

Flags = NDArray[np.bool_]
At = NDArray[np.intp]


class Matching(Protocol):
    """What rows need to know of the workflow that is matched."""

    columns: Columns
    forecaster: Forecaster
    workflow: Workflow
    found: Matches
    column_of: list[int]
    """By position in the topology's workflow: the step's index in the columns, -1 where they do not have it."""
    bit_of: list[int]
    """By record of the topology's workflow: its bit in the columns, -1 where they do not have it."""
    impaired_codes: Flags
    """By element code: whether it is impaired, or on the way to what is."""
    failing: Flags
    """By row: whether an error was reported of its present step."""
    dead_code: int | None

    def usual_reroutes(self, before: float) -> float: ...

    def pace_of(self, rows: Codes) -> Codes: ...


class Picked:
    """Values of some rows of the fulfillments, in their order: read in place where the rows lie beside each other, else gathered once. To be read only."""

    def __init__(self, owner: Matching, rows: Codes) -> None:
        self.owner, self.rows = owner, rows
        self._f: FulfillmentColumns = owner.columns.fulfillments
        together = (
            len(rows) > 0
            and int(rows[-1]) - int(rows[0]) + 1 == len(rows)
            and bool((np.diff(rows) == 1).all())
        )
        self._where: slice | Codes = slice(int(rows[0]), int(rows[-1]) + 1) if together else rows
        self._read: dict[tuple[str, int], NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, name: str) -> NDArray[Any]:
        """(rows,) of a column."""
        return self._column(name, -1)

    def by_row(self, values: NDArray[Any]) -> NDArray[Any]:
        """(rows,) of what is told of all fulfillments by row."""
        return values[self._where]

    def at_step(self, name: str, position: int) -> Ints:
        """(rows,) of a column that has one for each step (`entered`, `told`), by the step's position in the topology's workflow."""
        return self._column(name, self.owner.column_of[position])

    def _column(self, name: str, step: int) -> NDArray[Any]:
        found = self._read.get((name, step))
        if found is None:
            column = getattr(self._f, name)
            found = self._read[name, step] = (column if step < 0 else column[:, step])[self._where]
        return found

    def told(self, position: int) -> Ints:
        """When the first record of a step came, of the latest stay in it; 0 where none has."""
        told = self.at_step("first_recorded_at", position)
        return np.where(told >= self.at_step("entered_step_at", position), told, 0)

    def recorded(self, bit: int) -> Flags:
        """Whether a record, by its place in the topology's workflow, has come."""
        place = self.owner.bit_of[bit]
        if place < 0:
            return np.zeros(len(self.rows), bool)
        return (self.of("records") & np.uint64(1 << place)) != 0


def some(values: NDArray[Any], at: At) -> NDArray[Any]:
    """Values at ascending places: a view where the places follow each other, to be read only."""
    if len(at) and int(at[-1]) - int(at[0]) + 1 == len(at):
        return values[int(at[0]) : int(at[-1]) + 1]
    return values[at]
