"""Others in the same step, and at the same location where that is enough to say something."""

from collections.abc import Callable

import numpy as np

from graph_models.diagnosis import CommonFactor, PeerGroup
from graph_models.time import Millis
from impactgraph.columns import Codes, Columns, Ints

ENOUGH = 5
"""Fulfillments at the location; with fewer all locations of the step are told."""
SAMPLE = 5


def peers_of(
    columns: Columns,
    limits: Callable[[Codes], Ints],
    row: int,
    at: Millis,
    in_common: tuple[CommonFactor, ...] = (),
) -> PeerGroup | None:
    """Of the fulfillment in this row, itself included; None where it is in no step. Costs a look at who is in the step now.

    `limits`: by fulfillment of these rows, how long it may be in its step.
    """
    f = columns.fulfillments
    workflow, step = int(f.workflow[row]), int(f.step[row])
    if workflow < 0 or step < 0:
        return None
    words = columns.dictionaries.workflows[workflow]
    rows = columns.rows_at(workflow, step)
    here = rows[f.location[rows] == f.location[row]]
    alone = len(here) < ENOUGH or not f.location[row]
    rows = rows if alone else here
    beyond = at - f.entered_at[rows] - limits(rows)
    location = None if alone else columns.dictionaries.locations.values[int(f.location[row])]
    return PeerGroup(
        f"step:{words.key}/{words.steps[step]}",
        location,
        int((beyond > 0).sum()),
        len(rows),
        _longest(columns, rows, beyond),
        in_common,
    )


def _longest(columns: Columns, rows: Codes, beyond: Ints) -> tuple[str, ...]:
    """Bare keys of the orders that are the longest overdue, each once."""
    late = np.flatnonzero(beyond > 0)
    late = late[np.argsort(-beyond[late], kind="stable")[: 4 * SAMPLE]]
    orders = columns.fulfillments.order[rows[late]].tolist()
    return tuple(str(columns.orders.ids[order]) for order in list(dict.fromkeys(orders))[:SAMPLE])
