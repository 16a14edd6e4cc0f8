"""What is other in one version of a topology than in the one before."""

from dataclasses import dataclass, fields

from graph_models.topology import Element, Topology, Workflow


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an element that both versions have. `before` and `after` are its values as the element keeps them."""

    element: str
    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """Full ids, in the order of the documents (steps are elements of their own)."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed)

    @property
    def touched(self) -> tuple[str, ...]:
        """Ids of all elements that are new, gone or changed; each once."""
        return tuple(
            dict.fromkeys((*self.added, *self.removed, *(change.element for change in self.changed)))
        )


def difference(before: Topology, after: Topology) -> Difference:
    """What became of each element; the version's own key is not compared, nor is the order of sections."""
    old, new = before.elements, after.elements
    both = (identifier for identifier in new if identifier in old and old[identifier] != new[identifier])
    return Difference(
        added=tuple(identifier for identifier in new if identifier not in old),
        removed=tuple(identifier for identifier in old if identifier not in new),
        changed=tuple(
            change for identifier in both for change in _changes(identifier, old[identifier], new[identifier])
        ),
    )


def _changes(identifier: str, old: Element, new: Element) -> list[Change]:
    values = ((field.name, _value(old, field.name), _value(new, field.name)) for field in fields(new))
    return [Change(identifier, name, was, now) for name, was, now in values if was != now]


def _value(element: Element, name: str) -> object:
    """Of a workflow's steps only which there are and in which order: what is in them is told of the steps themselves."""
    value: object = getattr(element, name)
    return (
        tuple(step.id for step in element.steps)
        if isinstance(element, Workflow) and name == "steps"
        else value
    )
