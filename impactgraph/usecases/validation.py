"""Whether what a question names exists: an id that names nothing is an error, never an empty answer."""

from collections.abc import Iterable

from graph_models.ids import split_id
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
    found = element_id(identifier)
    if found not in topology.elements:
        raise NotFoundError(identifier, near=near(topology, found))
    return found


def check_team(topology: Topology, key: str) -> str:
    """Raises NotFoundError."""
    _check("team", [key], topology.teams)
    return key


def check_scope(store: Store, topology: Topology, scope: Scope) -> None:
    """Raises NotFoundError for a location or a workflow that neither the topology nor an order knows."""
    _check_places(
        store, topology, locations=scope.values("locations") or (), workflows=scope.values("workflows") or ()
    )


def check_filter(store: Store, topology: Topology, where: OrderFilter) -> None:
    """Raises NotFoundError for an order, a location, a workflow or a step that is not known."""
    _check("order", where.ids or (), store.orders(where.ids) if where.ids else ())
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
    """Orders may stand at places that the topology has not (a store that opened today) or no longer has, so what it lacks is looked for among theirs."""
    unlisted = [key for key in locations if key not in topology.locations]
    unfollowed = [key for key in workflows if key not in topology.workflows]
    untaken = [key for key in steps if f"step:{key}" not in topology.elements]
    if not (unlisted or unfollowed or untaken):
        return
    with store.columns() as columns:
        words = columns.dictionaries
        seen_workflows = {
            workflow.key: {f"{workflow.key}/{step}" for step in workflow.steps}
            for workflow in words.workflows
        }
        _check(
            "location",
            [key for key in unlisted if not key or words.locations.find(key) is None],
            topology.locations,
        )
    _check("workflow", [key for key in unfollowed if key not in seen_workflows], topology.workflows)
    seen_steps = set[str]().union(*seen_workflows.values())
    _check(
        "step",
        [key for key in untaken if key not in seen_steps],
        [step.id.removeprefix("step:") for w in topology.workflows.values() for step in w.steps],
    )


def _check(kind: str, keys: Iterable[str], known: Iterable[str]) -> None:
    known = set(known)
    for key in keys:
        if key not in known:
            raise NotFoundError(f"{kind}:{key}", near=[f"{kind}:{near}" for near in nearest(key, known, 3)])
