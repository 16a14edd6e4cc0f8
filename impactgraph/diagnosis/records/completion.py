"""Moments at which fulfillments entered, left and surely completed steps, from which records are due."""

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Step, Workflow
from impactgraph.columns import COMPLETED, IN_FLIGHT, Codes, FulfillmentColumns, Ints
from impactgraph.diagnosis.records.slots import FAR


class StepTimes:
    """Of the fulfillments (rows) that are in one workflow. Arrays are by position among the rows."""

    def __init__(self, f: FulfillmentColumns, workflow: Workflow, steps: list[str], rows: Codes) -> None:
        """`steps`: keys by the column of `entered_step_at`."""
        self._f = f
        self._workflow = workflow
        self._steps = steps
        self._rows = rows
        self._entered_at: dict[int, Ints] = {}
        self._step = f.step[rows]
        self._status = f.status[rows]

    def entered_at(self, column: int) -> Ints:
        """When the step in this column was entered, 0 where it was not."""
        if column not in self._entered_at:
            self._entered_at[column] = self._f.entered_step_at[self._rows, column]
        return self._entered_at[column]

    def left_at(self, step: Step, column: int) -> Ints:
        """When the next step was entered or the fulfillment completed, by which time the step was completed.

        FAR where it has not been left. Costs a look at the steps that follow it in the workflow; where none
        of these was entered, at all steps.
        """
        entered_at = self.entered_at(column)
        left_at = np.full(len(self._rows), FAR, np.int64)
        for transition in step.then:
            next_entry_at = self.entered_at(self._steps.index(transition.step))
            is_earlier = (next_entry_at >= entered_at) & (next_entry_at > 0) & (next_entry_at < left_at)
            left_at = np.where(is_earlier, next_entry_at, left_at)
        is_elsewhere = (left_at == FAR) & (entered_at > 0)
        is_elsewhere &= (self._step != column) | (self._status != IN_FLIGHT)
        elsewhere = np.flatnonzero(is_elsewhere)
        left_at[elsewhere] = self._left_otherwise(elsewhere, column)
        left_at[entered_at == 0] = FAR
        return left_at

    def _left_otherwise(self, which: NDArray[np.intp], column: int) -> Ints:
        """When any later step was entered, or the fulfillment completed."""
        rows = self._rows[which]
        entered_at = self.entered_at(column)[which]
        table = self._f.entered_step_at[rows]
        left_at = np.where(table > entered_at[:, None], table, FAR).min(axis=1)
        is_done = (self._status[which] == COMPLETED) & (self._f.ended_at[rows] >= entered_at)
        return np.where((left_at == FAR) & is_done, self._f.ended_at[rows], left_at)
