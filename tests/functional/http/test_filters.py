"""Orders by their carrier and supplier."""

from pathlib import Path

import httpx
import pytest

from api.app import create_app
from graph_models.time import HOUR
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, event, fill

CARRIERS = {"C-1": {"carrier": "swift"}, "C-2": {"carrier": "slow", "supplier": "larkspur"}, "C-3": {}}


def placed(order: str, attributes: dict[str, str]) -> bytes:
    part = {
        "fulfillment": f"{order}/1",
        "workflow": "ship-from-store",
        "location": "store-001",
        "value": "10.00",
    }
    said = {
        "order": order,
        "channel": "web",
        "mode": "ship_from_store",
        "currency": "EUR",
        "value": "10.00",
        "attributes": attributes,
        "fulfillments": [part],
    }
    return event("order.placed", NOW - HOUR, said, order)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('{carriers: ["swift"]}', {"C-1"}),
        ('{carriers: ["swift", "slow"]}', {"C-1", "C-2"}),
        ('{carriers: ["slow"], suppliers: ["larkspur"]}', {"C-2"}),
        ('{carriers: ["swift"], suppliers: ["larkspur"]}', set()),
        ("{carriers: []}", set()),
    ],
)
def test_orders_are_found_by_who_brings_them_and_whose_they_are(
    tmp_path: Path, where: str, found: set[str]
) -> None:
    store = open_store(str(tmp_path), now=lambda: NOW)
    fill(store, 6)
    store.ingest([placed(order, attributes) for order, attributes in CARRIERS.items()])
    with (
        served(create_app(store, Settings(), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as http,
    ):
        edges = Api(http).ask(f"{{ orders(where: {where}) {{ edges {{ node {{ id }} }} }} }}")["orders"][
            "edges"
        ]
    store.close()

    assert {edge["node"]["id"] for edge in edges} == {f"order:{order}" for order in found}
