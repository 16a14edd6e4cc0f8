"""What the graph is declared in: nodes, relations and their properties. The declarations stand in `nodes` and `relations`; all Cypher is made from them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from impactgraph.topology.edges import EdgeKind


class Value(Enum):
    """Kinds of properties, as the page of the graph says them."""

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
    """What it is, for the page of the graph."""
    of: Callable[[Any], object] | None = None
    """Reads it from the value that the node stands for; None: whoever makes the row knows it."""

    def read(self, thing: object) -> object:
        """As the database takes it: enums as their word, tuples as lists, nothing for what is empty."""
        return _plain(self.of(thing)) if self.of else None


@dataclass(frozen=True, slots=True)
class NodeKind:
    """Nodes of one label. `key` is the property that there is one node of each value of; None: they are found from their neighbours only."""

    label: str
    text: str
    properties: tuple[Property, ...]
    key: str | None = "id"
    element: bool = False
    """Part of the topology: it has the label Element too, and may be retired."""
    indexed: tuple[str, ...] = ()
    """What nodes are looked for by, beside the key: an index each."""

    def row(self, thing: object) -> dict[str, object]:
        """The properties of a node that stands for this value."""
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
    """Relations of the topology: which of its edges they are. They may be retired."""


def named(name: str, value: Value, text: str, of: Callable[[Any], object] | None = None) -> Property:
    """One that is called as in the vocabulary, but for the spelling."""
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
