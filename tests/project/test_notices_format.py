"""The page, the JSON Schema and the reader of notices say the same."""

import re
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from impactgraph.notices.format import notices_schema, parse_rules, schema_text
from scripts.print_notices_schema import FILE

PAGE = (Path(__file__).parents[2] / "docs" / "notices.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_schema_is_that_of_the_declaration() -> None:
    assert FILE.read_text() == schema_text(), "python -m scripts.print_notices_schema"


def test_the_example_of_the_page_is_read_and_fits_the_schema() -> None:
    (example,) = EXAMPLES
    plain = re.sub(r"(\d\d:\d\d)", r"'\1'", example)

    assert len(parse_rules(example).rules) == 3
    assert list(Draft202012Validator(notices_schema()).iter_errors(yaml.safe_load(plain))) == []
