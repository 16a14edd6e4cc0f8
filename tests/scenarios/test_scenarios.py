"""Every folder of fixtures/scenarios, in every store: what is hit, and beside it what only looks as if it
were.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_models.enums import RecordKind
from graph_models.impact import AffectedOrder, Question
from graph_models.time import MINUTE, parse_duration, parse_moment
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.apply_topology import apply_path
from impactgraph.usecases.blast_radius import blast_radius

HOME = Path(__file__).parents[2] / "fixtures" / "scenarios"
SCENARIOS = sorted(folder.name for folder in HOME.iterdir() if folder.is_dir())
"""A new folder is a new test."""
LIKELY = 0.5


@pytest.fixture(params=SCENARIOS, scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    return HOME / request.param


@pytest.fixture(params=["embedded"], scope="module")
def answer(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BlastRadius]:
    """What a store that took the scenario's events says to its question."""
    asked = json.loads((folder / "question.json").read_text())
    as_of = parse_moment(asked["as_of"])
    store = EmbeddedStore.open(tmp_path_factory.mktemp(request.param) / "store", now=lambda: as_of)
    assert apply_path(store, folder / "topology.yaml", as_of).problems == ()
    assert store.ingest((folder / "events.ndjson").read_bytes().splitlines()).quarantined == []
    tolerance = parse_duration(asked["tolerance"]) if "tolerance" in asked else 5 * MINUTE
    question = Question(
        failures=tuple(asked.get("failures", ())), as_of=as_of, tolerance=tolerance, min_likelihood=LIKELY
    )
    with blast_radius(store, question, as_of) as found:
        yield found
    store.close()


@pytest.fixture
def expected(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "expected.json").read_text())


def shown(row: AffectedOrder) -> dict[str, str]:
    return {"band": row.band.value, "effect": row.effect.value, "first_hit": row.first_hit}


def test_the_expected_orders_are_affected_and_no_others(
    answer: BlastRadius, expected: dict[str, Any]
) -> None:
    assert {row.order: shown(row) for row in answer.orders().items} == expected["orders"]


def test_every_order_is_expected_to_be_either_affected_or_spared(
    answer: BlastRadius, expected: dict[str, Any]
) -> None:
    assert {str(key) for key in answer.columns.orders.ids} <= set(expected["orders"]) | set(
        expected["spared"]
    )


def test_each_order_that_was_spared_names_what_stopped_the_failure(
    answer: BlastRadius, expected: dict[str, Any]
) -> None:
    known = {str(key) for key in answer.columns.orders.ids}

    assert {key: answer.explain(key).stopped_by[0].rule for key in expected["spared"] if key in known} == {
        key: rule for key, rule in expected["spared"].items() if key in known
    }


def test_the_path_to_each_affected_order_begins_at_the_failure(
    answer: BlastRadius, expected: dict[str, Any]
) -> None:
    paths = {key: answer.explain(key).paths[0] for key in expected["orders"]}

    assert all(path.hops[0].source in {failure.id for failure in answer.failures} for path in paths.values())
    assert {key: path.hops[-1].target for key, path in paths.items()} == {
        key: f"order:{key}" for key in paths
    }


@pytest.mark.parametrize("kind", [RecordKind.POSTING, RecordKind.NOTIFICATION])
def test_the_affected_records_are_these(
    answer: BlastRadius, expected: dict[str, Any], kind: RecordKind
) -> None:
    found = sorted([row.fulfillment, row.type, row.effect.value] for row in answer.records(kind).items)

    assert found == sorted(expected[f"{kind.value}s"])


def test_what_absorbed_the_failure_is_named(answer: BlastRadius, expected: dict[str, Any]) -> None:
    assert set(expected["absorbed"]) <= {found.rule for found in answer.absorbed}
