"""The format of mappings of version 2 as a JSON Schema (2020-12) and as tables, made from its declaration.

The schema knows single fields; expressions and names of maps are checked when a mapping is read.
"""

import json
from collections.abc import Iterator

from impactgraph.ingest.rule_fields import VALUE_DEFINITION, VALUE_FIELDS, value_schema
from impactgraph.ingest.rules_format import (
    BASIS_FIELDS,
    EVENT_FIELDS,
    FORMAT,
    HELP,
    PART_FIELDS,
    RULE_FIELDS,
    SECTIONS,
    event_fields,
)
from impactgraph.topology.fields import Field, Fields, JsonSchema

VERSION = 2


def mapping_schema() -> JsonSchema:
    """The whole schema, as plain containers."""
    schema = FORMAT.schema()
    schema["properties"]["version"] = {"const": VERSION, "description": "Version of the format."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping",
        "description": "What the records of another system mean, as impactgraph reads it (version 2).",
        **schema,
        "$defs": {VALUE_DEFINITION: value_schema(), "rule": RULE_FIELDS.schema()},
    }


def schema_text() -> str:
    """As committed in docs/mapping.schema.json."""
    return json.dumps(mapping_schema(), indent=2) + "\n"


def reference_text() -> str:
    """The tables of docs/mapping.md: every field of the format; required ones in bold."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield from _table("The file", "", FORMAT)
    for name, fields in SECTIONS.items():
        yield from _table(f"`{name}`", "", fields)
    events = {*EVENT_FIELDS}
    rule = Fields(tuple(each for each in RULE_FIELDS.fields if each.name not in events))
    yield from _table("A rule", "Beside these it has one or more events, each once or as a list.", rule)
    common = {each.name for each in BASIS_FIELDS} | {"when"}
    yield from _table(
        "Every event",
        "They count for this event in the place of those of the rule. `inventory.reported` has no order, and "
        "only events of a fulfillment have one.",
        Fields(tuple(each for each in event_fields("fulfillment.entered").fields if each.name in common)),
    )
    for type_, (_, own) in EVENT_FIELDS.items():
        yield from _table(f"`{type_}`", HELP[type_], Fields(own))
    yield from _table("`order.placed.fulfillments`", "", PART_FIELDS)
    yield from _table("A value", "Text with expressions in braces, or a map:", VALUE_FIELDS)


def _table(title: str, text: str, fields: Fields) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    if text:
        yield text
        yield ""
    if not fields.fields:
        return
    yield "| field | what it is |"
    yield "| --- | --- |"
    for each in fields.fields:
        yield f"| {_name(each)} | {each.help} |"
    yield ""


def _name(field: Field) -> str:
    return f"**`{field.name}`**" if field.required else f"`{field.name}`"
