"""The format's page, its JSON Schema and the loader say the same."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from impactgraph.topology.entries import LOCATIONS_CSV, VERSION
from impactgraph.topology.format import SINGLE_FIELDS
from impactgraph.topology.format_rates import RATES
from impactgraph.topology.load import check_documents
from impactgraph.topology.schema import schema_text, topology_schema

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "topology.md").read_text()
RETAILER = DOCS.parent / "fixtures" / "topologies" / "retailer.yaml"


def fields_of_the_page() -> set[tuple[str, str, bool]]:
    """(path of the map, field, required) of every row under a heading that names paths."""
    found: set[tuple[str, str, bool]] = set()
    paths: list[str] = []
    for line in PAGE.splitlines():
        if line.startswith("#"):
            paths = re.findall(r"`([^`]+)`", line)
        elif row := re.match(r"\| (\*\*)?`(\w+)`", line):
            found.update((path, row[2], bool(row[1])) for path in paths)
    return found


def fields_of_the_schema() -> set[tuple[str, str, bool]]:
    schema = topology_schema()
    single = (VERSION, LOCATIONS_CSV, RATES, *SINGLE_FIELDS)
    bodies = {
        name: schema["$defs"][name]["additionalProperties"]
        for name in schema["properties"]
        if name not in single
    }
    bodies[RATES] = schema["$defs"][RATES]
    return {field for name, body in bodies.items() for field in _fields(body, name, schema["$defs"])}


def _fields(node: dict[str, Any], path: str, definitions: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    if "$ref" in node:
        yield from _fields(definitions[node["$ref"].rpartition("/")[2]], path, definitions)
    for inner in (node.get("items"), node.get("additionalProperties"), *node.get("anyOf", ())):
        if isinstance(inner, dict):
            yield from _fields(inner, path, definitions)
    for name, value in node.get("properties", {}).items():
        yield path, name, name in node.get("required", ())
        yield from _fields(value, f"{path}.{name}", definitions)


def test_the_page_has_every_field_of_the_schema() -> None:
    assert fields_of_the_schema() - fields_of_the_page() == set()


def test_the_page_has_no_field_that_the_schema_lacks() -> None:
    assert fields_of_the_page() - fields_of_the_schema() == set()


def test_the_committed_schema_is_the_one_that_the_loader_reads_by() -> None:
    assert (DOCS / "topology.schema.json").read_text() == schema_text(), (
        "write schema_text() of impactgraph.topology.schema to docs/topology.schema.json"
    )


def test_the_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(topology_schema())


def test_the_example_fits_the_schema() -> None:
    problems = [
        error.message
        for error in Draft202012Validator(topology_schema()).iter_errors(yaml.safe_load(RETAILER.read_text()))
    ]

    assert problems == []


def test_the_example_on_the_page_loads() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    checked = check_documents({"page.yaml": example})

    assert (checked.errors, checked.warnings) == ((), ())
