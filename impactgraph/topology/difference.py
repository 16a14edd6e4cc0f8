"""Difference between two versions of a topology: added, removed and changed elements, other rates."""

from dataclasses import dataclass, fields

from graph_models.topology import Element, Topology, Workflow


@dataclass(frozen=True, slots=True)
class Change:
    """A changed field of an element of both versions, with its values `before` and `after`."""

    element: str
    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """Full ids in document order; steps are elements of their own."""

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
    """Compares elements and rates of two versions; version keys and the order of sections do not count."""
    old = before.elements
    new = after.elements
    both = (identifier for identifier in new if identifier in old and old[identifier] != new[identifier])
    return Difference(
        added=tuple(identifier for identifier in new if identifier not in old),
        removed=tuple(identifier for identifier in old if identifier not in new),
        changed=tuple(
            change for identifier in both for change in _changes(identifier, old[identifier], new[identifier])
        ),
        rates_changed=before.rates != after.rates,
    )


def _changes(identifier: str, old: Element, new: Element) -> list[Change]:
    values = ((field.name, _value(old, field.name), _value(new, field.name)) for field in fields(new))
    return [Change(identifier, name, was, now) for name, was, now in values if was != now]


def _value(element: Element, name: str) -> object:
    """The value of a field; of a workflow's steps only the ids, since steps are compared as elements."""
    value: object = getattr(element, name)
    return (
        tuple(step.id for step in element.steps)
        if isinstance(element, Workflow) and name == "steps"
        else value
    )
