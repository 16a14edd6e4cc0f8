"""Difference between two versions of the topology, and the orders in flight that it affects."""

from dataclasses import dataclass

from graph_models.topology import Topology
from impactgraph.ports.store import Store
from impactgraph.topology.difference import Difference, difference
from impactgraph.usecases.affected_by_change import affected_orders_in_flight
from impactgraph.usecases.topologies import get_topology


@dataclass(frozen=True, slots=True)
class TopologyChange:
    difference: Difference
    affected_orders: int
    """Orders in flight that will still pass a changed element."""


def compare_topologies(store: Store, before: str, after: str) -> TopologyChange:
    """Of two versions by full id or bare key. Raises NotFoundError."""
    return change_between(store, get_topology(store, before), get_topology(store, after))


def change_between(store: Store, before: Topology, after: Topology) -> TopologyChange:
    changes = difference(before, after)
    return TopologyChange(changes, affected_orders_in_flight(store, changes, before, after))
