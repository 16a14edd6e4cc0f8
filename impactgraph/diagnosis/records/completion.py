"""By when a step was surely completed: what a record that it causes is due from."""

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Step, Workflow
from impactgraph.columns import COMPLETED, IN_FLIGHT, Codes, FulfillmentColumns, Ints
from impactgraph.diagnosis.records.slots import FAR


class StepTimes:
    """Of the fulfillments (rows) that are in one workflow. Each answer is by row, FAR where it has not come."""

    def __init__(self, f: FulfillmentColumns, workflow: Workflow, steps: list[str], rows: Codes) -> None:
        """`steps`: keys by the column of `entered`."""
        self._f, self._workflow, self._steps, self._rows = f, workflow, steps, rows
        self._entered: dict[int, Ints] = {}
        self._step, self._status = f.step[rows], f.status[rows]

    def entered_at(self, column: int) -> Ints:
        """0 where it was not."""
        if column not in self._entered:
            self._entered[column] = self._f.entered_step_at[self._rows, column]
        return self._entered[column]

    def left_at(self, step: Step, column: int) -> Ints:
        """When the next step was entered, or the fulfillment was completed: the step was completed by then.

        Costs a look at the steps that follow it in the workflow; where none of these was entered, at all.
        """
        entered, left = self.entered_at(column), np.full(len(self._rows), FAR, np.int64)
        for transition in step.then:
            following = self.entered_at(self._steps.index(transition.step))
            left = np.where((following >= entered) & (following > 0) & (following < left), following, left)
        elsewhere = np.flatnonzero(
            (left == FAR) & (entered > 0) & ((self._step != column) | (self._status != IN_FLIGHT))
        )
        left[elsewhere] = self._left_otherwise(elsewhere, column)
        left[entered == 0] = FAR
        return left

    def _left_otherwise(self, which: NDArray[np.intp], column: int) -> Ints:
        rows, entered = self._rows[which], self.entered_at(column)[which]
        table = self._f.entered_step_at[rows]
        left = np.where(table > entered[:, None], table, FAR).min(axis=1)
        done = (self._status[which] == COMPLETED) & (self._f.ended_at[rows] >= entered)
        return np.where((left == FAR) & done, self._f.ended_at[rows], left)
