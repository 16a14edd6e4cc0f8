"""The incident responder's way on: what a failure hits, where, when, why, and whom to call."""

import csv
import io
import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from graph_models.time import HOUR, MINUTE, moment
from tests.functional.browser.conftest import DEMO_NOW, ZONE
from tests.functional.browser.estimates import asked, rounded, shown
from tests.functional.browser.explorer import count_of
from tests.functional.browser.map_pages import RadiusPage
from tests.functional.http.serving import Api
from tests.functional.http.shop import event

TOTALS = f"""totals {{
    orders stuck exposed upcoming recordsOnly tasks postings {{ count }} notifications {{ count }}
    {asked("orders", "promisesMissed", "stuck", "exposed", "upcoming", "recordsOnly")} }}"""
BANDS = {"stuck": "Stuck now", "exposed": "Exposed", "upcoming": "Upcoming", "recordsOnly": "Records only"}
LISTS = {"postings": "Postings", "notifications": "Messages", "tasks": "Tasks"}
CANCELLED = "customer changed their mind"


@pytest.fixture
def radius(page: Page, demo: str) -> RadiusPage:
    return RadiusPage(page, demo)


def shows_what_graphql_says(radius: RadiusPage, api: Api, where: str = "") -> dict[str, Any]:
    """Compares every total; `where` is the argument of blastRadius, with its braces."""
    arguments = f'timezone: "{ZONE}"{f", where: {where}" if where else ""}'
    said = api.ask(f"{{ blastRadius({arguments}) {{ headline {TOTALS} }} }}")["blastRadius"]
    expect(radius.page.locator("#headline")).to_have_text(said["headline"].replace(f" {ZONE}", ""))
    totals = said["totals"]
    estimates = totals["estimates"]
    expect(radius.stat("Affected orders")).to_have_text(shown(estimates["orders"]))
    expect(radius.stat("Promises missed, expected")).to_have_text(shown(estimates["promisesMissed"]))
    for band in BANDS:
        place = radius.band("records_only" if band == "recordsOnly" else band)
        if totals[band]:
            expect(place).to_have_text(shown(estimates[band]))
        else:
            expect(place).to_have_count(0)
    for name, label in LISTS.items():
        count = totals[name] if isinstance(totals[name], int) else sum(row["count"] for row in totals[name])
        expect(radius.tab(label)).to_have_text(f"{label} {count:,}")
    return totals


def test_the_figures_are_those_of_graphql_before_and_after_an_event(
    radius: RadiusPage, api: Api, demo: str
) -> None:
    radius.open("radius")
    radius.wait_until_live()
    before = shows_what_graphql_says(radius, api)
    order = api.ask(
        "{ blastRadius { orders(first: 1, where: { bands: [STUCK] }) { edges { node { order { id } } } } } }"
    )["blastRadius"]["orders"]["edges"][0]["node"]["order"]["id"]

    cancelled = event("order.cancelled", DEMO_NOW - MINUTE, {"order": order[6:]}, CANCELLED)
    httpx.post(
        f"{demo}/events", content=cancelled, headers={"content-type": "application/cloudevents+json"}
    ).raise_for_status()

    expect(radius.band("stuck")).not_to_have_text(shown(before["estimates"]["stuck"]))
    shows_what_graphql_says(radius, api)


def test_a_click_on_a_bar_filters_everything_and_the_back_button_takes_it_away(
    radius: RadiusPage, api: Api
) -> None:
    radius.open("radius")
    all_orders = radius.stat("Affected orders").inner_text()
    radius.card("Region").get_by_role("link", name="uk").click()

    expect(radius.page.get_by_role("region", name="Filters")).to_contain_text("Region: uk")
    totals = shows_what_graphql_says(radius, api, '{ regions: ["uk"] }')
    expect(radius.card("Region").get_by_role("listitem")).to_have_count(1)
    expect(radius.page.locator("#rows")).to_contain_text(f"{totals['orders']} in total.")

    radius.page.go_back()
    expect(radius.stat("Affected orders")).to_have_text(all_orders)


def test_bars_show_what_graphql_breaks_down(radius: RadiusPage, api: Api) -> None:
    radius.open("radius?missed=1")
    said = api.ask(
        "{ blastRadius(where: { willMissPromise: true }) { breakdown(by: [CHANNEL]) { key "
        f"{asked('orders')} }} }} }}"
    )["blastRadius"]["breakdown"]

    shown = {
        (one.locator(".bar-label").inner_text(), count_of(one.locator(".bar-value").inner_text()))
        for one in radius.card("Channel").get_by_role("listitem").all()
    }
    assert shown == {
        (group["key"]["CHANNEL"].replace("_", " "), rounded(group["estimates"]["orders"])) for group in said
    }


def test_a_click_on_a_row_tells_why_and_lights_the_path_on_the_map(radius: RadiusPage, api: Api) -> None:
    radius.open("radius")
    row = radius.rows().nth(4)
    order = row.locator("a").first.inner_text()
    row.click(position={"x": 300, "y": 20})

    why = radius.page.get_by_role("region", name=f"Why {order} is affected")
    query = """query ($order: ID!, $zone: String) {
        blastRadius(timezone: $zone) { explain(order: $order) { paths { sentence hops { to } } } }
    }"""
    path = api.ask(query, order=order, zone=ZONE)["blastRadius"]["explain"]["paths"][0]
    sentence = path["sentence"].replace(f" {ZONE}", "")
    expect(why).to_contain_text(sentence)
    expect(why.get_by_role("listitem")).to_have_count(len(path["hops"]))
    assert radius.boxes(".box.lit") == {
        hop["to"] for hop in path["hops"] if not hop["to"].startswith("order:")
    }
    assert f"row=order:{order}" in radius.params

    radius.page.reload()
    expect(why).to_contain_text(sentence)


def test_a_posting_has_a_path_of_its_own(radius: RadiusPage, api: Api) -> None:
    radius.open("radius?list=postings")
    order = radius.rows().first.locator("a").inner_text()
    radius.rows().first.locator("a").click()

    path = api.ask("{ blastRadius { postings(first: 1) { edges { node { type path { sentence } } } } } }")[
        "blastRadius"
    ]["postings"]["edges"][0]["node"]
    why = radius.page.get_by_role(
        "region", name=f"Why {path['type'].replace('_', ' ')} of {order} is affected"
    )
    expect(why).to_contain_text(path["path"]["sentence"])


def test_the_map_shows_the_impaired_elements_by_effect_and_the_list_says_the_same(
    radius: RadiusPage, api: Api
) -> None:
    said = api.ask(
        "{ blastRadius { elements(first: 500) { edges { node { element { id name } effect } } } } }"
    )["blastRadius"]["elements"]["edges"]
    impaired = {edge["node"]["element"]["id"] for edge in said}
    radius.open("radius")
    radius.map.wait_for()

    assert radius.boxes(".box:not(.effect-none)") == impaired
    assert radius.boxes(".box.failed") == {"integration:store-adjustments", "system:store-queues"}
    expect(radius.box("integration:pick-confirm")).to_have_accessible_name(
        "Pick confirmations, integration, delayed until 12:55"
    )

    radius.page.get_by_role("link", name="As a list").click()
    for name in {edge["node"]["element"]["name"] for edge in said}:
        expect(
            radius.page.locator(".outline-line:not(.effect-none)").filter(has_text=name).first
        ).to_be_visible()


def test_the_map_reads_from_the_cause_to_the_flow_of_orders(radius: RadiusPage) -> None:
    radius.open("radius")
    radius.map.wait_for()

    def middle(identifier: str) -> tuple[float, float]:
        box = radius.box(identifier).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    down = [
        middle(identifier)[1]
        for identifier in (
            "system:store-queues",
            "integration:reservations",
            "data:inventory.allocation",
            "step:ship-from-store/allocate",
        )
    ]
    across = [
        middle(f"step:ship-from-store/{step}")[0]
        for step in ("capture", "promise", "allocate", "pick", "pack", "ship", "deliver")
    ]
    assert down == sorted(down)
    assert across == sorted(across)


def test_everything_can_be_shown_and_a_group_opened_in_place(radius: RadiusPage) -> None:
    radius.open("radius")
    radius.page.get_by_role("link", name="Everything").click()
    closed = radius.box("in:system:oms")
    closed.wait_for()

    closed.locator("[data-toggle]").click()

    expect(radius.box("integration:reservations")).to_be_attached()
    expect(closed).to_have_count(0)
    assert "open=in:system:oms" in radius.params


def test_the_slider_moves_the_map_through_the_forecast(radius: RadiusPage, api: Api) -> None:
    forecast = f'forecast(bucket: "PT1H") {{ at {asked("orders", "promisesMissed")} }}'
    points = api.ask(f"{{ blastRadius {{ {forecast} }} }}")["blastRadius"]["forecast"]
    by_then = [point for point in points if point["at"] < moment(DEMO_NOW + 4 * HOUR).isoformat()]
    radius.open("radius")
    expect(radius.page.locator(".impact-timeline-says")).to_contain_text("Now: 11 elements impaired")

    radius.page.get_by_role("link", name="+4 h").click()

    hit, missed = (
        int(sum(point["estimates"][name]["expected"] for point in by_then) + 0.5)
        for name in ("orders", "promisesMissed")
    )
    expect(radius.page.locator(".impact-timeline-says")).to_contain_text(
        f"by then about {hit:,} orders affected, {missed:,} promise"
    )
    expect(radius.box("integration:pick-confirm")).to_have_class("box effect-delayed phase-past")
    assert "at=PT4H" in radius.params

    radius.page.get_by_role("slider").focus()
    radius.page.keyboard.press("Home")
    expect(radius.page.locator(".impact-timeline-says")).to_contain_text("ago, at")


def test_the_list_is_sorted_by_the_server_and_read_on_as_it_is_scrolled(radius: RadiusPage, api: Api) -> None:
    radius.open("radius")
    radius.page.get_by_role("button", name="Value", exact=True).click()
    first = api.ask(
        "{ blastRadius { totals { orders } orders(orderBy: VALUE_DESC, first: 1) { edges { node { order { id "
        "} } } } } }"
    )["blastRadius"]
    expect(radius.rows().first).to_contain_text(first["orders"]["edges"][0]["node"]["order"]["id"][6:])

    expect(radius.page.locator("#rows")).to_contain_text(f"100 of {first['totals']['orders']} loaded")
    radius.page.locator("#rows .table-box").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(radius.page.locator("#rows")).to_contain_text(f"{first['totals']['orders']} in total.")


def test_the_file_has_the_rows_of_the_page(radius: RadiusPage) -> None:
    radius.open("radius?region=uk&sort=value")
    radius.rows().first.wait_for()
    shown = [one.inner_text() for one in radius.page.locator("#rows tbody a").all()]
    with radius.page.expect_download() as saved:
        radius.page.get_by_role("link", name="CSV of all orders").click()

    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8"))))
    assert [row["order"][6:] for row in rows] == shown


def test_what_is_copied_for_the_chat_has_the_totals_the_teams_and_the_address(
    radius: RadiusPage, api: Api
) -> None:
    radius.open("radius?failure=failure:F-queues")
    radius.page.get_by_role("button", name="Copy as Markdown").click()
    radius.page.get_by_text("Copied").wait_for()

    copied = radius.page.evaluate("navigator.clipboard.readText()")
    arguments = f'failures: ["F-queues"], timezone: "{ZONE}"'
    query = f"{{ blastRadius({arguments}) {{ headline totals {{ {asked('stuck')} }} }} }}"
    said = api.ask(query)["blastRadius"]
    assert copied.startswith(f"**{said['headline']}**")
    assert f"| stuck now | {shown(said['totals']['estimates']['stuck'])} (" in copied
    assert "- Call Integration platform #mq-oncall: " in copied
    assert copied.rstrip().endswith("/#/radius?failure=failure%3AF-queues&asOf=2026-03-02T09%3A30%3A00Z")


def test_whom_to_call_and_what_to_do_stand_before_the_map(radius: RadiusPage, api: Api) -> None:
    radius.open("radius")
    first = api.ask("{ blastRadius { owners { team { name contact } orders } } }")["blastRadius"]["owners"][0]

    call = radius.card("Teams to call").get_by_role("listitem").first
    expect(call).to_contain_text(first["team"]["name"])
    expect(call).to_contain_text(first["team"]["contact"])
    expect(radius.card("What to do")).to_contain_text(
        "Restart the flow and watch the queue drain oldest first"
    )


def test_what_was_absorbed_and_what_remains_is_shown_for_an_ended_failure(
    radius: RadiusPage, api: Api
) -> None:
    said = api.ask(
        '{ blastRadius(failures: ["F-payments"]) { absorbed { detail } residual { needAction } } }'
    )["blastRadius"]
    radius.open("radius?failure=F-payments")

    expect(radius.card("Absorbed").get_by_role("listitem")).to_have_count(len(said["absorbed"]))
    expect(
        radius.card("What remains after the end").locator(".stat", has_text="Need action").locator("dd")
    ).to_have_text(str(said["residual"]["needAction"]))


def test_the_map_is_walked_with_the_arrows_and_enter_shows_an_element(radius: RadiusPage) -> None:
    radius.open("radius?element=integration:reservations")
    radius.box("integration:reservations").focus()
    radius.page.keyboard.press("ArrowDown")
    expect(radius.box("data:inventory.allocation")).to_be_focused()

    radius.page.keyboard.press("Enter")

    expect(radius.page.get_by_role("region", name="inventory.allocation")).to_contain_text(
        "is fed by Stock reservations, which is late"
    )


def test_a_dragged_map_moves_and_is_not_clicked(radius: RadiusPage) -> None:
    radius.open("radius")
    radius.box("system:store-queues").scroll_into_view_if_needed()
    box = radius.box("system:store-queues").bounding_box()
    assert box is not None
    radius.page.mouse.move(box["x"] + 20, box["y"] + 20)
    radius.page.mouse.down()
    radius.page.mouse.move(box["x"] + 60, box["y"] + 50, steps=4)
    radius.page.mouse.up()

    moved = radius.box("system:store-queues").bounding_box()
    assert moved is not None
    assert (round(moved["x"] - box["x"]), round(moved["y"] - box["y"])) == (40, 30)
    assert "element" not in radius.params


def test_a_supposed_failure_keeps_its_begin_in_the_address(radius: RadiusPage, api: Api) -> None:
    radius.open("radius?target=system:oms&class=OUTAGE")
    expect(radius.heading).to_have_text("What if: outage of system:oms")

    supposed = {"target": "system:oms", "class": "OUTAGE", "startedAt": moment(DEMO_NOW).isoformat()}
    query = """query ($s: [FailureInput!], $zone: String) {
        blastRadius(suppose: $s, timezone: $zone) { headline }
    }"""
    said = api.ask(query, s=[supposed], zone=ZONE)["blastRadius"]
    expect(radius.page.locator("#headline")).to_have_text(said["headline"].replace(f" {ZONE}", ""))
    assert "from=2026-03-02T09:30:00" in radius.params


def test_a_failure_that_does_not_exist_is_reported_with_what_to_do(page: Page, demo: str) -> None:
    page.goto(f"{demo}/#/radius?failure=F-404")

    expect(page.get_by_role("alert")).to_contain_text("Press / and search")


def test_a_filter_with_a_value_that_nothing_has_says_so(page: Page, demo: str) -> None:
    page.goto(f"{demo}/#/radius?region=atlantis")

    expect(page.get_by_role("alert")).to_contain_text("There is no region 'atlantis'")


def test_a_filter_that_leaves_nothing_can_be_taken_away(radius: RadiusPage) -> None:
    radius.open("radius?effect=DUPLICATED")
    expect(radius.stat("Affected orders")).to_have_text("0")

    radius.page.get_by_role("link", name="Clear filters").click()
    expect(radius.stat("Affected orders")).not_to_have_text("0")


def test_the_report_on_paper_has_the_map_and_no_buttons(radius: RadiusPage) -> None:
    radius.open("radius")
    radius.map.wait_for()
    radius.page.emulate_media(media="print")

    expect(radius.page.get_by_role("button", name="Copy as Markdown")).to_be_hidden()
    expect(radius.box("system:store-queues")).to_be_visible()
    width = radius.map.evaluate("map => map.getBoundingClientRect().width / map.closest('.card').clientWidth")
    assert 0.8 < width <= 1
    assert (
        json.loads(
            radius.page.evaluate(
                "JSON.stringify([...document.querySelectorAll('.no-print')].filter(e => "
                "e.offsetParent).length)"
            )
        )
        == 0
    )
