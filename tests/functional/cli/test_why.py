"""`impactgraph why`: read aloud from the verdict down, and the same for programs."""

import csv
import io
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema

from tests.functional.cli.running import Ran, run

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def hit(shop: Path) -> tuple[str, str]:
    """(order, moment) of one that F-queues holds."""
    answer = run(
        "blast-radius", "--failure", "F-queues", "--store", shop, "--format", "json", "--orders", "500"
    ).json
    held = next(edge["node"] for edge in answer["orders"]["edges"] if edge["node"]["band"] == "STUCK")
    return held["order"]["id"], answer["asOf"]


@pytest.fixture(scope="module")
def answer(shop: Path, hit: tuple[str, str]) -> Ran:
    return run("why", hit[0], "--as-of", hit[1], "--store", shop, "--format", "json")


def test_it_reads_from_the_verdict_down(shop: Path, hit: tuple[str, str]):
    told = run("why", hit[0], "--as-of", hit[1], "--store", shop)

    places = [
        told.out.find(line)
        for line in (
            "has been held in",
            "Customer message",
            "Timeline",
            "Causes, most likely first",
            "Owner",
        )
    ]
    assert (told.status, told.err) == (0, "")
    assert -1 not in places and places == sorted(places)


def test_the_bare_key_is_taken_too(shop: Path, hit: tuple[str, str], answer: Ran):
    assert (
        run("why", hit[0].removeprefix("order:"), "--as-of", hit[1], "--store", shop, "--format", "json").json
        == answer.json
    )


def test_json_is_an_order_of_graphql_with_its_story_and_its_diagnosis(answer: Ran):
    schema = build_schema((ROOT / "api" / "schema.graphql").read_text())
    diagnosis, cause, entry = (schema.type_map[name] for name in ("Diagnosis", "Cause", "TimelineEntry"))

    assert (
        isinstance(diagnosis, GraphQLObjectType)
        and isinstance(cause, GraphQLObjectType)
        and isinstance(entry, GraphQLObjectType)
    )
    assert answer.json["diagnosis"].keys() == diagnosis.fields.keys()
    assert all(
        each.keys() == cause.fields.keys() - {"failureInput"} for each in answer.json["diagnosis"]["causes"]
    )
    assert all(each.keys() == entry.fields.keys() for each in answer.json["timeline"])


def test_what_holds_it_is_told_with_its_owner_and_what_to_do(answer: Ran):
    found = answer.json["diagnosis"]

    assert found["state"] == "STUCK"
    assert found["causes"][0]["failure"]["id"] == "failure:F-queues"
    assert (found["owner"]["id"], found["playbooks"][0]["id"]) == (
        "team:integration",
        "playbook:store-queues-saturated",
    )
    assert found["customerMessage"].startswith("Your order is being prepared in a store.")


def test_csv_has_the_story_line_by_line(shop: Path, hit: tuple[str, str], answer: Ran):
    rows = list(
        csv.DictReader(
            io.StringIO(run("why", hit[0], "--as-of", hit[1], "--store", shop, "--format", "csv").out)
        )
    )

    assert [(row["at"], row["title"], row["state"]) for row in rows] == [
        (each["at"], each["title"], "STUCK") for each in answer.json["timeline"]
    ]


def test_before_it_was_hit_it_was_on_track(shop: Path, answer: Ran):
    placed = answer.json["placedAt"]
    then = run("why", answer.json["id"], "--as-of", placed, "--store", shop, "--format", "json")

    assert then.json["diagnosis"]["state"] not in ("STUCK", "STUCK_ALONE", "FAILED")
    assert all(entry["expected"] for entry in then.json["timeline"] if entry["at"] > placed)


def test_an_order_that_there_is_not_is_an_error_that_helps(shop: Path):
    told = run("why", "O-00001", "--store", shop)

    assert told.status == 2
    assert "There is no 'O-00001'. Did you mean order:O-" in told.err
