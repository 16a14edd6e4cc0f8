"""Mappings are read as topologies are: with lines, all problems at once, and no YAML 1.1."""

from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.mapping_files import load_mapping, parse_mapping
from tests.faults.loading import FAULTS, shop

FOLDER = FAULTS / "12-mapping-is-yaml-1.1"
GOOD = """\
source: /erp
order: {type: order, currency: EUR}
fulfillment: {workflow: ship-from-store}
steps: {Pick: pick}
"""


@pytest.mark.parametrize("name", ["m1.yaml", "m2.yaml"])
def test_words_and_numbers_stay_as_they_are_written(name: str) -> None:
    mapping = load_mapping(FOLDER / name)

    assert isinstance(mapping, Mapping)
    assert (mapping.fulfillment.location, dict(mapping.steps)) == ("0012", {"No": "pick", "Yes": "pack"})


@pytest.mark.parametrize("name", ["m1.yaml", "m2.yaml"])
def test_what_it_says_is_what_the_store_gets(name: str) -> None:
    with shop() as loaded:
        loaded.load(FOLDER / "nor.csv", FOLDER / name)

        assert loaded.store.orders(["O-1"])["O-1"].fulfillments[0].location == "0012"
        assert loaded.passed == {("unmapped activity", "12:30"): 1}


@pytest.mark.parametrize("name", ["m3.yaml", "m4.yaml"])
def test_keys_that_stand_twice_and_amounts_with_underscores_are_reported_with_their_lines(name: str) -> None:
    with pytest.raises(BadInputError) as raised:
        load_mapping(FOLDER / name)

    problems = raised.value.problems
    assert [problem.line for problem in problems] == [2, 5]
    assert "`order.value` must be an amount such as 12.50" in problems[0].message
    assert "The key 'steps' stands twice" in problems[1].message


@pytest.mark.parametrize(
    ("change", "line", "expected"),
    [
        (("steps: {Pick: pick}", "steps: [Pick]"), 4, "`steps` must be a map, not a list"),
        (("steps: {Pick: pick}", "steps: {Pick: }"), 4, "`steps.Pick` has no value"),
        (("steps: {Pick: pick}", "steps: {Pick: {step: pick}}"), 4, "`steps.Pick` must be text, not a map"),
        (("currency: EUR", "currency: eur"), 2, "`order.currency` must be a currency such as EUR"),
        (("currency: EUR", "currency: {attribut: cur}"), 2, "there is no field `order.currency.attribut`"),
        (("currency: EUR", "currency: true"), 2, "not true"),
        (("source: /erp", "source: /erp\nzone: Mars"), 2, "`zone` must be a time zone such as Europe/Berlin"),
        (("source: /erp", "source: /erp\ntime_format: dd/mm/yyyy"), 2, "a pattern such as '%d/%m/%Y %H:%M'"),
        (("source: /erp", "source: /erp\ndecimal: komma"), 2, "`decimal` must be . or ,"),
        (("source: /erp", "source: /erp\ncsv: {activity: a, time: t, delimiter: ab}"), 2, "one character"),
        (("source: /erp", "source: /erp\ncsv: {activity: a, time: t, encoding: klingon}"), 2, "cp1252"),
        (("workflow: ship", "id: '{orders}', workflow: ship"), 3, "'{order}/{fulfillment}'"),
        (("source: /erp", "source: /erp\n? [a]\n: b"), 2, "A key must be text"),
    ],
)
def test_every_problem_has_its_line_and_a_cure(change: tuple[str, str], line: int, expected: str) -> None:
    with pytest.raises(BadInputError) as raised:
        parse_mapping(GOOD.replace(*change))

    assert {problem.line for problem in raised.value.problems} == {line}
    assert expected in raised.value.problems[0].message


@pytest.mark.parametrize("text", ["", "a", "- a", "{", "a: &a [*a]", "[" * 5000, "\x00", "a: b\n---\nc: d\n"])
def test_what_is_no_mapping_is_bad_input(text: str) -> None:
    with pytest.raises(BadInputError):
        parse_mapping(text)


def test_a_mapping_in_another_encoding_is_reported(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes(GOOD.replace("Pick", "Größe").encode("cp1252"))
    (tmp_path / "n.yaml").write_bytes(GOOD.encode("utf-16"))

    with pytest.raises(BadInputError, match=r"m.yaml:4: .*not text in UTF-8"):
        load_mapping(tmp_path / "m.yaml")
    mapping = load_mapping(tmp_path / "n.yaml")
    assert isinstance(mapping, Mapping) and dict(mapping.steps) == {"Pick": "pick"}


EARLIEST = """version: 2
source: /log
activity: "{activity}"
time: "{time}"
order: "{order}"
activities:
  Pick: {fulfillment.entered: pick}
  Ship: {fulfillment.entered: ship}
rules:
  orders: {order.placed: {currency: EUR, value: "{total}", fulfillments: ship-from-store, earliest: true}}
"""


def test_a_later_file_does_not_change_what_it_does_not_know_by_rules_either(tmp_path: Path) -> None:
    """Nor does an earlier file that comes later lose what it knows."""
    head = "order,activity,time,total\n"
    days = {
        "second.csv": "O-1,Ship,2026-03-02T13:00:00Z,99\n",
        "third.csv": "O-1,Ship,2026-03-03T08:00:00Z,98\n",
        "first.csv": "O-1,Pick,2026-03-02T10:00:00Z,10\nO-1,Create,2026-03-02T09:00:00Z,11\n",
    }
    (tmp_path / "map.yaml").write_text(EARLIEST)

    with shop() as loaded:
        values = []
        for name, rows in days.items():
            (tmp_path / name).write_text(head + rows)
            loaded.load(tmp_path / name, tmp_path / "map.yaml")
            values.append(str(loaded.store.orders(["O-1"])["O-1"].value.amount))

        assert values == ["99.00", "99.00", "99.00"]
        assert loaded.steps("O-1")[0] == ("09:00", "Order placed")
        assert loaded.has_findings is False
