"""Values that scopes and filters can name: those of the topology and of orders seen."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_models.topology import Topology, When
from impactgraph.columns import Columns, Dictionary
from impactgraph.topology.near import nearest

_NOUNS = {
    "ids": "order",
    "locations": "location",
    "workflows": "workflow",
    "steps": "step",
    "systems": "system",
    "regions": "region",
    "channels": "channel",
    "modes": "mode",
    "tiers": "customer tier",
    "currencies": "currency",
    "carriers": "carrier",
    "suppliers": "supplier",
    "versions": "payload version",
    "message_types": "message type",
    "types": "record type",
    "attributes": "attribute",
}
ID_KINDS = ("order", "location", "workflow", "step", "system")
"""Nouns that are kinds of ids."""
_ATTRIBUTES = {"carriers": "carrier", "suppliers": "supplier", "versions": "payload_version"}
_ATTRIBUTE = "attributes."
_FEW = 8
"""Values that a message lists where none is similar."""


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value that neither the topology nor an order has."""

    dimension: str
    value: str
    near: tuple[str, ...] = ()
    """Similar values, the most similar first."""
    known: tuple[str, ...] = ()
    """All values, where they are few."""

    @property
    def noun(self) -> str:
        """What the value would be one of."""
        return _NOUNS.get(self.dimension, self.dimension.removeprefix(_ATTRIBUTE))


def hint(values: Sequence[UnknownValue]) -> str:
    """What unknown values of one dimension may stand for, such as `did you mean emea or apac?`.

    Where no value is similar, what values there are.
    """
    first = values[0]
    of_each = (each.near if len(values) == 1 else each.near[:1] for each in values)
    near = list(dict.fromkeys(itertools.chain.from_iterable(of_each)))
    if near:
        prefix = _ATTRIBUTE if first.dimension == "attributes" else ""
        return f"did you mean {' or '.join(prefix + each for each in near)}?"
    if first.known:
        return f"there {'is' if len(first.known) == 1 else 'are'} {', '.join(first.known)}"
    return f"no order has {'an' if first.noun[0] in 'aeiou' else 'a'} {first.noun}"


class KnownValues:
    """Known values by dimension. Dictionaries are looked up first, since they are fast."""

    def __init__(self, columns: Columns, topology: Topology) -> None:
        self._dictionaries = columns.dictionaries
        self._topology = topology

    def unknown(self, dimension: str, values: Sequence[str]) -> tuple[UnknownValue, ...]:
        """Those of the values that do not exist; of an unknown attribute, its name alone."""
        name = dimension.removeprefix(_ATTRIBUTE)
        if name != dimension and values and name not in self._dictionaries.attributes:
            return (self._unknown_value("attributes", name),)
        missing = [value for value in values if not self._has(dimension, value)]
        return tuple(self._unknown_value(dimension, value) for value in missing)

    def _has(self, dimension: str, value: str) -> bool:
        """Whether it exists. An empty value stands for orders that have none."""
        dictionary = self._dictionary(dimension)
        if not value:
            return dimension not in _NEVER_EMPTY
        if dictionary is not None and dictionary.find(value) is not None:
            return True
        return value in self._of_topology(dimension) or value in self._of_workflows(dimension)

    def _unknown_value(self, dimension: str, value: str) -> UnknownValue:
        values = sorted({each for each in self._values(dimension) if each})
        return UnknownValue(
            dimension=dimension,
            value=value,
            near=tuple(nearest(value, values, 3)),
            known=tuple(values) if len(values) <= _FEW else (),
        )

    def _values(self, dimension: str) -> Iterator[str]:
        if dimension == "attributes":
            yield from self._dictionaries.attributes
            return
        dictionary = self._dictionary(dimension)
        yield from dictionary.values if dictionary is not None else ()
        yield from self._of_topology(dimension)
        yield from self._of_workflows(dimension)

    def _dictionary(self, dimension: str) -> Dictionary | None:
        dictionaries = self._dictionaries
        if dimension in ("channels", "modes", "regions", "tiers", "currencies", "locations"):
            return getattr(dictionaries, dimension)
        if dimension in ("types", "message_types"):
            return dictionaries.types
        return dictionaries.attributes.get(_ATTRIBUTES.get(dimension, dimension.removeprefix(_ATTRIBUTE)))

    def _of_topology(self, dimension: str) -> Iterable[str]:
        values = _OF_TOPOLOGY.get(dimension)
        return values(self._topology) if values is not None else ()

    def _of_workflows(self, dimension: str) -> Iterator[str]:
        """Workflows and steps that orders were seen in."""
        for workflow in self._dictionaries.workflows:
            if dimension == "workflows":
                yield workflow.key
            elif dimension == "steps":
                yield from (f"{workflow.key}/{step}" for step in workflow.steps)


def _locations(topology: Topology) -> Iterable[str]:
    return topology.locations


def _workflows(topology: Topology) -> Iterable[str]:
    return topology.workflows


def _steps(topology: Topology) -> Iterator[str]:
    for workflow in topology.workflows.values():
        yield from (f"{workflow.key}/{step.key}" for step in workflow.steps)


def _regions(topology: Topology) -> Iterator[str]:
    yield from (location.region for location in topology.locations.values() if location.region)
    for condition in _conditions(topology):
        yield from condition.regions


def _channels(topology: Topology) -> Iterator[str]:
    for either in (*topology.workflows.values(), *_conditions(topology)):
        yield from either.channels


def _modes(topology: Topology) -> Iterator[str]:
    for either in (*topology.workflows.values(), *_conditions(topology)):
        yield from either.modes


def _conditions(topology: Topology) -> Iterator[When]:
    for workflow in topology.workflows.values():
        for step in workflow.steps:
            yield from (each.when for each in step.then if each.when is not None)


def _record_types(topology: Topology) -> Iterator[str]:
    for workflow in topology.workflows.values():
        yield from (emission.type for _, emission in workflow.records)


def _systems(topology: Topology) -> Iterable[str]:
    return topology.systems


def _record_and_listing_types(topology: Topology) -> Iterator[str]:
    """A listing has the key of its system as its type."""
    yield from _record_types(topology)
    yield from topology.systems


def _message_types(topology: Topology) -> Iterator[str]:
    for integration in topology.integrations.values():
        yield from integration.carries
    yield from _record_types(topology)


_OF_TOPOLOGY: Mapping[str, Callable[[Topology], Iterable[str]]] = {
    "locations": _locations,
    "workflows": _workflows,
    "steps": _steps,
    "regions": _regions,
    "channels": _channels,
    "modes": _modes,
    "types": _record_and_listing_types,
    "systems": _systems,
    "message_types": _message_types,
}
_NEVER_EMPTY = ("locations", "workflows", "steps", "systems", "types", "message_types")
