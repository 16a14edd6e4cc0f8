"""What all stages of the match need of one workflow: columns, forecaster, and how both number its steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR
from graph_models.topology import Workflow
from impactgraph.columns import Codes, Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.forecast.slowdown import MAX_LEVEL

Flags = NDArray[np.bool_]
DEAD_LETTERED = "DEAD_LETTERED"
USUAL_PACE = MAX_LEVEL
"""Bin of the usual pace of a location."""
_REROUTE_PRIOR = 100
"""One reroute among so many is assumed beside those that were observed."""


@dataclass(frozen=True)
class WorkflowContext:
    """One workflow that is matched. A position is the place of a step in the topology's workflow."""

    columns: Columns
    forecaster: Forecaster
    workflow: Workflow
    index: int
    """Of the workflow in the columns."""
    step_columns: tuple[int, ...]
    """By position: index of the step in the columns, -1 where they do not have it."""
    record_bits: tuple[int, ...]
    """By record of the workflow: its bit in the columns, -1 where they do not have it."""
    is_impaired: Flags
    """By code of an element: whether it is impaired, or on the path to an impaired one."""
    has_error: Flags
    """By row of a fulfillment: whether an error was reported of its present step."""
    dead_letter_code: int
    """Code of the errors of dead-lettered messages, -1 where there is none."""

    @property
    def as_of(self) -> int:
        return int(self.forecaster.as_of)

    def has_column(self, position: int) -> bool:
        """Whether the columns have a step."""
        return self.step_columns[position] >= 0

    def pace_bins(self, rows: Codes) -> Codes:
        """(rows,) bin of the pace of each row's location, 0 the quickest; USUAL_PACE the usual one."""
        pace = self.forecaster.durations.slowdown_levels
        if not pace.any():
            return np.full(len(rows), USUAL_PACE, np.int32)
        location = self.columns.fulfillments.location[rows]
        own = np.where(location < len(pace), pace[np.minimum(location, len(pace) - 1)], np.int8(0))
        return own.astype(np.int32) + USUAL_PACE

    def reroute_rate(self, before: float) -> float:
        """Share of the workflow's fulfillments that were rerouted before a moment.

        It changes slowly, so one figure serves the questions of an hour.
        """
        hour = float(before // HOUR * HOUR)
        return self.columns.cached_figure(("reroutes", self.index, hour), lambda: self._reroute_rate(hour))

    def _reroute_rate(self, before: float) -> float:
        f = self.columns.fulfillments
        is_earlier_entry = (f.workflow == self.index) & (f.entered_at < before)
        is_rerouted = is_earlier_entry & (f.rerouted_at > 0) & (f.rerouted_at < before)
        return (int(is_rerouted.sum()) + 1) / (int(is_earlier_entry.sum()) + _REROUTE_PRIOR)


def workflow_contexts(
    columns: Columns, forecaster: Forecaster, among: Codes | None
) -> Iterator[WorkflowContext]:
    """The workflows of the topology that have rows, in the order of the columns; `among`: only these rows
    count.
    """
    is_impaired = _impaired_codes(columns, forecaster)
    has_error = _error_mask(columns, among)
    dead_letter_code = columns.dictionaries.fail_codes.find(DEAD_LETTERED)
    for index, dictionary in enumerate(columns.dictionaries.workflows):
        workflow = forecaster.topology.workflows.get(dictionary.key)
        if workflow is None:
            continue
        if among is not None and not (columns.fulfillments.workflow[among] == index).any():
            continue
        records = [(emission.kind.value, emission.type) for _, emission in workflow.records]
        yield WorkflowContext(
            columns=columns,
            forecaster=forecaster,
            workflow=workflow,
            index=index,
            step_columns=_indexes([step.key for step in workflow.steps], dictionary.steps),
            record_bits=_indexes(records, dictionary.records),
            is_impaired=is_impaired,
            has_error=has_error,
            dead_letter_code=-1 if dead_letter_code is None else dead_letter_code,
        )


def _indexes(keys: Sequence[object], values: Sequence[object]) -> tuple[int, ...]:
    """Index of each key in the values, -1 where it is not there."""
    return tuple(values.index(key) if key in values else -1 for key in keys)


def _impaired_codes(columns: Columns, forecaster: Forecaster) -> Flags:
    on_path = {hop.element for i in forecaster.impairments.entries for hop in i.hops}
    return np.array([element in on_path for element in columns.dictionaries.elements.values])


def _error_mask(columns: Columns, among: Codes | None) -> Flags:
    """By row of a fulfillment: whether an error was reported of its present step.

    Errors are few, so that only their fulfillments, or the few of the question, are looked at.
    """
    f = columns.fulfillments
    rows = columns.errors.fulfillment if among is None else among
    mask = np.zeros(len(f), bool)
    mask[rows] = f.failed_at[rows] >= np.maximum(f.entered_at[rows], 1)
    return mask
