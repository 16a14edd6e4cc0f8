"""Declaration of maps of the format: fields, bodies and lists; the state of reading a document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

from impactgraph.errors import Problem
from impactgraph.topology.document import Items, Map, Node, Real
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import KeyIndex, either

WRONG: Final[Any] = object()
"""Marks a value that could not be read; its problem is recorded."""

JsonSchema = dict[str, Any]


@dataclass
class Reading:
    """State of reading a set of documents: position, keys, problems and warnings."""

    keys: KeyIndex
    file: str = ""
    element: str = ""
    """Full id of the element being read; empty at the top of a document."""
    workflow: str = ""
    timezone: str | None = None
    """Of the topology."""
    holidays: tuple[str, ...] = ()
    """Names of the calendars of holidays."""
    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[Problem] = field(default_factory=list[Problem])

    def wrong(self, message: str, line: int) -> Any:
        """Records a problem; returns WRONG."""
        self.problems.append(Problem(self._with_element(message), self.file, line))
        return WRONG

    def warn(self, message: str, line: int) -> None:
        self.warnings.append(Problem(self._with_element(message), self.file, line))

    def _with_element(self, message: str) -> str:
        return f"{self.element}: {message}" if self.element else message


class Value(Protocol):
    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        """Returns the value, or WRONG after recording each problem. `node` is never None."""
        ...

    def schema(self) -> JsonSchema: ...


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the format. `attribute` is the name of the element's attribute; default: `name`."""

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
        """(value, attribute) by name."""
        return {each.name: (each.value, each.attribute or each.name) for each in self.fields}

    @cached_property
    def required_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields if each.required)

    def read(self, node: Map, reading: Reading, prefix: str = "") -> dict[str, Any]:
        """Returns the readable values by attribute; a field without a value counts as missing."""
        values: dict[str, Any] = {}
        lines = node.lines
        for name, item in node.items():
            declaration = self.by_name.get(name)
            if declaration is None:
                hint = did_you_mean(name, self.by_name)
                reading.wrong(f"there is no field `{prefix}{name}`.{hint}", lines[name])
            elif item is not None:
                kind, attribute = declaration
                value = kind.read(item, lines[name], prefix + name, reading)
                if value is not WRONG:
                    values[attribute] = value
        for name in self.required_names:
            if node.get(name) is None:
                reading.wrong(f"`{prefix}{name}` is missing.", lines.get(name, node.line))
        return values

    def schema(self) -> JsonSchema:
        properties = {each.name: {**each.value.schema(), "description": each.help} for each in self.fields}
        schema: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
        return {**schema, "required": list(self.required_names)} if self.required_names else schema


@dataclass(frozen=True)
class Body:
    """A map with its own fields; `make` converts the values to the value of the attribute."""

    fields: Fields
    make: Callable[[dict[str, Any]], Any] = dict

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(
                f"`{name}` must be a map with {either(list(self.fields.by_name), 'and')}, not "
                f"{display_text(node)}.",
                line,
            )
        before = len(reading.problems)
        values = self.fields.read(node, reading, f"{name}.")
        return self.make(values) if len(reading.problems) == before else WRONG

    def schema(self) -> JsonSchema:
        return self.fields.schema()


@dataclass(frozen=True)
class Either:
    """A map or its short form (text or a list)."""

    short: Value
    body: Body

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        return (self.body if isinstance(node, Map) else self.short).read(node, line, name, reading)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.short.schema(), self.body.schema()]}


@dataclass(frozen=True)
class Several:
    """A list; the value is a tuple. Every invalid item is a problem."""

    item: Value
    least: int = 0

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Items):
            example = display_text(node) if isinstance(node, str) else "a, b"
            return reading.wrong(
                f"`{name}` must be a list, such as [{example}], not {display_text(node)}.", line
            )
        if len(node) < self.least:
            return reading.wrong(f"`{name}` must not be empty.", line)
        values = list[Any]()
        for item, at in zip(node, node.lines, strict=True):
            values.append(
                reading.wrong(f"an item of `{name}` is empty.", at)
                if item is None
                else self.item.read(item, at, name, reading)
            )
        return WRONG if any(value is WRONG for value in values) else tuple(values)

    def schema(self) -> JsonSchema:
        schema: JsonSchema = {"type": "array", "items": self.item.schema()}
        return {**schema, "minItems": self.least} if self.least else schema


def source_text(node: Node) -> str | None:
    """Returns the source text of a scalar; None for containers, booleans and null."""
    if isinstance(node, str):
        return node
    if isinstance(node, Real):
        return node.text
    return str(node) if isinstance(node, int) and not isinstance(node, bool) else None


def display_text(node: Node) -> str:
    """Returns a node as messages show it, truncated to 60 characters."""
    if isinstance(node, Map | Items):
        return "a map" if isinstance(node, Map) else "a list"
    if node is None or isinstance(node, bool):
        return {None: "nothing", True: "true", False: "false"}[node]
    text = source_text(node) or "''"
    return repr(text) if len(text) <= 60 else repr(text[:57] + "...")
