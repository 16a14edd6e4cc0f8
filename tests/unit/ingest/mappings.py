"""Small mappings of version 2, and the events that they make of one record."""

import json
from typing import Any

from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.rule_mapper import RuleMapper
from impactgraph.ingest.rules import RuleMapping

HEAD = 'version: 2\nsource: /shop\nactivity: "{type}"\nid: "{id}"\ntime: "{at}"\norder: "{order}"\n'
RECORD = {"type": "t", "id": 7, "at": "2026-03-02T09:00:00Z", "order": "O-1"}


def mapper(text: str) -> RuleMapper:
    mapping = parse_mapping(text)
    assert isinstance(mapping, RuleMapping)
    return RuleMapper(mapping)


def events(rules: str, record: Any = None, head: str = HEAD) -> list[dict[str, Any]]:
    (mapped,) = mapper(head + rules).map_document(RECORD if record is None else record, "here")
    return [json.loads(event) for event in mapped.events]


def data(rules: str, record: Any = None, head: str = HEAD) -> dict[str, Any]:
    (event,) = events(rules, record, head)
    return event["data"]


def entered(value: str) -> str:
    return f"activities: {{t: {{fulfillment.entered: {{step: pick, location: {value}}}}}}}"
