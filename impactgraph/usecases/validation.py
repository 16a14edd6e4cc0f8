"""Validates the ids in a question; unknown ids raise NotFoundError with near matches."""

from collections.abc import Iterable

from graph_models.ids import key_of, split_id
from graph_models.orders import OrderFilter
from graph_models.scope import Scope
from graph_models.topology import Topology
from impactgraph.errors import NotFoundError
from impactgraph.ports.store import Store
from impactgraph.topology.find import near
from impactgraph.topology.near import nearest


def element_id(identifier: str) -> str:
    """The id as the topology spells it: the kind in lower case."""
    kind, key = split_id(identifier)
    return f"{kind}:{key}" if kind else identifier


def check_element(topology: Topology, identifier: str) -> str:
    """The id as the topology spells it. Raises NotFoundError."""
    element = element_id(identifier)
    if element not in topology.elements:
        raise NotFoundError(identifier, near=near(topology, element))
    return element


def check_team(topology: Topology, key: str) -> str:
    """Raises NotFoundError."""
    _check("team", [key], topology.teams)
    return key


def check_scope(store: Store, topology: Topology, scope: Scope) -> None:
    """Raises NotFoundError for a location or a workflow of neither the topology nor an order."""
    _check_places(
        store, topology, locations=scope.values("locations") or (), workflows=scope.values("workflows") or ()
    )


def check_filter(store: Store, topology: Topology, where: OrderFilter) -> None:
    """Raises NotFoundError for an unknown order, location, workflow or step."""
    order_keys = [key_of(identifier, "order") for identifier in where.ids or ()]
    _check("order", order_keys, store.orders(order_keys) if order_keys else ())
    _check_places(
        store,
        topology,
        locations=where.locations or (),
        workflows=where.workflows or (),
        steps=where.steps or (),
    )


def _check_places(
    store: Store,
    topology: Topology,
    *,
    locations: Iterable[str] = (),
    workflows: Iterable[str] = (),
    steps: Iterable[str] = (),
) -> None:
    """Raises NotFoundError for a key of neither the topology nor an order.

    Orders may be at places that the topology does not have yet (a new store) or any more.
    """
    other_locations = [key for key in locations if key not in topology.locations]
    other_workflows = [key for key in workflows if key not in topology.workflows]
    other_steps = [key for key in steps if f"step:{key}" not in topology.elements]
    if not (other_locations or other_workflows or other_steps):
        return
    with store.columns() as columns:
        words = columns.dictionaries
        seen_workflows = {
            workflow.key: {f"{workflow.key}/{step}" for step in workflow.steps}
            for workflow in words.workflows
        }
        _check(
            "location",
            [key for key in other_locations if not key or words.locations.find(key) is None],
            topology.locations,
        )
    _check("workflow", [key for key in other_workflows if key not in seen_workflows], topology.workflows)
    seen_steps = set[str]().union(*seen_workflows.values())
    _check(
        "step",
        [key for key in other_steps if key not in seen_steps],
        [step.id.removeprefix("step:") for w in topology.workflows.values() for step in w.steps],
    )


def _check(kind: str, keys: Iterable[str], existing_keys: Iterable[str]) -> None:
    existing_keys = set(existing_keys)
    for key in keys:
        if key not in existing_keys:
            raise NotFoundError(
                f"{kind}:{key}", near=[f"{kind}:{near}" for near in nearest(key, existing_keys, 3)]
            )
