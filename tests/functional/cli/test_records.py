"""`impactgraph records` and `impactgraph payloads` over the demo's store."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema

from tests.functional.cli.running import Ran, run

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def found(shop: Path) -> Ran:
    return run("records", "--store", shop, "--format", "json")


def fields(kind: str) -> set[str]:
    shown: Any = build_schema((ROOT / "api" / "schema.graphql").read_text()).type_map[kind]
    assert isinstance(shown, GraphQLObjectType)
    return set(shown.fields)


def test_findings_are_an_exit_status_of_one(found: Ran) -> None:
    assert (found.status, found.err) == (1, "") and found.json["records"]["totalCount"] > 0


def test_json_has_the_names_of_graphql(found: Ran) -> None:
    node = found.json["records"]["edges"][0]["node"]

    assert set(node) == fields("RecordFinding")


def test_totals_add_up(found: Ran) -> None:
    assert sum(each["count"] for each in found.json["totals"]) == found.json["records"]["totalCount"]


def test_a_table_tells_what_is_wrong_and_why(shop: Path) -> None:
    told = run("records", "--store", shop, "--effect", "missing", "--effect", "out-of-sequence")

    words = " ".join(told.out.split())
    assert told.status == 1
    assert "F-queues, via Store goods issues" in words and "goods_issue" not in words
    assert "goods issue missing" in words or "invoice out of sequence" in words


def test_csv_has_every_finding(shop: Path, found: Ran) -> None:
    rows = list(
        csv.DictReader(io.StringIO(run("records", "--store", shop, "--format", "csv", "--first", "1").out))
    )

    assert len(rows) >= found.json["records"]["totalCount"] > 1
    assert {row["order"][:6] for row in rows} == {"order:"}


def test_nothing_that_is_asked_for_is_an_exit_status_of_zero(shop: Path) -> None:
    told = run("records", "--store", shop, "--where", "min-value=1000000")

    assert (told.status, told.out) == (0, "No order matches the filter (min-value=1000000).\n")


def test_a_type_that_no_record_has_is_an_error(shop: Path) -> None:
    told = run("records", "--store", shop, "--type", "Invoice")

    assert (told.status, told.err) == (2, "error: There is no record type 'Invoice'. Did you mean invoice?\n")


def test_a_filter_narrows(shop: Path, found: Ran) -> None:
    told = run(
        "records",
        "--store",
        shop,
        "--where",
        "channels=web",
        "--where",
        "placed-from=-30d",
        "--format",
        "json",
    ).json

    assert 0 < told["records"]["totalCount"] < found.json["records"]["totalCount"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("records", "--effect", "gone"), "give one of missing, late, wrong, duplicated, out_of_sequence"),
        (
            ("records", "--where", "colour=red"),
            "--where is 'colour=red'; give field=value,value with one of orders, channels",
        ),
        (("records", "--where", "min-value=lots"), "--where min-value is 'lots'; give an amount"),
        (("records", "--first", "0"), "first is 0"),
        (
            ("payloads", "--kind", "odd"),
            "give one of duplicate_order, incomplete, stock_difference, error_template",
        ),
    ],
)
def test_an_invalid_question_is_reported_in_a_line(shop: Path, arguments: tuple[str, ...], said: str) -> None:
    told = run(*arguments, "--store", shop)

    assert told.status == 2 and said in told.err


def test_errors_are_reported_by_what_they_say(shop: Path) -> None:
    told = run("payloads", "--store", shop, "--format", "json")

    templates = {
        edge["node"]["key"]["template"]
        for edge in told.json["edges"]
        if edge["node"]["kind"] == "ERROR_TEMPLATE"
    }
    assert told.status == 1 and "The item was not found at the location" in templates
    assert set(told.json["edges"][0]["node"]) == fields("PayloadFinding")


def test_payloads_are_read_as_a_table_and_as_rows(shop: Path) -> None:
    table, rows = run("payloads", "--store", shop), run("payloads", "--store", shop, "--format", "csv")

    calls = ("Tax quotes", "Payment capture", "Reservation calls", "Store labels")
    assert "error template" in table.out
    assert any(call in table.out for call in calls)  # which of them it is differs by the hour
    assert [row["kind"] for row in csv.DictReader(io.StringIO(rows.out))].count("ERROR_TEMPLATE") >= 1
