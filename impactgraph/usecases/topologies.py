"""Versions of the topology: list and look-up."""

from graph_models.ids import key_of
from graph_models.orders import Page
from graph_models.topology import Topology
from impactgraph.errors import NotFoundError
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.topology.near import nearest
from impactgraph.usecases.pages import page_in_order


def list_topologies(
    store: Store, *, first: int | None = None, after: str | None = None
) -> Page[TopologyVersion]:
    """The newest first. Raises BadInputError."""
    versions = {version.key: version for version in store.topologies()}
    keys = page_in_order(list(versions), first=first, after=after)
    return Page(
        tuple(versions[key] for key in keys.items),
        keys.cursors,
        keys.total_count,
        keys.has_next,
        keys.has_previous,
    )


def find_topology(store: Store, identifier: str) -> TopologyVersion | None:
    """By full id or bare key; None where there is none."""
    key = key_of(identifier, "topology")
    return next((version for version in store.topologies() if version.key == key), None)


def get_topology(store: Store, identifier: str) -> Topology:
    """By full id or bare key. Raises NotFoundError."""
    if find_topology(store, identifier) is None:
        raise NotFoundError(
            identifier,
            near=nearest(identifier, [f"topology:{version.key}" for version in store.topologies()], 3),
        )
    return store.topology_version(key_of(identifier, "topology"))
