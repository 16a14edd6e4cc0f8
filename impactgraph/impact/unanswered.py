"""Orders in flight in places that no version of the topology has: counted, since they cannot be forecast."""

from collections.abc import Iterator

import numpy as np

from graph_models.impact import Unanswered
from graph_models.topology import Topology
from impactgraph.columns import NO_WORKFLOW, NOT_BEGUN, Codes, Columns
from impactgraph.impact.segments import RowSelection
from impactgraph.impact.totals import money_of

_NOT_PLACED = "they have events, but none that places them"
_Place = tuple[int, int]
"""Workflow and step, as the index of places has them."""


def unanswered(columns: Columns, topology: Topology, selection: RowSelection) -> tuple[Unanswered, ...]:
    """By place, the most orders first. Costs a look-up for each step that the topology lacks."""
    groups = [
        _group(columns, element, reason, rows)
        for place, element, reason in _places(columns, topology)
        if len(rows := _rows(columns, place, selection))
    ]
    return tuple(sorted(groups, key=lambda each: (-each.orders, each.element or "")))


def _places(columns: Columns, topology: Topology) -> Iterator[tuple[_Place, str | None, str]]:
    """Places that the topology lacks: each with its full id, and why orders there are not answered."""
    yield (NO_WORKFLOW, NOT_BEGUN), None, _NOT_PLACED
    for number, entry in enumerate(columns.dictionaries.workflows):
        workflow = topology.workflows.get(entry.key)
        present = {step.key for step in workflow.steps} if workflow is not None else set[str]()
        if not present:
            reason = f"no version of the topology has the workflow {entry.key}"
            yield (number, NOT_BEGUN), f"workflow:{entry.key}", reason
        for index, step in enumerate(entry.steps):
            if step not in present:
                reason = f"no version of the topology has the step {entry.key}/{step}"
                yield (number, index), f"step:{entry.key}/{step}", reason


def _rows(columns: Columns, place: _Place, selection: RowSelection) -> Codes:
    rows = columns.rows_at(*place, selection.among)
    return rows[selection.keep(rows)] if selection.keep is not None and len(rows) else rows


def _group(columns: Columns, element: str | None, reason: str, rows: Codes) -> Unanswered:
    orders = np.unique(columns.fulfillments.order[rows])
    oldest = orders[np.argmin(columns.orders.placed_at[orders])]
    return Unanswered(
        element=element,
        reason=reason,
        orders=len(orders),
        value=money_of(columns, columns.orders.currency[orders], columns.orders.value[orders]),
        oldest_order=str(columns.orders.ids[oldest]),
    )
