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


def test_a_row_that_contradicts_an_earlier_one_of_its_id_is_refused(api: Api) -> None:
    rows = [{"id": "X-1", "state": state} for state in ("open", "Open", "closed")]
    query = RECONCILE.replace("unknown", "unknown repeated refused").replace(
        "{ rows", "{ refused { reason } rows"
    )

    answer = api.ask(query, input={"system": "oms", "rows": rows})["reconcile"]["reconciliation"]

    counts = {"total": 3, "matched": 0, "unknown": 1, "repeated": 1, "refused": 1}
    assert answer["rows"] == counts
    assert "row 1 has 'X-1' with another state" in answer["refused"][0]["reason"]


def test_a_list_is_compared(api: Api) -> None:
    answer = reconcile(api, states={"CLSD": "completed", "X": "pick"})

    assert answer["problems"] == []
    assert answer["reconciliation"]["rows"] == {"total": 1, "matched": 0, "unknown": 1}
