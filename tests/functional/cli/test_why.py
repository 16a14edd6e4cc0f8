"""`impactgraph why`: read aloud from the verdict down, and the same for programs."""

import csv
import io
import json
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
            "has been held",
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


def test_what_holds_it_is_reported_with_its_owner_and_what_to_do(answer: Ran):
    found = answer.json["diagnosis"]

    assert found["state"] == "STUCK"
    assert found["causes"][0]["failure"]["id"] == "failure:F-queues"
    assert (found["owner"]["id"], found["playbooks"][0]["id"]) == (
        "team:integration",
        "playbook:store-queues-saturated",
    )
    assert found["customerMessage"].startswith("Your order O-002031 is being prepared in a store.")


def test_the_message_is_written_in_the_language_and_form_that_are_asked_for(shop: Path, hit: tuple[str, str]):
    asked = ("why", hit[0], "--as-of", hit[1], "--store", shop)
    german = run(*asked, "--language", "de", "--form", "short")
    data = run(*asked, "--language", "ja", "--format", "json").json["diagnosis"]

    key = hit[0].removeprefix("order:")
    assert german.status == 0 and f"Ihre Bestellung {key} verzögert sich." in german.out
    assert data["customerMessage"] in [
        each["text"]
        for each in data["customerMessages"]
        if (each["language"], each["form"]) == ("ja", "NORMAL")
    ]
    assert {each["language"].partition("-")[0] for each in data["customerMessages"]} == {
        "en",
        "de",
        "fr",
        "es",
        "ja",
    }


def test_the_facts_are_printed_in_place_of_the_message(shop: Path, hit: tuple[str, str]):
    told = run("why", hit[0], "--as-of", hit[1], "--store", shop, "--form", "facts")
    facts = json.loads(told.out[told.out.index("{") : told.out.rindex("}") + 1])

    assert (facts["kind"], facts["order"]) == ("DELAYED_WITH_DATE", hit[0].removeprefix("order:"))
    assert facts["timezoneSource"] in ("location", "region")


def test_a_language_without_messages_is_an_error_that_names_the_others(shop: Path, hit: tuple[str, str]):
    told = run("why", hit[0], "--as-of", hit[1], "--store", shop, "--language", "xx")

    assert (told.status, told.err.strip()) == (
        2,
        "error: There are no messages in the language 'xx'. Known: en, de, es, fr, ja.",
    )


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_company_has_texts_of_its_own(shop: Path, hit: tuple[str, str], tmp_path: Path, how: str):
    text = "language: en\nbrand: Nightjar\nframe: '{brand}: {text}'\n"
    (tmp_path / "en.yaml").write_text(text)
    asked = ("why", hit[0], "--as-of", hit[1], "--store", shop, "--language", "en")
    given = ("--messages", tmp_path) if how == "option" else ()
    env = {} if how == "option" else {"IMPACTGRAPH_MESSAGES": str(tmp_path)}

    assert "Nightjar: Your order O-002031 is being prepared in a store." in run(*asked, *given, env=env).out

    (tmp_path / "en.yaml").write_text(text + "kinds: {recieved: Thanks}\n")
    told = run(*asked, *given, env=env)
    assert (told.status, told.err.strip()) == (
        2,
        "en.yaml:4: error: There is no text of `kinds` `recieved`. Did you mean 'received'?",
    )


def test_all_times_are_in_one_zone_that_is_named_once(shop: Path, hit: tuple[str, str], answer: Ran):
    told = run("why", hit[0], "--as-of", hit[1], "--store", shop, "--timezone", "Asia/Kolkata").out
    before, _, after = told.partition("Customer message")
    desk = before + after.partition("\n\n")[2]

    assert (desk.count("Asia/Kolkata"), desk.count("UTC")) == (1, 0)
    assert "Times are Asia/Kolkata." in before
    by_environment = run(
        "why", hit[0], "--as-of", hit[1], "--store", shop, env={"IMPACTGRAPH_TIMEZONE": "Asia/Kolkata"}
    )
    assert by_environment.out == told


@pytest.mark.parametrize(
    "command", [("why", "O-1"), ("blast-radius",), ("cost-of-delay",), ("explain", "F-1", "O-1")]
)
def test_a_zone_that_there_is_not_is_an_error_with_the_nearest_name(shop: Path, command: tuple[str, ...]):
    told = run(*command, "--store", shop, "--timezone", "Europe/Berln")

    assert (told.status, told.err.strip()) == (
        2,
        "error: --timezone is 'Europe/Berln': give the IANA name of a time zone, such as Europe/Berlin or "
        "UTC. Did you mean 'Europe/Berlin'?",
    )


@pytest.mark.parametrize("command", ["blast-radius", "cost-of-delay"])
def test_other_answers_name_their_zone_once_too(shop: Path, hit: tuple[str, str], command: str):
    told = run(command, "--as-of", hit[1], "--store", shop, "--timezone", "Asia/Kolkata").out

    assert (told.count("Asia/Kolkata"), told.count(" UTC")) == (1, 0)


def test_csv_has_the_story_line_by_line(shop: Path, hit: tuple[str, str], answer: Ran):
    rows = list(
        csv.DictReader(
            io.StringIO(run("why", hit[0], "--as-of", hit[1], "--store", shop, "--format", "csv").out)
        )
    )

    assert [(row["at"], row["title"], row["state"]) for row in rows] == [
        (each["at"], each["title"], "STUCK") for each in answer.json["timeline"]
    ]


def test_before_it_was_affected_it_was_on_track(shop: Path, answer: Ran):
    placed = answer.json["placedAt"]
    then = run("why", answer.json["id"], "--as-of", placed, "--store", shop, "--format", "json")

    assert then.json["diagnosis"]["state"] not in ("STUCK", "STUCK_ALONE", "FAILED")
    assert all(entry["expected"] for entry in then.json["timeline"] if entry["at"] > placed)


def test_an_order_that_there_is_not_is_an_error_that_helps(shop: Path):
    told = run("why", "O-00001", "--store", shop)

    assert told.status == 2
    assert "There is no 'O-00001'. Did you mean order:O-" in told.err
