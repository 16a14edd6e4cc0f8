"""Field values of files of configuration: text of a pattern, one or several values, a map by name."""

import re
from dataclasses import dataclass
from typing import Any

from impactgraph.topology.document import Items, Map, Node
from impactgraph.topology.fields import (
    WRONG,
    JsonSchema,
    Reading,
    Several,
    Value,
    display_text,
    source_text,
)


@dataclass(frozen=True)
class PatternText:
    """Text of a pattern."""

    pattern: re.Pattern[str]
    expected: str

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if self.pattern.fullmatch(text):
            return text
        return reading.wrong(f"`{name}` must be {self.expected}, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$"}


@dataclass(frozen=True)
class OneOrSeveral:
    """A value, or a list of them; a tuple in both cases."""

    item: Value

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Items):
            return Several(self.item, least=1).read(node, line, name, reading)
        value = self.item.read(node, line, name, reading)
        return value if value is WRONG else (value,)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.item.schema(), Several(self.item, least=1).schema()]}


class ByName:
    """A map from a name to a value of one kind."""

    def __init__(self, value: Value, names: PatternText, least: int = 0) -> None:
        self._value, self._names, self._least = value, names, least

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map by name, not {display_text(node)}.", line)
        if len(node) < self._least:
            return reading.wrong(f"`{name}` must not be empty.", line)
        values: dict[str, Any] = {}
        for key, item in node.items():
            at = node.lines[key]
            if self._names.read(key, at, f"{name}.{key}", reading) is WRONG:
                continue
            value = self._value.read(item, at, f"{name}.{key}", reading)
            if value is not WRONG:
                values[key] = value
        return values

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            **({"minProperties": self._least} if self._least else {}),
            "propertyNames": {"pattern": f"^{self._names.pattern.pattern}$"},
            "additionalProperties": self._value.schema(),
        }
