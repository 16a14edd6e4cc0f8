"""Pages that cannot be followed by subscription renew by themselves when events come in, and leave the
reader where they are.
"""

from playwright.sync_api import Page, expect

from graph_models.time import MINUTE
from tests.functional.browser.conftest import DEMO_NOW
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import Api
from tests.functional.http.shop import event

OVERDUE = (
    "{ overdue(by: [STEP], first: 5) { totalCount orders { edges { node { id fulfillments { id overdue } } } "
    "} } }"
)
RECORDS = "{ records(first: 500) { totalCount edges { node { order { id } fulfillment kind type } } } }"

EVENTS = {
    "posting": "posting.recorded",
    "notification": "notification.sent",
    "task": "task.closed",
    "supplier_order": "supplier_order.confirmed",
}


def tell(api: Api, kind: str, data: dict[str, object], number: str) -> None:
    headers = {"content-type": "application/cloudevents+json"}
    assert (
        api.http.post(
            "/events", content=event(kind, DEMO_NOW - MINUTE, data, number), headers=headers
        ).json()["taken"]
        == 1
    )


def test_the_overdue_renew_when_one_goes_on_and_the_reader_stays_where_they_are(
    page: Page, demo: str, api: Api
) -> None:
    said = api.ask(OVERDUE)["overdue"]
    explorer = Explorer(page, demo)
    explorer.open("overdue")
    expect(explorer.heading).to_have_text(f"{said['totalCount']:,} orders are overdue")
    table = page.get_by_role("region", name="Overdue orders")
    table.focus()
    table.evaluate("box => { box.scrollTop = 132 }")
    order = said["orders"]["edges"][-1]["node"]

    for part in order["fulfillments"]:
        key = part["id"].removeprefix("fulfillment:")
        tell(
            api,
            "fulfillment.completed",
            {"order": order["id"].removeprefix("order:"), "fulfillment": key},
            f"done-{key}",
        )

    expect(explorer.heading).to_have_text(f"{said['totalCount'] - 1:,} orders are overdue")
    expect(table.get_by_text(order["id"].removeprefix("order:"), exact=True)).to_have_count(0)
    expect(table).to_be_focused()
    assert table.evaluate("box => box.scrollTop") == 132


def test_records_renew_when_one_comes_twice(page: Page, demo: str, api: Api) -> None:
    said = api.ask(RECORDS)["records"]
    known = said["edges"][0]["node"]
    explorer = Explorer(page, demo)
    explorer.open("records")
    expect(explorer.heading).to_have_text(f"{said['totalCount']:,} records to check")

    data = {
        "order": known["order"]["id"].removeprefix("order:"),
        "fulfillment": known["fulfillment"],
        "type": known["type"],
    }
    for number in range(2):
        tell(api, EVENTS[known["kind"]], data, f"again-{number}")

    now = api.ask(RECORDS)["records"]["totalCount"]
    assert now != said["totalCount"]
    expect(explorer.heading).to_have_text(f"{now:,} records to check")
