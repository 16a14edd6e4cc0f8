"""`impactgraph overdue` and `impactgraph drift` over the demo's store, and a suspicion that becomes a
failure.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema

from graph_models.time import parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.ingest.files import read_blocks
from impactgraph.usecases.apply_topology import apply_path
from tests.functional.cli.running import Ran, run

ROOT = Path(__file__).parents[3]
CASE = ROOT / "fixtures" / "accuracy" / "cases" / "goods-issue-queue-down"


@pytest.fixture(scope="module")
def found(shop: Path) -> Ran:
    return run("overdue", "--store", shop, "--by", "step,region", "--format", "json")


@pytest.fixture
def silent(tmp_path: Path) -> tuple[Path, str]:
    """A store of a day on which a queue stands and nobody has reported it, and the moment of the question."""
    moment = json.loads((CASE / "question.json").read_text())["as_of"]
    store = open_store(str(tmp_path / "silent"), now=lambda: parse_moment(moment))
    apply_path(store, CASE / "topology", parse_moment(moment))
    for block in read_blocks(str(CASE / "events.ndjson.gz")):
        store.ingest(block.lines, places=block.places)
    store.close()
    return tmp_path / "silent", moment


def fields(kind: str) -> set[str]:
    shown: Any = build_schema((ROOT / "api" / "schema.graphql").read_text()).type_map[kind]
    assert isinstance(shown, GraphQLObjectType)
    return set(shown.fields)


def test_json_has_the_names_of_graphql(found: Ran) -> None:
    assert set(found.json) == fields("OverdueReport")
    assert found.json["totalCount"] > 0
    assert {name for each in found.json["groups"] for name in each} == fields("OverdueGroup")
    assert {name for each in found.json["inCommon"] for name in each} <= fields("CommonFactor")


def test_overdue_orders_are_an_exit_status_of_one_and_groups_do_not_exceed_them(found: Ran) -> None:
    assert (found.status, found.err) == (1, "")
    assert all(0 < group["overdue"] <= group["total"] for group in found.json["groups"])
    assert [group["overdue"] for group in found.json["groups"]] == sorted(
        (group["overdue"] for group in found.json["groups"]), reverse=True
    )


def test_csv_has_every_overdue_part(shop: Path, found: Ran) -> None:
    rows = list(csv.DictReader(io.StringIO(run("overdue", "--store", shop, "--format", "csv").out)))

    assert len({row["order"] for row in rows}) == found.json["totalCount"]


def test_what_is_of_failures_is_no_dimension_here(shop: Path) -> None:
    told = run("overdue", "--store", shop, "--by", "band")

    assert told.status == 2
    assert "BAND" in told.err


def test_a_suspicion_is_put_on_record_in_one_call_and_explains_itself_from_then_on(
    silent: tuple[Path, str],
) -> None:
    store, moment = silent
    before = run("overdue", "--store", store, "--as-of", moment, "--format", "json").json["suspects"]

    told = run("overdue", "--store", store, "--as-of", moment, "--report", "1")
    after = run("overdue", "--store", store, "--as-of", moment, "--format", "json").json["suspects"]

    assert (
        before[0]["element"]["id"] == before[0]["failureInput"]["target"] == "integration:goods-issue-to-erp"
    )
    assert told.status == 0
    assert "Reported as failure:suspect-" in told.out
    assert "integration:goods-issue-to-erp" not in [each["element"]["id"] for each in after]


def test_a_number_that_no_suspect_has_is_refused(silent: tuple[Path, str]) -> None:
    store, moment = silent

    told = run("overdue", "--store", store, "--as-of", moment, "--report", "99")

    assert told.status == 2
    assert "the number of a suspect" in told.err


def test_drift_groups_places_with_the_same_change_unless_each_is_asked_for(shop: Path) -> None:
    every = run("drift", "--store", shop, "--format", "json", "--first", "500").json["edges"]
    alike = {(edge["node"]["kind"], edge["node"]["dimension"]) for edge in every}
    together = run("drift", "--store", shop)
    each = run("drift", "--store", shop, "--all")

    assert 0 < len(alike) <= _total(together) <= len(every) == _total(each)


def _total(ran: Ran) -> int:
    """The number in `612 changes found.`"""
    return int(ran.out.split()[0].replace(",", ""))


def test_drift_has_the_names_of_graphql_but_for_the_element(shop: Path) -> None:
    told = run("drift", "--store", shop, "--format", "json")

    assert all(set(edge["node"]) == fields("Drift") - {"element"} for edge in told.json["edges"])
    assert told.status == (1 if told.json["totalCount"] else 0)
