"""A failure about its expected end, and one whose end is reported late: GraphQL and the command line say the
same of it, in the blast radius and in the diagnosis of the order.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from graph_models.time import parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from impactgraph.usecases.apply_topology import apply_path
from tests.functional.cli.running import run
from tests.functional.http.serving import Api, served

ROOT = Path(__file__).parents[3]
DAY = "2026-03-02T"
REPORTED = ("09:20", "10:59", "11:00", "11:05", "15:00")
"""Before, at and after the expected end at eleven, with no end reported."""
RESOLVED = ("12:00", "12:40")
"""Before and after it is reported, at half past twelve, that the failure ended an hour before."""
QUERY = """query Q($at: DateTime!) {
  blastRadius(asOf: $at) { headline orders(first: 9) { edges { node { order { id } } } } }
  order(id: "O-1001", asOf: $at) { diagnosis { state headline causes { failure { id } likelihood } } }
}"""


def event(number: int, kind: str, time: str, **data: Any) -> bytes:
    envelope = {"specversion": "1.0", "id": str(number), "source": "/it", "type": kind}
    return json.dumps({**envelope, "time": f"{DAY}{time}Z", "data": data}).encode()


PART = {"fulfillment": "O-1001/1", "workflow": "ship-from-store", "location": "store-001"}
ORDER = {"channel": "web", "mode": "ship_from_store", "currency": "EUR", "value": "129.90"}
EVENTS = (
    event(1, "order.placed", "09:00:00", order="O-1001", fulfillments=[PART], **ORDER),
    event(2, "fulfillment.entered", "09:00:05", order="O-1001", fulfillment="O-1001/1", step="pick"),
    event(
        3,
        "failure.reported",
        "09:12:00",
        failure="F-1",
        target="integration:pick-confirm",
        **{"class": "outage"},
        started_at=f"{DAY}09:10:00Z",
        expected_end=f"{DAY}11:00:00Z",
    ),
)
END = event(4, "failure.resolved", "12:30:00", failure="F-1", ended_at=f"{DAY}11:30:00Z")


@pytest.fixture(scope="module", params=[False, True], ids=["no end reported", "end reported late"])
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The store, closed again, and what GraphQL answered at each moment."""
    folder = tmp_path_factory.mktemp("shop") / "store"
    now = parse_moment(f"{DAY}15:00:00Z")
    store = open_store(str(folder), now=lambda: now)
    apply_path(store, ROOT / "fixtures" / "topologies" / "retailer.yaml", parse_moment(f"{DAY}08:00:00Z"))
    assert store.ingest([*EVENTS, *([END] if request.param else [])]).quarantined == []
    moments = RESOLVED if request.param else REPORTED
    with (
        served(create_app(store, Settings(), now=lambda: now)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        told = {at: Api(client).ask(QUERY, at=f"{DAY}{at}:00Z") for at in moments}
    store.close()
    yield folder, told


def test_every_surface_says_the_same_of_the_failure(answers: tuple[Path, dict[str, Any]]) -> None:
    folder, told = answers

    for at, answer in told.items():
        blast, why = (
            run(*command, "--as-of", f"{DAY}{at}:00Z", "--store", folder, "--format", "json").json
            for command in (("blast-radius",), ("why", "O-1001"))
        )
        diagnosis = answer["order"]["diagnosis"]
        assert blast["headline"] == answer["blastRadius"]["headline"]
        assert (why["diagnosis"]["state"], why["diagnosis"]["headline"]) == (
            diagnosis["state"],
            diagnosis["headline"],
        )
        assert failures_of(why["diagnosis"]) == failures_of(diagnosis)


def test_the_order_is_in_the_blast_radius_exactly_where_its_diagnosis_names_the_failure(
    answers: tuple[Path, dict[str, Any]],
) -> None:
    for answer in answers[1].values():
        listed = {edge["node"]["order"]["id"] for edge in answer["blastRadius"]["orders"]["edges"]}

        assert ("order:O-1001" in listed) == ("failure:F-1" in failures_of(answer["order"]["diagnosis"]))


def failures_of(diagnosis: dict[str, Any]) -> list[str]:
    return [cause["failure"]["id"] for cause in diagnosis["causes"] if cause["failure"] is not None]
