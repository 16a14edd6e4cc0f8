"""The format as a JSON Schema (2020-12) for editors, made from the same declaration that the loader reads by.

It knows single fields; references, sums and repeated keys are for `impactgraph validate`.
"""

import json

from impactgraph.topology.entries import LOCATIONS_CSV, VERSION
from impactgraph.topology.fields import JsonSchema
from impactgraph.topology.format import CSV_COLUMNS, FORMAT_VERSION, SECTIONS, SINGLE_FIELDS
from impactgraph.topology.format_rates import RATES, rates_schema
from impactgraph.topology.format_steps import STEP_FIELDS

SHORT = r"([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+"
ISO = r"[Pp]([0-9.]+[Ww])?([0-9.]+[Dd])?([Tt]([0-9.]+[Hh])?([0-9.]+[Mm])?([0-9.]+[Ss])?)?"


def duration_schema() -> JsonSchema:
    """What `#/$defs/duration` stands for."""
    return {
        "type": "string",
        "pattern": f"^({SHORT}|{ISO})$",
        "description": "Such as 30s, 15m, 4h, 2d or PT15M.",
    }


_DEFINITIONS: JsonSchema = {
    "key": {
        "type": "string",
        "pattern": r"^[^\s/:]+$",
        "description": "Printable text without white space, / and :.",
    },
    "reference": {"type": ["string", "number"], "pattern": "^.+$", "description": "A bare key, or kind:key."},
    "duration": duration_schema(),
}


def topology_schema() -> JsonSchema:
    """The whole schema, as plain containers."""
    sections: JsonSchema = {section.name: {"$ref": f"#/$defs/{section.name}"} for section in SECTIONS}
    table = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Topology",
        "description": "Systems, integrations, data and workflows of a retailer, as impactgraph reads them.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            VERSION: {"const": FORMAT_VERSION, "description": "Version of the format; may be left out."},
            LOCATIONS_CSV: {
                **table,
                "description": f"A CSV file with the columns {','.join(CSV_COLUMNS)}, relative to this file.",
            },
            **{
                name: {**each.value.schema(), "description": each.help}
                for name, each in SINGLE_FIELDS.items()
            },
            **sections,
            RATES: {"$ref": f"#/$defs/{RATES}"},
        },
        "$defs": {
            **_DEFINITIONS,
            "step": STEP_FIELDS.schema(),
            **{section.name: _section(section.help, section.fields.schema()) for section in SECTIONS},
            RATES: rates_schema(),
        },
    }


def schema_text() -> str:
    """As committed in docs/topology.schema.json."""
    return json.dumps(topology_schema(), indent=2) + "\n"


def _section(text: str, body: JsonSchema) -> JsonSchema:
    """A map from key to body; a body without required fields may be left empty, as may the section."""
    bodies = body if "required" in body else {**body, "type": ["object", "null"]}
    return {
        "type": ["object", "null"],
        "description": text,
        "propertyNames": {"$ref": "#/$defs/key"},
        "additionalProperties": bodies,
    }
