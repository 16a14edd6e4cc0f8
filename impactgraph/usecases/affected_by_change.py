"""Number of orders in flight that will still pass an element which differs between two topologies."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

import numpy as np

from graph_models.topology import Topology, Workflow
from impactgraph.columns import IN_FLIGHT, Columns
from impactgraph.ports.store import Store
from impactgraph.topology.difference import Difference
from impactgraph.topology.edges import EdgeKind, dependency_edges

_AROUND_A_STEP = frozenset({EdgeKind.FOLLOWS, EdgeKind.HANDED_OVER, EdgeKind.HAS_STEP})
"""Edges from a step to the one before it or to its workflow: an order that has passed them does not use
them again.
"""


def affected_orders_in_flight(store: Store, difference: Difference, *versions: Topology) -> int:
    """Number of orders in flight with a fulfillment at a changed location, or with a later step, hand-off or
    record that depends on a changed element.

    Costs the edges of the topologies and one look at each fulfillment.
    """
    if difference.nothing:
        return 0
    places = set[str]().union(*(_places(version, difference.affected_ids) for version in versions))
    locations = {
        identifier.removeprefix("location:")
        for identifier in difference.affected_ids
        if identifier.startswith("location:")
    }
    with store.columns() as columns:
        return _count(columns, places, locations)


def _places(topology: Topology, changed_ids: Iterable[str]) -> set[str]:
    """Ids of the steps from which an order will still use a changed element."""
    using = _using(topology, changed_ids)
    entries = {
        (edge.source)
        for edge in dependency_edges(topology)
        if edge.kind is EdgeKind.HANDED_OVER and edge.target in using
    }
    return {step for workflow in topology.workflows.values() for step in _before(workflow, using, entries)}


def _using(topology: Topology, changed_ids: Iterable[str]) -> set[str]:
    """Ids of the changed elements and all that depends on them, without following the workflow."""
    needed_by: defaultdict[str, list[str]] = defaultdict(list)
    for edge in dependency_edges(topology):
        if edge.kind not in _AROUND_A_STEP:
            needed_by[edge.target].append(edge.source)
    return _spread(needed_by, changed_ids)


def _before(workflow: Workflow, using: set[str], entries: set[str]) -> set[str]:
    """Ids of the steps that are in `using`, or precede such a step or a hand-off in `entries`."""
    previous: defaultdict[str, list[str]] = defaultdict(list)
    for step in workflow.steps:
        for transition in step.then:
            previous[f"step:{workflow.key}/{transition.step}"].append(step.id)
    handing = (source for entry in entries for source in previous.get(entry, ()))
    return _spread(previous, [*(step.id for step in workflow.steps if step.id in using), *handing])


def _spread(ways: Mapping[str, list[str]], starts: Iterable[str]) -> set[str]:
    reachable = set(starts)
    waiting = deque(reachable)
    while waiting:
        fresh = [other for other in ways.get(waiting.popleft(), ()) if other not in reachable]
        reachable.update(fresh)
        waiting.extend(fresh)
    return reachable


def _count(columns: Columns, places: set[str], locations: set[str]) -> int:
    rows = columns.fulfillments
    dictionaries = columns.dictionaries
    live = rows.status == IN_FLIGHT
    width = max((len(workflow.steps) for workflow in dictionaries.workflows), default=0) + 1
    # the last row and column are for -1: not placed, or before the first step
    uses_change = np.zeros((len(dictionaries.workflows) + 1, width), dtype=bool)
    for index, workflow in enumerate(dictionaries.workflows):
        for place, step in enumerate(workflow.steps):
            uses_change[index, place] = f"step:{workflow.key}/{step}" in places
        uses_change[index, -1] = uses_change[index, :1].any()
    at_step = uses_change[rows.workflow, rows.step]
    at_location = np.isin(
        rows.location, [code for key in locations if (code := dictionaries.locations.find(key)) is not None]
    )
    return len(np.unique(rows.order[live & (at_step | at_location)]))
