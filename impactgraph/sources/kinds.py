"""A map from a key to fields that the `kind` among them decides, as in files of sources and of notices."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import (
    Field,
    Fields,
    JsonSchema,
    Reading,
    display_text,
    source_text,
)
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import either
from impactgraph.topology.values import Text

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Kind:
    """`make` gives what is declared, from its key and fields; `check` records what does not fit together."""

    fields: Fields
    make: Callable[..., Any]
    help: str
    check: Callable[[dict[str, Any], Map, Reading], None]

    def schema(self, name: str) -> JsonSchema:
        schema = self.fields.schema()
        return schema | {
            "properties": {**schema["properties"], "kind": {"const": name, "description": self.help}}
        }


def check_nothing(values: dict[str, Any], node: Map, reading: Reading) -> None:
    """Nothing can be wrong beyond single fields."""


def kind_of(
    help: str,
    fields: tuple[Field, ...],
    make: Callable[..., Any],
    check: Callable[[dict[str, Any], Map, Reading], None] = check_nothing,
) -> Kind:
    """A kind with these fields beside `kind` itself."""
    return Kind(Fields((Field("kind", Text(), help, required=True), *fields)), make, help, check)


def check_key(key: str, line: int, reading: Reading) -> None:
    """Records a key that cannot stand in addresses and ids."""
    if not KEY.fullmatch(key):
        reading.wrong("its key may have letters, digits, dots, hyphens and underscores only.", line)


@dataclass(frozen=True, slots=True)
class ByKind:
    """Reads a map by key into what the kinds make; None in the place of what is wrong."""

    noun: str
    """Of one member, for messages."""
    kinds: Mapping[str, Kind]
    least: int = 0
    """Number of members that the schema asks for."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map by key, not {display_text(node)}.", line)
        members = {key: self._member(key, item, node.lines[key], reading) for key, item in node.items()}
        reading.element = ""
        return members

    def _member(self, key: str, node: Node, line: int, reading: Reading) -> Any:
        before = len(reading.problems)
        reading.element = f"{self.noun} {key}"
        check_key(key, line, reading)
        kind = self._kind(node, line, reading)
        if kind is None or not isinstance(node, Map):
            return None
        values = kind.fields.read(node, reading)
        kind.check(values, node, reading)
        if len(reading.problems) > before:
            return None
        return kind.make(key=key, **{**values, "kind": values["kind"].lower()})

    def _kind(self, node: Node, line: int, reading: Reading) -> Kind | None:
        if not isinstance(node, Map):
            reading.wrong(f"it must be a map with `kind`, not {display_text(node)}.", line)
            return None
        item = node.get("kind")
        text = (source_text(item) or "") if item is not None else ""
        if kind := self.kinds.get(text.lower()):
            return kind
        choices = either(list(self.kinds))
        what = f"must be {choices}, not {display_text(item)}" if item is not None else "is missing"
        reading.wrong(f"`kind` {what}.{did_you_mean(text, self.kinds)}", node.lines.get("kind", line))
        return None

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            **({"minProperties": self.least} if self.least else {}),
            "propertyNames": {"pattern": f"^{KEY.pattern}$"},
            "additionalProperties": {"oneOf": [kind.schema(name) for name, kind in self.kinds.items()]},
        }
