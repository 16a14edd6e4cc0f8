"""docs/events.md tells every type and field of the format, and no other."""

import json
import re
from pathlib import Path

import msgspec

from graph_models.enums import FailureClass, Severity
from graph_models.scope import DIMENSIONS
from impactgraph.ingest.events import EVENT_TYPES, Event, PlacedFulfillment
from impactgraph.ingest.journal_check import NEEDED_FIELDS
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.mapping_format import FORMAT
from impactgraph.ingest.read import read_event

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "events.md").read_text()
ROW = re.compile(r"^\| `([a-z_.]+)` \| ([^|]*) \|", re.MULTILINE)


def fields(kind: type[Event]) -> tuple[set[str], set[str]]:
    """(required, optional) fields of its data."""
    data = kind.__annotations__["data"]
    found = msgspec.structs.fields(data)
    required = {field.encode_name for field in found if field.required}
    if kind.__struct_config__.tag == "failure.reported":
        required |= {"target", "class"}
    required |= set(NEEDED_FIELDS.get(str(kind.__struct_config__.tag), ()))
    return required, {field.encode_name for field in found} - required


def told(cell: str) -> tuple[set[str], set[str]]:
    required, _, optional = cell.partition("[")
    return set(re.findall(r"`(\w+)`", required)), set(re.findall(r"`(\w+)`", optional))


def test_the_table_has_every_type_with_its_fields():
    assert {type_: told(cell) for type_, cell in ROW.findall(PAGE)} == {
        type_: fields(kind) for type_, kind in EVENT_TYPES.items()
    }


def test_the_page_names_every_class_severity_and_dimension():
    words = [
        *(word.value.lower() for enum in (FailureClass, Severity) for word in enum),
        *DIMENSIONS,
        *PlacedFulfillment.__struct_fields__,
    ]

    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_the_example_can_be_read():
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert [json.loads(line)["type"] for line in block.splitlines() if read_event(line.encode())] == [
        "order.placed",
        "fulfillment.entered",
    ]


def test_the_example_of_a_mapping_of_version_1_can_be_read_and_has_every_section():
    page = (DOCS / "mapping.md").read_text()
    (block,) = [
        each
        for each in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        if not each.startswith(("version: 2", "impactgraph: 1"))
    ]

    parse_mapping(block)

    assert [
        name
        for name in FORMAT.by_name
        if f"\n{name}: " not in f"\n{block}" and f"\n{name}:\n" not in f"\n{block}"
    ] == []
