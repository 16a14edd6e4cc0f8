"""The service desk's way: one order from the search box to the customer message, and what needs a look
before anybody asks.
"""

import csv
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from graph_models.time import HOUR, moment
from tests.functional.browser.conftest import DEMO_NOW, ZONE
from tests.functional.browser.explorer import Explorer, count_of
from tests.functional.http.serving import Api
from tests.functional.http.shop import event

STUCK = "{ orders(first: 1, where: { bands: [STUCK] }) { edges { node { id } } } }"
EXPOSED = STUCK.replace("STUCK", "EXPOSED")
DIAGNOSIS = """query ($id: ID!, $zone: String) { order(id: $id) { timeline { title }
  diagnosis(timezone: $zone) {
  state headline customerMessage causes { evidence failure { summary } } missing { type } peers { overdue
  total } } } }"""

JAPANESE = """query ($id: ID!) { order(id: $id) { diagnosis {
  customerMessages(language: "ja", form: SHORT) { text } } } }"""
IN_ZONE = """query ($id: ID!, $zone: String) { order(id: $id) { diagnosis(timezone: $zone) { headline } } }"""


@pytest.fixture
def explorer(page: Page, demo: str) -> Explorer:
    return Explorer(page, demo)


@pytest.fixture(scope="module")
def stuck(api: Api) -> str:
    """The number of an order that a failure holds."""
    return api.ask(STUCK)["orders"]["edges"][0]["node"]["id"].removeprefix("order:")


def test_an_order_is_found_by_the_keyboard_and_says_what_graphql_says(
    explorer: Explorer, api: Api, stuck: str
) -> None:
    explorer.open()
    explorer.look_for(stuck)

    expect(explorer.heading).to_have_text(f"Order {stuck}")
    said = api.ask(DIAGNOSIS, id=stuck, zone=ZONE)["order"]["diagnosis"]
    verdict = explorer.page.get_by_role("region", name="Verdict")
    expect(verdict).to_have_attribute("data-state", said["state"])
    expect(verdict.locator(".lead")).to_have_text(said["headline"].replace(f" {ZONE}", ""))
    for cause in said["causes"]:
        summary = cause["failure"]["summary"]  # told once, above the evidence
        causes = explorer.card(re.compile("cause", re.IGNORECASE))
        expect(causes).to_contain_text(summary)
        expect(causes).to_contain_text(cause["evidence"].replace(f" ({summary})", "").replace(f" {ZONE}", ""))


def test_a_number_that_is_typed_faster_than_it_is_found_is_opened_all_the_same(
    explorer: Explorer, stuck: str
) -> None:
    explorer.open()
    explorer.search.fill(stuck)
    explorer.search.press("Enter")

    expect(explorer.heading).to_have_text(f"Order {stuck}")


def test_the_words_for_the_customer_are_copied_as_they_are(explorer: Explorer, api: Api, stuck: str) -> None:
    explorer.open(f"order/{stuck}")
    explorer.page.get_by_role("button", name="Copy message").click()
    explorer.page.get_by_text("Copied").wait_for()

    assert (
        explorer.page.evaluate("navigator.clipboard.readText()")
        == api.ask(DIAGNOSIS, id=stuck)["order"]["diagnosis"]["customerMessage"]
    )


def test_the_message_is_copied_in_the_language_and_form_that_are_chosen(
    explorer: Explorer, api: Api, stuck: str
) -> None:
    explorer.open(f"order/{stuck}")
    card = explorer.card("Customer message")
    card.get_by_label("Language").select_option("ja")
    card.get_by_label("Form").select_option("SHORT")
    card.get_by_role("button", name="Copy message").click()
    explorer.page.get_by_text("Copied").wait_for()

    (message,) = api.ask(JAPANESE, id=stuck)["order"]["diagnosis"]["customerMessages"]
    assert explorer.page.evaluate("navigator.clipboard.readText()") == message["text"]


def test_all_times_of_the_page_are_in_its_zone_which_sentences_do_not_repeat(
    explorer: Explorer, api: Api, stuck: str
) -> None:
    explorer.open(f"order/{stuck}")
    lead = explorer.page.get_by_role("region", name="Verdict").locator(".lead")
    headline = api.ask(IN_ZONE, id=stuck, zone=ZONE)["order"]["diagnosis"]["headline"]

    assert f" {ZONE}" in headline
    expect(lead).to_have_text(headline.replace(f" {ZONE}", ""))


def test_the_story_has_every_entry_and_where_now_is(explorer: Explorer, api: Api, stuck: str) -> None:
    explorer.open(f"order/{stuck}")
    story = explorer.card("Timeline")

    for entry in api.ask(DIAGNOSIS, id=stuck)["order"]["timeline"]:
        expect(story).to_contain_text(entry["title"])
    expect(story.get_by_label("Now")).to_have_count(1)


def test_an_order_that_is_looked_at_changes_with_its_events(explorer: Explorer, api: Api) -> None:
    order = api.ask(EXPOSED)["orders"]["edges"][0]["node"]["id"].removeprefix("order:")
    explorer.open(f"order/{order}")
    explorer.wait_until_live()
    verdict = explorer.page.get_by_role("region", name="Verdict")
    expect(verdict).not_to_have_attribute("data-state", "CANCELLED")

    cancelled = event(
        "order.cancelled", DEMO_NOW, {"order": order, "reason": "customer"}, "cancelled-while-looked-at"
    )
    taken = api.http.post(
        "/events", content=cancelled, headers={"content-type": "application/cloudevents+json"}
    ).json()
    assert taken["taken"] == 1, taken

    expect(verdict).to_have_attribute("data-state", "CANCELLED")
    headline = api.ask(IN_ZONE, id=order, zone=ZONE)["order"]["diagnosis"]["headline"]
    expect(verdict.locator(".lead")).to_have_text(headline.replace(f" {ZONE}", ""))


def test_an_order_as_it_was_says_so_and_leads_back_to_now(explorer: Explorer, stuck: str) -> None:
    explorer.open(f"order/{stuck}?asOf=2026-03-02T08:30:00Z")
    explorer.page.get_by_text("State of").wait_for()
    explorer.page.get_by_role("link", name="See the present state").click()

    expect(explorer.page).to_have_url(f"{explorer.address}/#/order/{stuck}")
    explorer.wait_until_live()


def test_an_order_that_is_not_known_tells_how_to_go_on(explorer: Explorer) -> None:
    explorer.open("order/O-404404")

    expect(explorer.heading).to_have_text("There is no order O-404404")
    expect(explorer.page.locator("main")).to_contain_text("type a part of the number")


def test_what_is_not_found_says_so(explorer: Explorer) -> None:
    explorer.open()
    explorer.search.fill("no such thing anywhere")

    explorer.page.get_by_text("No match in ids").wait_for()


def test_overdue_orders_are_as_many_as_graphql_says_and_a_group_filters_them(
    explorer: Explorer, api: Api
) -> None:
    explorer.open("overdue")
    said = api.ask("{ overdue(by: [STEP]) { totalCount groups { key overdue } } }")["overdue"]
    expect(explorer.heading).to_have_text(re.compile(rf"^{said['totalCount']:,} orders? (is|are) overdue$"))

    first = said["groups"][0]
    explorer.page.get_by_role("list", name="Overdue orders by step").get_by_role("link").first.click()
    expect(explorer.heading).to_have_text(re.compile(rf"^{first['overdue']:,} orders? (is|are) overdue$"))
    explorer.page.go_back()
    expect(explorer.heading).to_have_text(re.compile(rf"^{said['totalCount']:,} orders"))

    explorer.page.get_by_role("link", name="region", exact=True).click()
    expect(
        explorer.page.get_by_role("list", name="Overdue orders by region").get_by_role("link")
    ).not_to_have_count(0)


def test_records_that_need_a_look_are_as_many_as_graphql_says_and_can_be_narrowed(
    explorer: Explorer, api: Api
) -> None:
    explorer.open("records")
    every = api.ask("{ records { totalCount } }")["records"]["totalCount"]
    missing = api.ask("{ records(effects: [MISSING]) { totalCount } }")["records"]["totalCount"]
    expect(explorer.heading).to_have_text(f"{every:,} records to check")

    explorer.page.get_by_role("link", name="missing", exact=True).click()

    expect(explorer.heading).to_have_text(re.compile(rf"^{missing:,} records? to check$"))
    assert 0 < missing < every


def test_records_of_a_past_moment_are_those_of_that_moment(explorer: Explorer, api: Api) -> None:
    earlier = moment(DEMO_NOW - HOUR).isoformat()
    now = api.ask("{ records { totalCount } }")["records"]["totalCount"]
    then = api.ask(f'{{ records(asOf: "{earlier}") {{ totalCount }} }}')["records"]["totalCount"]
    assert now != then

    explorer.open(f"records?asOf={quote(earlier)}")
    expect(explorer.heading).to_have_text(f"{then:,} records to check")
    explorer.page.get_by_role("link", name="See the present state").click()

    expect(explorer.heading).to_have_text(f"{now:,} records to check")


def test_the_file_of_records_has_them_all(explorer: Explorer, api: Api, tmp_path: Path) -> None:
    explorer.open("records")
    with explorer.page.expect_download() as started:
        explorer.page.get_by_role("button", name="CSV").click()
    started.value.save_as(tmp_path / "records.csv")

    rows = list(csv.DictReader((tmp_path / "records.csv").open(encoding="utf-8", newline="")))
    assert len(rows) == api.ask("{ records { totalCount } }")["records"]["totalCount"]
    assert {row["effect"] for row in rows} <= {"MISSING", "LATE", "WRONG", "DUPLICATED", "OUT_OF_SEQUENCE"}


def test_a_long_list_draws_only_what_is_seen(explorer: Explorer) -> None:
    explorer.open("overdue")
    table = explorer.page.get_by_role("table", name="Overdue orders")
    table.wait_for()

    rows = int(table.get_attribute("aria-rowcount") or 0) - 1
    last = table.locator(f"tr[aria-rowindex='{rows + 1}']")
    expect(last).to_have_count(0)
    box = explorer.page.get_by_role("region", name="Overdue orders")
    box.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(last).to_be_visible()
    expect(table.locator("tr[aria-rowindex='2']")).to_have_count(0)
    assert count_of(explorer.heading.inner_text()) == rows
