"""Scopes that no order can be in, because nobody has ever heard of their values."""

from collections.abc import Iterable, Iterator, Sequence

from graph_models.failure import Failure
from graph_models.topology import Topology
from impactgraph.columns import Columns, Dictionary

_ATTRIBUTES = {"carriers": "carrier", "suppliers": "supplier", "versions": "payload_version"}


def scope_gaps(columns: Columns, topology: Topology, failures: Sequence[Failure]) -> tuple[str, ...]:
    """A sentence for each limit of a failure's scope of which no value is known: not from an order, nor from
    the topology. None where there are no orders.
    """
    if not len(columns.orders):
        return ()
    return tuple(
        f"{failure.key} is limited to {name.replace('_', ' ')} {', '.join(values)}: no order and no element"
        " has such a value, so it hits nothing."
        for failure in failures
        for name, values in failure.scope.limits
        if not any(_is_known(columns, topology, name, value) for value in values)
    )


def _is_known(columns: Columns, topology: Topology, name: str, value: str) -> bool:
    dictionaries = columns.dictionaries
    if name == "workflows":
        return value in topology.workflows or any(each.key == value for each in dictionaries.workflows)
    if name == "message_types":
        return value in set(_message_types(topology)) or dictionaries.types.find(value) is not None
    if name == "locations":
        return value in topology.locations or dictionaries.locations.find(value) is not None
    if name == "regions" and any(value == location.region for location in topology.locations.values()):
        return True
    if name in ("channels", "modes") and any(
        value in getattr(workflow, name) for workflow in topology.workflows.values()
    ):
        return True
    dictionary = _dictionary(columns, name)
    return dictionary is not None and dictionary.find(value) is not None


def _dictionary(columns: Columns, name: str) -> Dictionary | None:
    dictionaries = columns.dictionaries
    if name in ("channels", "modes", "regions", "currencies"):
        return getattr(dictionaries, name)
    return dictionaries.attributes.get(_ATTRIBUTES.get(name, name.removeprefix("attributes.")))


def _message_types(topology: Topology) -> Iterator[str]:
    for integration in topology.integrations.values():
        yield from integration.carries
    for workflow in topology.workflows.values():
        yield from _types(emission.type for _, emission in workflow.records)


def _types(values: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(values)
