"""Values and amounts of a mapping of version 2, in every form."""

from typing import Any

import pytest

from tests.unit.ingest.mappings import HEAD, RECORD, data, entered, mapper


@pytest.mark.parametrize(
    ("value", "given_value", "expected"),
    [
        ("dc-1", None, "dc-1"),
        ("'{plant}'", " dc-2 ", "dc-2"),
        ("'{plant}'", 12, "12"),
        ("'{plant}'", True, "true"),
        ("'{plant}'", "", None),
        ("'{plant}'", None, None),
        ("'dc-{plant}'", 3, "dc-3"),
        ("{from: plant, default: dc-9}", None, "dc-9"),
        ("{from: [other, plant]}", "dc-4", "dc-4"),
        ("{field: plant}", "dc-5", "dc-5"),
        ("{text: 'x{plant}', map: {x1: y}}", 1, "y"),
        ("{from: plant, map: {A: dc-1}, default: dc-0}", "B", "dc-0"),
        ("{from: plant, map: plants}", "A", "dc-7"),
        ("{from: plant, map: plants}", "B", None),
    ],
)
def test_values_of_every_kind(value: str, given_value: Any, expected: str | None) -> None:
    rules = entered(value) + "\nmaps: {plants: {A: dc-7}}"

    assert data(rules, {**RECORD, "plant": given_value}).get("location") == expected


def test_a_value_that_is_not_in_the_map_is_noted() -> None:
    rules = entered("{from: plant, map: {A: dc-7}}")

    (mapped,) = mapper(HEAD + rules).map_document({**RECORD, "plant": "B"}, "here")

    assert mapped.notes == ["the map of `activities.t.fulfillment.entered.location` has no value for 'B'."]


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        ("'{amount}'", 12.5, "12.5"),
        ("'{amount}'", "12.50", "12.50"),
        ("'{amount}'", "1.299,90", "1299.90"),
        ("{from: amount, decimal: '.'}", "1,299.90", "1299.90"),
        ("-3.20", None, "-3.20"),
    ],
)
def test_amounts_of_every_form(how: str, text: Any, expected: str) -> None:
    rules = f"activities: {{t: {{posting.recorded: {{type: invoice, amount: {how}}}}}}}\ndecimal: ','"

    assert data(rules, {**RECORD, "amount": text})["amount"] == expected
