"""What is asked of the demo's store: as a table, as JSON in GraphQL's words, as CSV."""

import csv
import io
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from graph_models.impact import Question
from impactgraph.bootstrap import open_store
from impactgraph.errors import BadInputError
from impactgraph.usecases.blast_radius import blast_radius
from tests.functional.cli.running import Ran, run

ROOT = Path(__file__).parents[3]
LINES = (
    "affect about",
    "Totals, expected",
    "Postings and messages",
    "By channel",
    "Who to call",
    "Playbook",
    "First 10 of",
    "Assumptions",
)


@pytest.fixture(scope="module")
def answer(shop: Path) -> Ran:
    return run(
        "blast-radius",
        "--store",
        shop,
        "--format",
        "json",
        "--by",
        "channel,step",
        "--forecast",
        "1h",
        "--orders",
        "4",
    )


def test_the_answer_reads_from_the_sentence_down(shop: Path):
    told = run("blast-radius", "--store", shop)

    places = [told.out.find(line) for line in LINES]
    assert (told.status, told.err) == (0, "")
    assert -1 not in places and places == sorted(places)


def test_contacts_and_what_to_do_are_reported(shop: Path):
    told = run("blast-radius", "--failure", "F-queues", "--store", shop)

    assert "#mq-oncall" in told.out and "1. Add consumers to the release" in told.out


def test_json_has_the_names_and_shapes_of_graphql(answer: Ran):
    schema = build_schema((ROOT / "api" / "schema.graphql").read_text())

    assert [*_differences(schema, answer.json, schema.type_map["BlastRadius"], "blastRadius")] == []


def test_json_has_every_part_of_graphql(answer: Ran):
    schema = build_schema((ROOT / "api" / "schema.graphql").read_text())

    assert {*schema.type_map["BlastRadius"].fields} - {"explain"} == {*answer.json}  # pyright: ignore[reportAttributeAccessIssue]


def test_json_has_both_live_failures_and_counts_add_up(answer: Ran):
    totals = answer.json["totals"]

    assert [failure["id"] for failure in answer.json["failures"]] == ["failure:F-stock", "failure:F-queues"]
    assert (
        totals["orders"]
        == totals["stuck"] + totals["exposed"] + totals["upcoming"] + totals["recordsOnly"]
        > 0
    )
    assert answer.json["orders"]["totalCount"] == totals["orders"]
    assert len(answer.json["orders"]["edges"]) == 4
    assert answer.json["complete"] is True


def test_the_breakdown_is_by_what_was_asked(answer: Ran):
    groups = answer.json["breakdown"]

    assert groups and all(list(group["key"]) == ["CHANNEL", "STEP"] for group in groups)


def test_the_forecast_has_each_order_once(answer: Ran):
    assert sum(point["ordersHit"] for point in answer.json["forecast"]) == answer.json["totals"]["orders"]


def test_csv_has_every_affected_order(shop: Path):
    told = run("blast-radius", "--store", shop, "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert rows and all(row["order"].startswith("order:") and row["why"] for row in rows)
    assert len({row["order"] for row in rows}) == len(rows) > 10


def test_csv_has_the_groups_of_the_breakdown(shop: Path):
    told = run("blast-radius", "--store", shop, "--format", "csv", "--of", "groups", "--by", "channel,region")

    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert rows and list(rows[0]) == [
        "channel",
        "region",
        "orders",
        "stuck",
        "will_miss_promise",
        "value",
        "currency",
    ]


def test_csv_has_the_postings(shop: Path):
    told = run("blast-radius", "--store", shop, "--format", "csv", "--of", "postings", "--orders", "3")

    assert [row["order"][:6] for row in csv.DictReader(io.StringIO(told.out))] == ["order:"] * 3


def test_a_past_moment_knows_no_failure_that_had_not_begun(shop: Path):
    told = run("blast-radius", "--store", shop, "--as-of", "-12h", "--format", "json")

    assert (told.status, told.json["failures"], told.json["totals"]["orders"]) == (0, [], 0)
    assert told.json["headline"].startswith("No failure is active")


def test_a_what_if_is_answered_and_not_stored(shop: Path):
    supposed = run(
        "blast-radius",
        "--store",
        shop,
        "--target",
        "system:oms",
        "--class",
        "outage",
        "--until",
        "+2h",
        "--format",
        "json",
    )
    after = run("blast-radius", "--store", shop, "--format", "json")

    assert supposed.json["totals"]["orders"] > 0
    assert [failure["target"]["id"] for failure in supposed.json["failures"]] == ["system:oms"]
    assert len(after.json["failures"]) == 2


@pytest.fixture(scope="module")
def hit(shop: Path) -> tuple[str, str]:
    """(order, moment) of one that F-queues hits."""
    answer = run(
        "blast-radius", "--failure", "F-queues", "--store", shop, "--format", "json", "--orders", "1"
    ).json
    return answer["orders"]["edges"][0]["node"]["order"]["id"], answer["asOf"]


def test_an_affected_order_is_explained_hop_by_hop(shop: Path, hit: tuple[str, str]):
    order, moment = hit

    told = run("explain", "F-queues", order, "--store", shop, "--as-of", moment, "--format", "json")

    hops = told.json["paths"][0]["hops"]
    assert (told.status, told.json["affected"]) == (0, True)
    assert (hops[0]["from"], hops[-1]["to"]) == ("failure:F-queues", order)
    assert all(before["to"] == after["from"] for before, after in pairwise(hops))


def test_the_hops_are_printed_one_below_the_other(shop: Path, hit: tuple[str, str]):
    order, moment = hit

    told = run(
        "explain", "failure:F-queues", order.removeprefix("order:"), "--store", shop, "--as-of", moment
    )

    assert "  1. failure:F-queues -> system:store-queues: " in told.out
    assert told.out.index("  1. ") < told.out.index("  2. ")


def test_an_order_that_is_spared_is_explained_too(shop: Path):
    hit = {
        row["order"]
        for row in csv.DictReader(io.StringIO(run("blast-radius", "--store", shop, "--format", "csv").out))
    }
    spared = next(f"O-{number:06d}" for number in range(1, 300) if f"order:O-{number:06d}" not in hit)

    told = run("explain", "F-stock", spared, "--store", shop)

    assert (told.status, "is not affected" in told.out, "Stopped by" in told.out) == (0, True, True)


def test_an_answer_ends_with_the_address_where_a_server_is_known(shop: Path):
    told = run("blast-radius", "--store", shop, env={"IMPACTGRAPH_URL": "https://impact.example/"})

    assert told.out.splitlines()[-1].startswith("Open it: https://impact.example/graphql#query=")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--failure", "F-stok"), "There is no 'failure:F-stok'. Did you mean failure:F-stock"),
        (
            ("--target", "system:omz", "--class", "outage"),
            "There is no 'system:omz'. Did you mean system:oms",
        ),
        (("--by", "colour"), "--by names 'colour'; give some of channel"),
        (("--as-of", "yesterday"), "--as-of is 'yesterday'; give a moment"),
        (("--min-likelihood", "2"), "minLikelihood must be"),
        (("--orders", "-1"), "--orders is -1"),
        (("--frmat", "json"), "Unknown option: --frmat"),
        (("--format", "yaml"), "yaml"),
    ],
)
def test_a_senseless_question_is_reported_in_a_line(shop: Path, arguments: tuple[str, ...], said: str):
    told = run("blast-radius", "--store", shop, *arguments)

    assert (told.status, told.out) == (2, "")
    assert said in told.err and "Traceback" not in told.err


def test_the_demo_printed_both_failures_and_what_to_try(loaded: tuple[Path, Ran]):
    folder, told = loaded

    assert told.status == 0, told.err
    assert "F-stock (outage of Store stock adjustments) affects " in told.out
    assert "F-queues (backlog of Store fulfilment queues) affects " in told.out
    assert "0 quarantined" in told.out
    assert f"--store {folder}" in told.out


def _differences(schema: GraphQLSchema, value: Any, kind: Any, at: str) -> Any:
    """Every place where the value is not as the type says."""
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield f"{at} is null"
            return
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        if not isinstance(value, list):
            yield f"{at} is no list"
            return
        for number, each in enumerate(value):
            yield from _differences(schema, each, kind.of_type, f"{at}[{number}]")
    elif is_leaf_type(kind):
        if get_named_type(kind).name in (
            "DateTime",
            "Duration",
            "Decimal",
            "ID",
            "String",
        ) and not isinstance(value, str):
            yield f"{at} is no text"
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, each in value.items():
            if name not in kind.fields:
                yield f"{at}.{name} is not in {kind.name}"
            else:
                yield from _differences(schema, each, kind.fields[name].type, f"{at}.{name}")


def test_a_horizon_of_nothing_is_refused_with_the_message_of_the_api(shop: Path):
    command = run("blast-radius", "--store", shop, "--horizon", "0s")
    with (
        closing(open_store(str(shop), now=lambda: 0)) as store,
        pytest.raises(BadInputError) as refusal,
        blast_radius(store, Question(horizon=0), 0),
    ):
        pass

    assert (command.status, command.err) == (2, f"error: {refusal.value}\n")
