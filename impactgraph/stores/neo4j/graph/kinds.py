"""Types of the graph's declarations: nodes, relations and their properties.

The declarations are in `nodes` and `relations`; all Cypher is generated from them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from impactgraph.topology.edges import EdgeKind


class Value(Enum):
    """Types of properties, as docs/graph-schema.md names them."""

    TEXT = "text"
    TEXTS = "texts"
    WHOLE = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"
    MOMENT = "date and time"
    """Sent as milliseconds since 1970 UTC."""
    SPAN = "duration"
    """Sent as milliseconds."""


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    value: Value
    text: str
    """Description for docs/graph-schema.md."""
    of: Callable[[Any], object] | None = None
    """Reads it from the value that the node represents; None: the code that makes the row sets it."""

    def read(self, thing: object) -> object:
        """The value as the database takes it: enums as their value, tuples as lists, None for empty ones."""
        return _plain(self.of(thing)) if self.of else None


@dataclass(frozen=True, slots=True)
class NodeKind:
    """Nodes of one label.

    `key` is their unique property; None: they are reached from their neighbours only.
    """

    label: str
    text: str
    properties: tuple[Property, ...]
    key: str | None = "id"
    element: bool = False
    """Part of the topology: has the label Element too, and may be retired."""
    indexed: tuple[str, ...] = ()
    """Properties with an index, beside the key."""

    def row(self, thing: object) -> dict[str, object]:
        """The properties of the node that represents this value."""
        return {each.name: each.read(thing) for each in self.properties}


@dataclass(frozen=True, slots=True)
class RelationKind:
    """Relations of one name. `sources` and `targets` are labels."""

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    text: str
    properties: tuple[Property, ...] = ()
    edge: EdgeKind | None = None
    """Kind of the topology edge that it represents; such relations may be retired."""


def attribute(name: str, value: Value, text: str, of: Callable[[Any], object] | None = None) -> Property:
    """A property named after the attribute it reads, in camel case."""
    return Property(camel(name), value, text, of or (lambda thing: getattr(thing, name)))


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in cast("tuple[object, ...]", value)] or None
    if value == "":
        return None
    return value.value if isinstance(value, Enum) else value
