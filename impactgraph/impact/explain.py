"""Explanation of one order: the paths by which failures affect it, or what stopped them before it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impact import Explanation
from graph_models.impairment import Absorption, Impairment
from graph_models.topology import Workflow
from impactgraph.columns import CANCELLED, IN_FLIGHT
from impactgraph.errors import NotFoundError
from impactgraph.impact.matched_impact import MatchedImpact
from impactgraph.impact.order_pages import affected_orders
from impactgraph.impact.segments import workflow_elements
from impactgraph.topology.names import element_text


def explain(impact: MatchedImpact, order: str) -> Explanation:
    """The explanation of an order by its bare key.

    Raises: NotFoundError for an order that the columns do not have: it is unknown, or ended long ago.
    """
    rows = np.flatnonzero(impact.columns.orders.ids == order)
    if not len(rows):
        raise NotFoundError(f"order:{order}")
    places = np.flatnonzero(impact.affected_orders.order == rows[0])
    if len(places):
        return _explain_affected(impact, int(rows[0]), int(places[0]))
    return _explain_unaffected(impact, order, int(rows[0]))


def _explain_affected(impact: MatchedImpact, order: int, place: int) -> Explanation:
    """`order`: its row in the columns; `place`: its row among the affected orders."""
    (first,) = affected_orders(impact, impact.affected_orders.take(np.array([place])))
    rows = impact.affected_fulfillments
    of_order = rows.take((rows.order == order) & (rows.likelihood > impact.min_likelihood))
    paths = dict.fromkeys([first.path, *(each.path for each in affected_orders(impact, of_order))])
    return Explanation(True, first.path.sentence, tuple(paths), ())


def _explain_unaffected(impact: MatchedImpact, order: str, row: int) -> Explanation:
    reasons = _reasons(impact, row)
    nothing = "nothing on its way is impaired during the failure"
    why = reasons[0].detail if reasons else nothing
    return Explanation(False, f"Order {order} is not affected: {why}.", (), tuple(reasons))


def _reasons(impact: MatchedImpact, order: int) -> list[Absorption]:
    """What stopped the failure before this order, the nearest first."""
    f = impact.columns.fulfillments
    reasons: list[Absorption] = []
    for row in np.flatnonzero(f.order == order):
        name = str(f.ids[row])
        if f.status[row] == IN_FLIGHT:
            reasons += _reasons_in_flight(impact, name, np.array([row], np.int32))
        else:
            reasons.append(_end_of(impact, name, int(row)))
    return [*reasons, *impact.absorbed]


def _end_of(impact: MatchedImpact, name: str, row: int) -> Absorption:
    f = impact.columns.fulfillments
    word = "cancelled" if f.status[row] == CANCELLED else "completed"
    ended_at = impact.clock.dated(int(f.ended_at[row]))
    element = _workflow_id(impact, row) or _first_target(impact)
    return Absorption(element, "ended", f"{name} was {word} at {ended_at}")


def _workflow_id(impact: MatchedImpact, row: int) -> str | None:
    """Full id of the workflow of a fulfillment; None where none of its events names it."""
    columns = impact.columns
    workflow = int(columns.fulfillments.workflow[row])
    return f"workflow:{columns.dictionaries.workflows[workflow].key}" if workflow >= 0 else None


def _first_target(impact: MatchedImpact) -> str:
    """Full id of the element that failed: where a fulfillment is at no element that is known."""
    return impact.failures[0].target


def _reasons_in_flight(impact: MatchedImpact, name: str, row: NDArray[Any]) -> list[Absorption]:
    """`row` (1,): the row of the fulfillment."""
    columns = impact.columns
    if columns.fulfillments.workflow[row[0]] < 0:
        detail = f"the position of {name} is unknown: it has events, but none that places it"
        return [Absorption(_first_target(impact), "position", detail)]
    key = columns.dictionaries.workflows[int(columns.fulfillments.workflow[row[0]])].key
    workflow = impact.topology.workflows.get(key)
    if workflow is None:
        detail = f"{name} follows the workflow {key}, which this topology does not have"
        return [Absorption(f"workflow:{key}", "workflow", detail)]
    elements = workflow_elements(workflow)
    on_way = [i for i in impact.impairments if i.element in elements]
    if not on_way:
        detail = f"{element_text(impact.topology, f'workflow:{key}')} uses nothing that the failure impairs"
        nothing = Absorption(f"workflow:{key}", "not on its way", detail)
        return _stopped_before(impact, workflow) or [nothing]
    in_scope = [i for i in on_way if impact.membership.in_scope(row, i.scope)[0]]
    if not in_scope:
        element = on_way[0].element
        outside = f"{name} is outside the scope of what happens to {element_text(impact.topology, element)}"
        return [Absorption(element, "scope", outside)]
    return _absorbed_on_way(impact, in_scope) or [_out_of_time(impact, name, in_scope[0].element)]


def _absorbed_on_way(impact: MatchedImpact, impairments: list[Impairment]) -> list[Absorption]:
    """What absorbed the failure on the way to these, where they are no worse than slow."""
    if not all(i.effect in (Effect.DEGRADED, Effect.DELAYED) for i in impairments):
        return []
    on_path = {hop.element for i in impairments for hop in i.hops}
    return [a for a in impact.absorbed if a.element in on_path][:1]


def _out_of_time(impact: MatchedImpact, name: str, element: str) -> Absorption:
    when = "before or after the failure, or is delayed by no more than the tolerance"
    return Absorption(element, "time", f"{name} passes {element_text(impact.topology, element)} {when}")


def _stopped_before(impact: MatchedImpact, workflow: Workflow) -> list[Absorption]:
    """What kept the failure from all that the steps of a workflow need, read and run on."""
    inputs: set[str] = set()
    for step in workflow.steps:
        inputs |= {step.id, step.runs_on, *step.reads, *step.needs.optional}
        for need in step.needs.required:
            if isinstance(need, str):
                inputs.add(need)
            else:
                inputs.update(member for alternative in need.alternatives for member in alternative)
    return [a for a in impact.absorbed if a.element in inputs][:1]
