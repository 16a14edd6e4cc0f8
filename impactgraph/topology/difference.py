"""Difference between two versions of a topology: elements and regions that were added, removed or changed,
and other rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from graph_models.topology import Element, Region, Topology, Workflow

TOPOLOGY = "topology"
"""Id of the topology itself in its changes."""


@dataclass(frozen=True, slots=True)
class Change:
    """A changed field of an element or region of both versions, or of the topology itself, with its values
    `before` and `after`.
    """

    element: str
    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """Full ids in document order; steps are elements of their own, regions are called `region:KEY`."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    rates_changed: bool = False
    """Whether the exchange rates are others."""

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed or self.rates_changed)

    @property
    def affected_ids(self) -> tuple[str, ...]:
        """Ids of all added, removed and changed elements, each once."""
        return tuple(
            dict.fromkeys((*self.added, *self.removed, *(change.element for change in self.changed)))
        )


def difference(before: Topology, after: Topology) -> Difference:
    """Compares two versions; their keys and the order of sections do not count."""
    old = _parts(before)
    new = _parts(after)
    both = (identifier for identifier in new if identifier in old and old[identifier] != new[identifier])
    return Difference(
        added=tuple(identifier for identifier in new if identifier not in old),
        removed=tuple(identifier for identifier in old if identifier not in new),
        changed=(
            *(
                change
                for identifier in both
                for change in _changes(identifier, old[identifier], new[identifier])
            ),
            *_own_changes(before, after),
        ),
        rates_changed=before.rates != after.rates,
    )


def _parts(topology: Topology) -> Mapping[str, Element | Region]:
    """Elements and regions by full id."""
    return {**topology.elements, **{f"region:{key}": region for key, region in topology.regions.items()}}


def _own_changes(before: Topology, after: Topology) -> list[Change]:
    """Changed fields of the topology itself."""
    values = (
        (name, getattr(before, name), getattr(after, name)) for name in ("timezone", "language", "holidays")
    )
    return [Change(TOPOLOGY, name, was, now) for name, was, now in values if was != now]


def _changes(identifier: str, old: Element | Region, new: Element | Region) -> list[Change]:
    values = ((field.name, _value(old, field.name), _value(new, field.name)) for field in fields(new))
    return [Change(identifier, name, was, now) for name, was, now in values if was != now]


def _value(element: Element | Region, name: str) -> object:
    """The value of a field; of a workflow's steps only the ids, since steps are compared as elements."""
    value: object = getattr(element, name)
    return (
        tuple(step.id for step in element.steps)
        if isinstance(element, Workflow) and name == "steps"
        else value
    )
