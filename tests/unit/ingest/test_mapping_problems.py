"""Problems of a mapping of version 2 are found all at once, each with its line."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping_files import load_record_mapper, parse_mapping
from tests.unit.ingest.mappings import HEAD, entered


def problems(text: str) -> Sequence[str]:
    with pytest.raises(BadInputError) as refused:
        parse_mapping(text)
    return [f"{problem.line}: {problem.message}" for problem in refused.value.problems]


def test_all_problems_of_a_mapping_are_found_at_once() -> None:
    text = """version: 2
source: /shop
order: '{order'
activities:
  t: {fulfillment.entered: {stp: pick}}
  u: {posting.recorded: {type: invoice, currency: eur, amount: '{x}'}}
  v: {}
  w: {fulfillment.entered: {step: {from: x, field: y}}}
  x: {fulfillment.entered: {step: {order}}}
  y: {when: 'a b', fulfillment.completed: true}
"""

    found = problems(text)

    assert [line.partition(":")[0] for line in found] == ["3", "5", "5", "6", "7", "8", "9", "10"]
    assert any("Did you mean 'step'?" in line for line in found)
    assert any("in quotes" in line for line in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 3\nsource: /x", "`version` is 3"),
        ("version: 2\nsource: /x", "It maps no record"),
        (
            HEAD.replace('activity: "{type}"\n', "") + "activities: {t: {fulfillment.entered: p}}",
            "`activity` is missing",
        ),
        (
            HEAD + entered("{from: x, map: plant}") + "\nmaps: {plants: {A: a}}",
            "there is no 'plant' in `maps`",
        ),
        (HEAD + "activities: {t: {step.ended: {step: p, next: q, last: true}}}", "there is no `next`"),
        (HEAD + "activities: {t: {order.placed: true}}", "must be a map with"),
        (HEAD + "activities: {t: 5}", "must be a map from events"),
    ],
)
def test_problems_of_a_mapping_are_reported(text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(text))


def test_a_live_source_needs_version_2(tmp_path: Path) -> None:
    one = "source: /erp\norder: {type: o, currency: EUR}\nfulfillment: {workflow: w}\nsteps: {a: b}\n"
    (tmp_path / "one.yaml").write_text(one)
    (tmp_path / "two.yaml").write_text(HEAD + "activities: {t: {fulfillment.entered: pick}}")

    with pytest.raises(BadInputError, match="needs a mapping of version 2"):
        load_record_mapper(tmp_path / "one.yaml")
    assert load_record_mapper(tmp_path / "two.yaml").source == "/shop"
