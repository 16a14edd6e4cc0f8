"""Types of field values of a mapping of version 2: computed values, conditions, maps by name."""

import json
import re
from dataclasses import dataclass
from typing import Any

from impactgraph.ingest.expressions import Expression, Template
from impactgraph.ingest.mapping_fields import NAME, TIME_FORMAT, ZONE, ByName
from impactgraph.ingest.rules import ValueRule
from impactgraph.topology.composite_values import OneOrSeveral
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import (
    WRONG,
    Field,
    Fields,
    JsonSchema,
    Reading,
    display_text,
    source_text,
)
from impactgraph.topology.values import Word

VALUE_DEFINITION = "value"
"""Name of the definition of a computed value in the JSON Schema."""
_AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile("[A-Z]{3}")


class Condition:
    """An expression that counts as true or false, or that finds a list."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node)
        if text is None:
            return reading.wrong(f"`{name}` must be an expression, not {display_text(node)}.", line)
        try:
            return Expression(text)
        except ValueError as error:
            return reading.wrong(f"`{name}` is no expression ({text!r}): {error}.", line)

    def schema(self) -> JsonSchema:
        return {"type": "string"}


class NamedMap:
    """A map of values, or the name of one of `maps`."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        return (_MAP if isinstance(node, Map) else NAME).read(node, line, name, reading)

    def schema(self) -> JsonSchema:
        return {"anyOf": [NAME.schema(), _MAP.schema()]}


@dataclass(frozen=True)
class Computed:
    """A value of a record: text with expressions in braces, or a map that says more of it.

    `pattern` is what a constant must match.
    """

    pattern: re.Pattern[str] | None = None
    expected: str = "text"

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Map):
            return self._read_map(node, line, name, reading)
        text = {True: "true", False: "false"}[node] if isinstance(node, bool) else source_text(node)
        if text is None:
            return reading.wrong(f"`{name}` must be text or a map, not {display_text(node)}.", line)
        try:
            template = Template(text)
        except ValueError as error:
            return reading.wrong(f"`{name}`: {error}.", line)
        value = ValueRule(template=template, line=line)
        return self._check(value, text, name, reading)

    def _check(self, value: ValueRule, text: str, name: str, reading: Reading) -> Any:
        constant = value.constant
        if constant is not None and (
            not constant.strip() or (self.pattern and not self.pattern.fullmatch(constant))
        ):
            hint = f": `'{{{text}}}'` reads the field of this name" if text.strip() else ""
            return reading.wrong(f"`{name}` must be {self.expected}, not {text!r}{hint}.", value.line)
        return value

    def _read_map(self, node: Map, line: int, name: str, reading: Reading) -> Any:
        if len(node) == 1 and next(iter(node.values())) is None:
            key = next(iter(node))
            return reading.wrong(
                f"`{name}` must be in quotes: '{{{key}}}', since YAML reads it as a map.", line
            )
        before = len(reading.problems)
        values = VALUE_FIELDS.read(node, reading, f"{name}.")
        sources = [each for each in ("from", "field", "text") if node.get(each) is not None]
        if len(sources) != 1 and len(reading.problems) == before:
            reading.wrong(f"`{name}` needs one of `from`, `field` and `text`.", line)
        if len(reading.problems) > before:
            return WRONG
        if column := values.pop("field", None):
            values["alternatives"] = (Expression(json.dumps(column)),)
        if decimals := values.pop("decimals", None):
            values["decimals"] = decimals.template
        if text := values.pop("text", None):
            values["template"] = text.template
        return ValueRule(**values, line=line)

    def schema(self) -> JsonSchema:
        return {"$ref": f"#/$defs/{VALUE_DEFINITION}"}


class _Text:
    """The template of `text`."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Map):
            return reading.wrong(f"`{name}` must be text, not a map.", line)
        return Computed().read(node, line, name, reading)

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number", "boolean"]}


CONDITION = Condition()
PLAIN = Computed()
AMOUNT = Computed(_AMOUNT, "an amount such as 12.50")
CURRENCY = Computed(_CURRENCY, "a currency such as EUR")
_MAP = ByName(NAME)
MAPS = ByName(_MAP)
DECIMAL = Word((".", ","))
VALUE_FIELDS = Fields(
    (
        Field(
            "from",
            OneOrSeveral(CONDITION),
            "Expression, or several: the first that has a value.",
            attribute="alternatives",
        ),
        Field("field", NAME, "Name of a column, attribute or field, as it is written."),
        Field("text", _Text(), "Text with expressions in braces."),
        Field("map", NamedMap(), "Value by text of the record, or the name of one of `maps`."),
        Field("default", NAME, "Value where the record has none, or one that is not in the map."),
        Field("time_format", TIME_FORMAT, "Of a moment: as the mapping's `time_format`."),
        Field("zone", ZONE, "Of a moment: as the mapping's `zone`."),
        Field("decimal", DECIMAL, "Of an amount: as the mapping's `decimal`."),
        Field("decimals", _Text(), "Of an amount in minor units: how many digits are decimals, such as 2."),
    )
)


def value_schema() -> JsonSchema:
    """The definition of a computed value."""
    sources = [{"required": [name]} for name in ("from", "field", "text")]
    return {
        "description": "Text with expressions in braces, or where the value comes from and how it is read.",
        "anyOf": [{"type": ["string", "number", "boolean"]}, {**VALUE_FIELDS.schema(), "oneOf": sources}],
    }
