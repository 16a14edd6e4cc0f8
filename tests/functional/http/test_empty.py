"""A server whose store has nothing in it yet."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, TOPOLOGY


@pytest.fixture
def api(empty: Store) -> Iterator[Api]:
    with (
        served(create_app(empty, Settings(), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Api(client)


@pytest.mark.parametrize("field", ["orders", "failures", "elements", "topologies", "ingests"])
def test_every_list_is_empty(api: Api, field: str) -> None:
    assert api.ask(f"{{ {field} {{ totalCount edges {{ cursor }} }} }}") == {
        field: {"totalCount": 0, "edges": []}
    }


@pytest.mark.parametrize(
    "query",
    [
        "{ blastRadius { headline } }",
        'mutation { reportFailure(input: {target: "system:oms", class: OUTAGE, startedAt: '
        '"2026-03-02T09:00:00Z"}) { failure { id } } }',
    ],
)
def test_what_needs_a_topology_says_that_there_is_none_yet(api: Api, query: str) -> None:
    error = api.answer(query)["errors"][0]

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "apply" in error["message"]


def test_the_server_is_ready(api: Api) -> None:
    answer = api.http.get("/readyz").json()
    assert (answer["status"], answer["topology"]) == ("ready", None)
    assert answer["parts"]["topology"] == {"state": "warn", "reason": "No topology was applied yet."}


def test_the_first_topology_can_be_applied_and_then_questions_are_answered(api: Api) -> None:
    payload = api.ask(
        "mutation ($yaml: String!) { applyTopology(yaml: $yaml) { topology { current } change { added } } }",
        yaml=TOPOLOGY.read_text(),
    )

    assert payload["applyTopology"]["topology"]["current"]
    assert api.ask("{ blastRadius { totals { orders } } }") == {"blastRadius": {"totals": {"orders": 0}}}
