"""The page, the JSON Schema and the reader of access files say the same."""

import re
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from impactgraph.access.format import FORMAT, access_schema, parse_access, schema_text
from scripts.print_access_schema import FILE

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
(EXAMPLE,) = re.findall(r"```yaml\n(version.*?)```", PAGE, re.DOTALL)


def test_the_schema_is_that_of_the_declaration() -> None:
    assert FILE.read_text() == schema_text(), "python -m scripts.print_access_schema"


def test_the_example_of_the_page_is_read_and_fits_the_schema() -> None:
    assert len(parse_access(EXAMPLE).oidc) == 1
    assert list(Draft202012Validator(access_schema()).iter_errors(yaml.safe_load(EXAMPLE))) == []


def test_the_example_of_the_page_has_every_field() -> None:
    assert set(yaml.safe_load(EXAMPLE)) == {field.name for field in FORMAT.fields}
