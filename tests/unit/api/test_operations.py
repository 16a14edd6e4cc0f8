"""The explorer's own documents, which servers of persisted operations know."""

import json

from graphql import parse, validate

from api.hardening.operations import OWN
from api.schema import build_schema
from impactgraph.settings import Settings
from scripts.print_operations import operations_text

OPERATIONS: dict[str, str] = json.loads(OWN.read_text(encoding="utf-8"))


def test_the_printed_operations_are_those_of_the_explorer() -> None:
    assert operations_text() == OWN.read_text(encoding="utf-8"), "run python -m scripts.print_operations"


def test_each_is_valid_in_the_schema() -> None:
    schema = build_schema(Settings()).core_schema

    assert {text: errors for text in OPERATIONS.values() if (errors := validate(schema, parse(text)))} == {}
