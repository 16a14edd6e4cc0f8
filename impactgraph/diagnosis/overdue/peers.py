"""Peers of a fulfillment: those in the same step, at the same location where there are enough of them."""

from collections.abc import Callable

import numpy as np

from graph_models.diagnosis import CommonFactor, PeerGroup
from graph_models.time import Millis
from impactgraph.columns import Codes, Columns, Ints

ENOUGH = 5
"""Fulfillments at the location; with fewer, the peers are those at all locations."""
SAMPLE = 5


def peers_of(
    columns: Columns,
    limits: Callable[[Codes], Ints],
    row: int,
    at: Millis,
    in_common: tuple[CommonFactor, ...] = (),
) -> PeerGroup | None:
    """The peers of the fulfillment in this row, itself included; None where it is in no step.

    `limits`: by fulfillment of these rows, milliseconds that it may be in its step. Costs a look at the
    fulfillments in the step.
    """
    f = columns.fulfillments
    workflow_index = int(f.workflow[row])
    step_index = int(f.step[row])
    if workflow_index < 0 or step_index < 0:
        return None
    workflow = columns.dictionaries.workflows[workflow_index]
    rows = columns.rows_at(workflow_index, step_index)
    local_rows = rows[f.location[rows] == f.location[row]]
    location = None
    if len(local_rows) >= ENOUGH and f.location[row]:
        rows = local_rows
        location = columns.dictionaries.locations.values[int(f.location[row])]
    excess = at - f.entered_at[rows] - limits(rows)
    return PeerGroup(
        step=f"step:{workflow.key}/{workflow.steps[step_index]}",
        location=location,
        overdue=int((excess > 0).sum()),
        total=len(rows),
        sample=_longest_overdue(columns, rows, excess),
        in_common=in_common,
    )


def _longest_overdue(columns: Columns, rows: Codes, excess: Ints) -> tuple[str, ...]:
    """Bare keys of the orders that are overdue the longest, each once."""
    late = np.flatnonzero(excess > 0)
    late = late[np.argsort(-excess[late], kind="stable")[: 4 * SAMPLE]]
    orders = columns.fulfillments.order[rows[late]].tolist()
    return tuple(str(columns.orders.ids[order]) for order in list(dict.fromkeys(orders))[:SAMPLE])
