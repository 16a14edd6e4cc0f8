"""How many orders in flight still have to pass something that two versions of a topology have differently."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

import numpy as np

from graph_models.topology import Topology, Workflow
from impactgraph.columns import IN_FLIGHT, Columns
from impactgraph.ports.store import Store
from impactgraph.topology.difference import Difference
from impactgraph.topology.edges import EdgeKind, dependency_edges

_AROUND_A_STEP = frozenset({EdgeKind.FOLLOWS, EdgeKind.HANDED_OVER, EdgeKind.HAS_STEP})
"""Edges that tie a step to the one before it or to its workflow: an order that has passed them does not use them again."""


def affected_orders_in_flight(store: Store, difference: Difference, *versions: Topology) -> int:
    """Orders in flight, each once, with a fulfillment at a place that is touched, or with a step, a handoff or a record before it that uses what is.

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


def _places(topology: Topology, touched: Iterable[str]) -> set[str]:
    """Ids of the steps from which an order goes on to use what is touched."""
    using = _using(topology, touched)
    entries = {
        (edge.source)
        for edge in dependency_edges(topology)
        if edge.kind is EdgeKind.HANDED_OVER and edge.target in using
    }
    return {step for workflow in topology.workflows.values() for step in _before(workflow, using, entries)}


def _using(topology: Topology, touched: Iterable[str]) -> set[str]:
    """The touched ones and all that depends on them, without going along the workflow."""
    needed_by: defaultdict[str, list[str]] = defaultdict(list)
    for edge in dependency_edges(topology):
        if edge.kind not in _AROUND_A_STEP:
            needed_by[edge.target].append(edge.source)
    return _spread(needed_by, touched)


def _before(workflow: Workflow, using: set[str], entries: set[str]) -> set[str]:
    """Steps that use it, and those with such a step, or a handoff that uses it, still to come."""
    previous: defaultdict[str, list[str]] = defaultdict(list)
    for step in workflow.steps:
        for transition in step.then:
            previous[f"step:{workflow.key}/{transition.step}"].append(step.id)
    handing = (source for entry in entries for source in previous.get(entry, ()))
    return _spread(previous, [*(step.id for step in workflow.steps if step.id in using), *handing])


def _spread(ways: Mapping[str, list[str]], starts: Iterable[str]) -> set[str]:
    seen = set(starts)
    waiting = deque(seen)
    while waiting:
        fresh = [other for other in ways.get(waiting.popleft(), ()) if other not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return seen


def _count(columns: Columns, places: set[str], locations: set[str]) -> int:
    rows, words = columns.fulfillments, columns.dictionaries
    live = rows.status == IN_FLIGHT
    width = max((len(workflow.steps) for workflow in words.workflows), default=0) + 1
    hit = np.zeros(
        (len(words.workflows) + 1, width), dtype=bool
    )  # the last row and column are for -1: not placed, or before the first step
    for index, workflow in enumerate(words.workflows):
        for place, step in enumerate(workflow.steps):
            hit[index, place] = f"step:{workflow.key}/{step}" in places
        hit[index, -1] = hit[index, :1].any()
    at = hit[rows.workflow, rows.step]
    there = np.isin(
        rows.location, [code for key in locations if (code := words.locations.find(key)) is not None]
    )
    return len(np.unique(rows.order[live & (at | there)]))
