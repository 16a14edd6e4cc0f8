"""Requests that the description of the HTTP interface allows, and others: none is answered with a defect."""

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW, fill
from tests.hostile.described import operations, send_described


def test_no_request_by_the_description_is_a_defect(tmp_path) -> None:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    fill(store, 20)
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        labels = [operation.label for operation in operations(address)]
        count = send_described(address, 20)
    store.close()

    assert {"GET /export", "POST /events", "POST /webhooks/{sender}/{source}"} <= set(labels)
    assert count > 5 * len(labels)
