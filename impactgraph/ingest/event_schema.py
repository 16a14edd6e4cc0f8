"""The events as a JSON Schema (2020-12), made from the structs that they are read into.

It knows single fields. That ids exist, that times agree and that fields go together is checked when an event
is read.
"""

from enum import StrEnum
from typing import Any, cast

import msgspec

from graph_models.enums import FailureClass, Severity
from graph_models.journal import ChangeKind, NoticeState
from impactgraph.ingest.events import EVENT_TYPES
from impactgraph.ingest.journal_check import NEEDED_FIELDS
from impactgraph.topology.schema import ISO, SHORT

Json = dict[str, Any]

_DURATION: Json = {"type": ["string", "null"], "pattern": rf"^\s*({SHORT}|{ISO})?\s*$"}
_DURATIONS = ("delay", "drain")
_REPORT_NEEDS = ("target", "class")
"""Fields that the first report of a failure must have."""


def event_schema() -> Json:
    """The whole schema, as plain containers: an event of any type; `$defs` has each by its type, such as
    `order.placed`.
    """
    (_, components) = msgspec.json.schema_components(
        tuple(EVENT_TYPES.values()), ref_template="#/$defs/{name}"
    )
    names = {kind.__name__: type_ for type_, kind in EVENT_TYPES.items()}
    definitions = {names.get(name, name): _loosened(body, names) for name, body in components.items()}
    failure = definitions["FailureData"]["properties"]
    failure |= dict.fromkeys(_DURATIONS, _DURATION)
    failure |= {"class": _words(FailureClass), "severity": _words(Severity)}
    failure["error_rate"] = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    definitions["ChangeData"]["properties"]["kind"] = {"anyOf": [_words(ChangeKind), {"type": "null"}]}
    definitions["NoticeData"]["properties"]["state"] = _words(NoticeState)
    for type_, names_needed in (NEEDED_FIELDS | {"failure.reported": _REPORT_NEEDS}).items():
        fields = definitions[type_]["properties"]
        fields["data"] = {"allOf": [fields["data"], {"required": list(names_needed)}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Event",
        "description": "Events of orders and failures, as impactgraph reads them; further fields are kept.",
        "oneOf": [{"$ref": f"#/$defs/{type_}"} for type_ in EVENT_TYPES],
        "$defs": dict(sorted(definitions.items())),
    }


def _loosened(node: Any, names: dict[str, str]) -> Any:
    """As the reader takes it: further fields, amounts as text or number, references by type of event."""
    if isinstance(node, list):
        return [_loosened(each, names) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    body = cast("Json", node)
    if body.get("format") == "decimal":
        return {"type": ["string", "number"], "description": "An amount in the currency's main unit."}
    loose = {name: _loosened(value, names) for name, value in body.items() if name != "additionalProperties"}
    if isinstance(reference := loose.get("$ref"), str):
        name = reference.rpartition("/")[2]
        loose["$ref"] = f"#/$defs/{names.get(name, name)}"
    return loose


def _words(words: type[StrEnum]) -> Json:
    """Any case, as the reader takes it."""
    choices = "|".join(
        "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word.value) for word in words
    )
    return {"type": "string", "pattern": f"^({choices})$"}
