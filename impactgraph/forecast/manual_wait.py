"""Distribution of the wait for a person after a call failed by chance, learned from visits with errors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.columns import Columns
from impactgraph.forecast.durations import GRID, Distribution, Durations

ENOUGH = 8
_SHORT_STEP = 45 * MINUTE
"""Only steps whose own work is shorter say much about the wait."""


def default_manual_wait(longest: Millis = HOUR) -> Distribution:
    """Evenly spread between a third of the longest and the longest."""
    return Distribution(longest * (1 + 2 * GRID) / 3)


def learn_manual_wait(columns: Columns, durations: Durations, before: Millis) -> Distribution:
    """By how much visits with an error took longer than usual, of visits that have ended.

    `before`: only errors before the failures of the question began.
    """
    waits = _waits(columns, durations, before)
    if len(waits) < ENOUGH:
        return default_manual_wait()
    weight = min(len(waits) / 40, 1.0)
    observed_waits = np.quantile(waits, GRID)
    return Distribution(
        np.maximum.accumulate(
            np.maximum(weight * observed_waits + (1 - weight) * default_manual_wait().at, float(MINUTE))
        ),
        len(waits),
    )


def _waits(columns: Columns, durations: Durations, before: Millis) -> NDArray[Any]:
    errors = columns.errors
    f = columns.fulfillments
    old = np.flatnonzero((errors.at < before) & (errors.step >= 0))
    waits: list[float] = []
    for row, step in zip(errors.fulfillment[old].tolist(), errors.step[old].tolist(), strict=True):
        dictionary = columns.dictionaries.workflows[int(f.workflow[row])]
        distribution = durations.of.get((dictionary.key, dictionary.steps[int(step)]))
        entered_at = int(f.entered_step_at[row, step])
        recorded_at = int(f.first_recorded_at[row, step])
        later = f.entered_step_at[row][f.entered_step_at[row] > entered_at]
        left_at = int(later.min()) if len(later) else int(f.ended_at[row])
        if recorded_at > entered_at:
            left_at = recorded_at
        if (
            distribution is not None
            and distribution.median < _SHORT_STEP
            and entered_at
            and left_at > entered_at
        ):
            waits.append(left_at - entered_at - distribution.median)
    return np.sort(np.array([w for w in waits if w > 0]))
