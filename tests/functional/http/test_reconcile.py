"""Lists of systems over GraphQL."""

from typing import Any

from impactgraph.usecases import Store
from tests.functional.http.serving import Api

RECONCILE = """mutation($input: SystemListInput!) { reconcile(input: $input) {
  repeated problems { message } reconciliation { rows { total matched unknown } } } }"""


def reconcile(api: Api, **fields: Any) -> dict[str, Any]:
    listing = {"system": "oms", "rows": [{"id": "X-1", "state": "CLSD"}], **fields}
    return api.ask(RECONCILE, input=listing)["reconcile"]


def test_a_list_that_cannot_be_is_refused_with_its_problems_and_not_stored(api: Api, shop: Store) -> None:
    with shop.columns() as columns:
        before = columns.watermark

    answer = reconcile(api, asOf="2036-03-02T09:00:00Z", states={"CLSD": "compleeted", "X": "pikc"})

    messages = [each["message"] for each in answer["problems"]]
    assert answer["reconciliation"] is None
    assert "a list says what a system has by then" in messages[0]
    assert "'CLSD' is to mean 'compleeted'" in messages[1] and "Did you mean 'completed'?" in messages[1]
    assert "Did you mean 'pick'?" in messages[2]
    with shop.columns() as columns:
        assert columns.watermark == before


def test_a_list_is_compared(api: Api) -> None:
    answer = reconcile(api, states={"CLSD": "completed", "X": "pick"})

    assert answer["problems"] == []
    assert answer["reconciliation"]["rows"] == {"total": 1, "matched": 0, "unknown": 1}
