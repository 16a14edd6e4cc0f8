"""The page, the JSON Schema and the loader of mappings say the same."""

import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.ingest.rules_schema import mapping_schema, reference_text, schema_text
from scripts.print_mapping import PAGE, SCHEMA, page_text
from tests.event_logs import CSV_MAPPING, JSON_MAPPING, OCEL_MAPPING

EXAMPLES = [
    block
    for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    if block.startswith("version: 2")
]


def problems(text: str) -> list[str]:
    return [
        error.message for error in Draft202012Validator(mapping_schema()).iter_errors(yaml.safe_load(text))
    ]


def test_the_schema_and_the_reference_are_those_of_the_declaration() -> None:
    assert SCHEMA.read_text() == schema_text(), "python -m scripts.print_mapping"
    assert PAGE.read_text() == page_text(PAGE.read_text()), "python -m scripts.print_mapping"
    assert "### `order.placed`" in reference_text()


def test_the_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(mapping_schema())


@pytest.mark.parametrize("text", [*EXAMPLES, CSV_MAPPING, OCEL_MAPPING, JSON_MAPPING])
def test_a_mapping_that_is_read_fits_the_schema(text: str) -> None:
    parse_mapping(text)

    assert problems(text) == []


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize(
    "change",
    ["source: 5x\nsorce: x", "activities: {a: {fulfillment.entered: {location: x}}}", "csv: {delimeter: x}"],
)
def test_what_the_schema_refuses_is_refused_when_it_is_read(change: str) -> None:
    text = f"version: 2\nactivity: x\nsource: x\nrules: {{a: {{task.closed: x}}}}\n{change}\n"
    text = text.replace("source: x\nrules", "rules") if change.startswith("source") else text

    assert problems(text)
    with pytest.raises(BadInputError):
        parse_mapping(text)
