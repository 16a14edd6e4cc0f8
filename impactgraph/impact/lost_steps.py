"""Steps and workflows that a topology lacks and that orders are in, or have come through."""

import numpy as np

from graph_models.time import DAY, Millis
from graph_models.topology import Topology
from impactgraph.columns import ENDED, NOT_BEGUN, Codes, Columns

_OPEN_FOR: Millis = 7 * DAY
"""How long after its completion a fulfillment counts as one that may owe a record."""


def lost_steps(columns: Columns, topology: Topology, at: Millis) -> dict[str, frozenset[str]]:
    """By workflow, the keys of the steps that open fulfillments entered and that the topology lacks.

    Of a workflow that it lacks altogether also without steps. Costs a look at the open fulfillments of
    those workflows of which the topology lacks something.
    """
    by_workflow: dict[str, frozenset[str]] = {}
    width = columns.fulfillments.entered_step_at.shape[1]
    for index, entry in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(entry.key)
        present = {step.key for step in workflow.steps} if workflow is not None else set[str]()
        missing = [n for n, step in enumerate(entry.steps[:width]) if step not in present]
        if workflow is not None and not missing:
            continue
        rows = _open_rows(columns, index, len(entry.steps), at)
        if not len(rows):
            continue
        entered_at = columns.fulfillments.entered_step_at[rows]
        steps = frozenset(entry.steps[n] for n in missing if entered_at[:, n].any())
        if steps or workflow is None:
            by_workflow[entry.key] = steps
    return by_workflow


def _open_rows(columns: Columns, workflow: int, steps: int, at: Millis) -> Codes:
    """Rows of the fulfillments of a workflow in flight, and of those completed lately."""
    ended_rows = columns.rows_at(workflow, ENDED)
    since = int(np.searchsorted(columns.fulfillments.ended_at[ended_rows], at - _OPEN_FOR))
    in_flight = [columns.rows_at(workflow, step) for step in (*range(steps), NOT_BEGUN)]
    return np.concatenate([*in_flight, ended_rows[since:]])
