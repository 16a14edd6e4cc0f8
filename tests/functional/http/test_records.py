"""Records that need a look, and trouble in what messages say, over HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from graph_models.time import HOUR, Millis, parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from impactgraph.topology.load import parse_topology
from tests.functional.cli.small import TOPOLOGY, event
from tests.functional.http.serving import Api, served

NOW: Millis = parse_moment("2026-03-02T14:00:00Z")
FOUND = (
    "order { id channel } fulfillment kind type effect due lateBy amount { amount currency } expectedAmount "
    "{ amount currency } "
    "likelyCause { kind element { id } failure { id } evidence path { sentence } }"
)


def _orders() -> Iterator[bytes]:
    """O-1 to O-6, done at 11:00; of O-1 and O-2 the goods issue has not come, of O-3 it is of another
    amount, of O-4 it came twice.
    """
    for number in range(1, 7):
        key = f"O-{number}"
        parts = [{"fulfillment": f"{key}/1", "workflow": "ship", "location": "dc-1"}]
        more = {
            "channel": "web" if number % 2 else "app",
            "mode": "ship",
            "currency": "EUR",
            "value": "10.00",
            "attributes": {"external_id": f"X-{number // 6}"},
        }
        yield event(
            f"p{number}", "order.placed", "2026-03-02T09:00:00Z", order=key, fulfillments=parts, **more
        )
        yield event(
            f"e{number}",
            "fulfillment.entered",
            "2026-03-02T10:00:00Z",
            order=key,
            fulfillment=f"{key}/1",
            step="pick",
        )
        yield event(
            f"c{number}",
            "fulfillment.completed",
            f"2026-03-02T11:0{number}:00Z",
            order=key,
            fulfillment=f"{key}/1",
        )
        for copy in range({1: 0, 2: 0, 4: 2}.get(number, 1)):
            said = {"type": "goods_issue", "amount": "9.00" if number == 3 else "10.00", "currency": "EUR"}
            yield event(
                f"g{number}-{copy}",
                "posting.recorded",
                f"2026-03-02T11:1{copy}:00Z",
                order=key,
                fulfillment=f"{key}/1",
                **said,
            )
    yield event(
        "f",
        "fulfillment.failed",
        "2026-03-02T10:30:00Z",
        order="O-1",
        fulfillment="O-1/1",
        step="pick",
        message="No slot 7 for 'a'",
        element="system:wms",
    )
    for system, figure in (("oms", 5), ("wms", 3)):
        yield event(
            f"s-{system}",
            "inventory.reported",
            "2026-03-02T12:00:00Z",
            location="dc-1",
            item="shirt",
            system=system,
            on_hand=figure,
        )


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    store = open_store(str(tmp_path_factory.mktemp("records")), now=lambda: NOW)
    store.apply_topology(parse_topology({"t.yaml": TOPOLOGY}), {"t.yaml": TOPOLOGY}, NOW - 24 * HOUR)
    assert store.ingest(list(_orders())).quarantined == []
    with (
        served(create_app(store, Settings(), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Api(client)
    store.close()


def nodes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in answer["edges"]]


def test_a_record_that_did_not_come_is_reported_with_its_money_and_age(records: Api) -> None:
    page = records.ask(f"{{ records(effects: [MISSING]) {{ totalCount edges {{ node {{ {FOUND} }} }} }} }}")[
        "records"
    ]

    assert page["totalCount"] == 2
    assert nodes(page)[0] == {
        "order": {"id": "order:O-1", "channel": "web"},
        "fulfillment": "fulfillment:O-1/1",
        "kind": "posting",
        "type": "goods_issue",
        "effect": "MISSING",
        "due": "2026-03-02T12:01:00Z",
        "lateBy": "PT1H59M",
        "amount": {"amount": "10.00", "currency": "EUR"},
        "expectedAmount": {"amount": "10.00", "currency": "EUR"},
        "likelyCause": None,
    }


def test_amounts_that_differ_and_postings_that_came_twice_are_reported(records: Api) -> None:
    page = records.ask(
        "{ records(effects: [WRONG, DUPLICATED]) { edges { node { fulfillment effect amount { amount } "
        "expectedAmount { amount } } } } }"
    )["records"]

    told = {
        node["fulfillment"]: (node["effect"], node["amount"]["amount"], node["expectedAmount"]["amount"])
        for node in nodes(page)
    }
    assert told == {
        "fulfillment:O-3/1": ("WRONG", "9.00", "10.00"),
        "fulfillment:O-4/1": ("DUPLICATED", "20.00", "10.00"),
    }


def test_pages_of_records_have_every_finding_once(records: Api) -> None:
    query = (
        "query($after: String) { records(first: 1, after: $after) { totalCount pageInfo { hasNextPage "
        "endCursor } edges { node { fulfillment effect } } } }"
    )
    found, after = [], None
    while True:
        page = records.ask(query, after=after)["records"]
        found += [(node["fulfillment"], node["effect"]) for node in nodes(page)]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert len(found) == len(set(found)) == page["totalCount"] == 4


@pytest.mark.parametrize(
    ("arguments", "many"),
    [
        ('where: {channels: ["app"]}', 2),
        ('types: ["goods_issue"]', 4),
        ('where: {ids: ["order:O-1"]}', 1),
        ("where: {bands: [STUCK]}", 0),
        ('asOf: "2026-03-02T11:30:00Z"', 2),
    ],
)
def test_records_are_narrowed_by_what_is_asked(records: Api, arguments: str, many: int) -> None:
    assert records.ask(f"{{ records({arguments}) {{ totalCount }} }}")["records"]["totalCount"] == many


def test_what_cannot_be_asked_of_records_is_refused(records: Api) -> None:
    assert records.codes("{ records(first: 0) { totalCount } }") == ["BAD_INPUT"]
    assert records.codes('{ records(after: "nonsense") { totalCount } }') == ["BAD_INPUT"]
    assert records.codes('{ records(where: {ids: ["O-99"]}) { totalCount } }') == ["NOT_FOUND"]


def test_less_than_a_week_of_history_gives_no_unusual_hours(records: Api) -> None:
    assert (
        records.ask(
            "{ recordRates { type from to count usual low high hours season amount { amount } likelyCause { "
            "kind } } }"
        )["recordRates"]
        == []
    )


def test_trouble_in_messages_is_reported_by_kind(records: Api) -> None:
    fields = (
        "kind sentence key count total from to value { amount currency } samples orders { id } suspects { "
        "kind element { id } evidence }"
    )
    page = records.ask(f"{{ payloadFindings {{ totalCount edges {{ node {{ {fields} }} }} }} }}")[
        "payloadFindings"
    ]

    told = {node["kind"]: node for node in nodes(page)}
    assert [node["kind"] for node in nodes(page)] == [
        "DUPLICATE_ORDER",
        "DUPLICATE_ORDER",
        "STOCK_DIFFERENCE",
        "ERROR_TEMPLATE",
    ]
    assert (told["STOCK_DIFFERENCE"]["count"], told["STOCK_DIFFERENCE"]["suspects"][0]["element"]) == (
        2,
        {"id": "integration:release"},
    )
    assert told["ERROR_TEMPLATE"]["key"] == {"template": "No slot <n> for <text>", "step": "pick"}
    assert told["ERROR_TEMPLATE"]["orders"] == [{"id": "order:O-1"}]


def test_kinds_and_orders_narrow_it(records: Api) -> None:
    query = (
        '{ payloadFindings(kinds: [DUPLICATE_ORDER], where: {channels: ["app"]}) { edges { node { key orders '
        "{ id } } } } }"
    )

    assert nodes(records.ask(query)["payloadFindings"]) == [
        {
            "key": {"external_id": "X-0", "channel": "app"},
            "orders": [{"id": "order:O-2"}, {"id": "order:O-4"}],
        }
    ]
