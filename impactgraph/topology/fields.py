"""How a map of the format is declared and read: fields, bodies and lists, and the state of a reading."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

from impactgraph.errors import Problem
from impactgraph.topology.document import Items, Map, Node, Real
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import Known, either

WRONG: Final[Any] = object()
"""Stands for a value that could not be read; the problem is noted."""

JsonSchema = dict[str, Any]


@dataclass
class Reading:
    """The state of reading one set of documents: where we are, what is known, what is wrong so far."""

    known: Known
    file: str = ""
    here: str = ""
    """Full id of the element being read; empty at the top of a document."""
    workflow: str = ""
    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[Problem] = field(default_factory=list[Problem])

    def wrong(self, message: str, line: int) -> Any:
        """Notes the problem; gives WRONG."""
        self.problems.append(Problem(self._said(message), self.file, line))
        return WRONG

    def warn(self, message: str, line: int) -> None:
        self.warnings.append(Problem(self._said(message), self.file, line))

    def _said(self, message: str) -> str:
        return f"{self.here}: {message}" if self.here else message


class Value(Protocol):
    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        """The value, or WRONG after noting each problem. `node` is never None."""
        ...

    def schema(self) -> JsonSchema: ...


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the format. `attribute` is what the element calls it, the same as `name` unless said."""

    name: str
    value: Value
    help: str
    required: bool = False
    attribute: str = ""


@dataclass(frozen=True)
class Fields:
    """The fields that a map may have."""

    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Value, str]]:
        """Of each name what it holds and its attribute."""
        return {each.name: (each.value, each.attribute or each.name) for each in self.fields}

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields if each.required)

    def read(self, node: Map, reading: Reading, prefix: str = "") -> dict[str, Any]:
        """Values by attribute, of the fields that could be read; a field without a value is as one left out."""
        values: dict[str, Any] = {}
        known, lines = self.by_name, node.lines
        for name, item in node.items():
            found = known.get(name)
            if found is None:
                reading.wrong(f"there is no field `{prefix}{name}`.{did_you_mean(name, known)}", lines[name])
            elif item is not None:
                value = found[0].read(item, lines[name], prefix + name, reading)
                if value is not WRONG:
                    values[found[1]] = value
        for name in self.required:
            if node.get(name) is None:
                reading.wrong(f"`{prefix}{name}` is missing.", lines.get(name, node.line))
        return values

    def schema(self) -> JsonSchema:
        properties = {each.name: {**each.value.schema(), "description": each.help} for each in self.fields}
        made: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
        return {**made, "required": list(self.required)} if self.required else made


@dataclass(frozen=True)
class Body:
    """A map with fields of its own; `make` turns the values into what the element keeps."""

    fields: Fields
    make: Callable[[dict[str, Any]], Any] = dict

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(
                f"`{name}` must be a map with {either(list(self.fields.by_name), 'and')}, not {shown(node)}.",
                line,
            )
        before = len(reading.problems)
        values = self.fields.read(node, reading, f"{name}.")
        return self.make(values) if len(reading.problems) == before else WRONG

    def schema(self) -> JsonSchema:
        return self.fields.schema()


@dataclass(frozen=True)
class Either:
    """A short form (text or a list) beside a map."""

    short: Value
    body: Body

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        return (self.body if isinstance(node, Map) else self.short).read(node, line, name, reading)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.short.schema(), self.body.schema()]}


@dataclass(frozen=True)
class Several:
    """A list; the value is a tuple. Every item that is wrong is noted."""

    item: Value
    least: int = 0

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Items):
            return reading.wrong(
                f"`{name}` must be a list, such as [{shown(node) if isinstance(node, str) else 'a, b'}], not {shown(node)}.",
                line,
            )
        if len(node) < self.least:
            return reading.wrong(f"`{name}` must not be empty.", line)
        read, values = self.item.read, list[Any]()
        for item, at in zip(node, node.lines, strict=True):
            values.append(
                reading.wrong(f"an item of `{name}` is empty.", at)
                if item is None
                else read(item, at, name, reading)
            )
        return WRONG if any(value is WRONG for value in values) else tuple(values)

    def schema(self) -> JsonSchema:
        made: JsonSchema = {"type": "array", "items": self.item.schema()}
        return {**made, "minItems": self.least} if self.least else made


def written(node: Node) -> str | None:
    """The text of a scalar as it was written; None where it is none, or a boolean."""
    if isinstance(node, str):
        return node
    if isinstance(node, Real):
        return node.text
    return str(node) if isinstance(node, int) and not isinstance(node, bool) else None


def shown(node: Node) -> str:
    """For messages, cut where it is long."""
    if isinstance(node, Map | Items):
        return "a map" if isinstance(node, Map) else "a list"
    if node is None or isinstance(node, bool):
        return {None: "nothing", True: "true", False: "false"}[node]
    text = written(node) or "''"
    return repr(text) if len(text) <= 60 else repr(text[:57] + "...")
