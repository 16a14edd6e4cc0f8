"""Orders in a step that the newest topology lacks, asked for over GraphQL."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.laws.inputs import moment_of
from tests.laws.test_11_renamed_step import renamed_store

NOON = moment_of("12:00")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    store = renamed_store("pick", "picking")
    with (
        served(create_app(store, Settings(), now=lambda: NOON)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Api(client)
    store.close()


OUTAGE = """{
  blastRadius(suppose: [{target: "system:wms", class: OUTAGE, startedAt: "2026-03-02T11:59:00Z"}]) {
    complete totals { orders } elements { edges { node { element { id owner { id } } } } }
    orders(first: 1) {
      edges { node { firstHit { id name runsOn { id } } order { fulfillments { step { id } } } } }
    }
  }
}"""


def test_a_blast_radius_names_the_step_as_the_order_has_it(api: Api) -> None:
    radius = api.ask(OUTAGE)["blastRadius"]
    order = radius["orders"]["edges"][0]["node"]

    assert (radius["totals"]["orders"], radius["complete"]) == (40, True)
    assert order["firstHit"] == {"id": "step:w/pick", "name": "pick", "runsOn": {"id": "system:wms"}}
    assert order["order"]["fulfillments"] == [{"step": {"id": "step:w/pick"}}]
    assert "step:w/pick" in {e["node"]["element"]["id"] for e in radius["elements"]["edges"]}


def test_the_order_is_on_its_way(api: Api) -> None:
    order = api.ask('{ order(id: "O1") { diagnosis { state nextExpected } timeline { element { id } } } }')[
        "order"
    ]

    assert order["diagnosis"]["state"] == "ON_TRACK"
    assert order["diagnosis"]["nextExpected"] is not None
    assert {"id": "step:w/pick"} in [entry["element"] for entry in order["timeline"]]


def test_lists_of_elements_are_of_the_current_topology(api: Api) -> None:
    steps = api.ask("{ elements(kinds: [STEP]) { edges { node { id } } } }")["elements"]["edges"]

    assert {each["node"]["id"] for each in steps} == {"step:w/a", "step:w/c", "step:w/picking"}
    assert api.ask('{ element(id: "step:w/pick") { id } }')["element"] == {"id": "step:w/pick"}
