"""The incident responder's way: what fails, what is at summary, what changed."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from graph_models.time import DAY, MINUTE, moment
from impactgraph.impact.estimate_text import say_number
from tests.functional.browser.conftest import DEMO_NOW
from tests.functional.browser.estimates import asked, shown
from tests.functional.browser.explorer import NowPage
from tests.functional.http.serving import Api

LABELS = {
    "stuck": "Stuck now",
    "exposed": "Exposed",
    "upcoming": "Upcoming",
    "recordsOnly": "Records only",
    "promisesMissed": "Promises missed, expected",
}
ASKED = f"""{{ blastRadius {{
    impactSummary {{ {asked("orders", "stuck", "promisesMissed")} failure {{ id }} }}
    totals {{ {asked("orders", *LABELS)} }}
}} }}"""
REPORT = "mutation ($input: FailureInput!) { reportFailure(input: $input) { problems { message } } }"
NOTE_STATES = """window.states = [];
    new MutationObserver(() => states.push(document.querySelector('.live').dataset.state))
      .observe(document.querySelector('.live'), { attributes: true });"""
REPORTED = {
    "id": "F-erp",
    "target": "system:erp",
    "class": "OUTAGE",
    "startedAt": moment(DEMO_NOW - 5 * MINUTE).isoformat(),
    "summary": "The ledger is down",
}


@pytest.fixture
def now_page(page: Page, demo: str) -> NowPage:
    return NowPage(page, demo)


def shows_what_graphql_says(now_page: NowPage, api: Api) -> None:
    said = api.ask(ASKED)["blastRadius"]
    estimates = said["totals"]["estimates"]
    assert (
        f"{len(said['impactSummary'])} failures affect about {shown(estimates['orders'])} orders"
        in now_page.heading.inner_text()
    )
    for name, label in LABELS.items():
        expect(now_page.stat(label).locator(".figure")).to_have_text(shown(estimates[name]))
    for summary in said["impactSummary"]:
        part = now_page.of(summary["failure"]["id"])
        for label, name in (
            ("Affected orders, expected", "orders"),
            ("Stuck now", "stuck"),
            ("Promises missed, expected", "promisesMissed"),
        ):
            figure = now_page.stat(label, part).locator(".figure")
            expect(figure).to_have_text(shown(summary["estimates"][name]))


def test_the_figures_are_those_of_graphql_before_and_after_a_failure_begins_and_ends(
    now_page: NowPage, api: Api
) -> None:
    now_page.open()
    now_page.wait_until_live()
    shows_what_graphql_says(now_page, api)

    api.ask(REPORT, input=REPORTED)
    now_page.page.get_by_role("heading", name="The ledger is down").wait_for()
    shows_what_graphql_says(now_page, api)

    api.ask('mutation { resolveFailure(id: "F-erp") { problems { message } } }')
    now_page.page.get_by_role("heading", name="The ledger is down").wait_for(state="detached")
    shows_what_graphql_says(now_page, api)


def test_the_failure_that_costs_most_stands_first(now_page: NowPage, api: Api) -> None:
    now_page.open()

    summaries = api.ask(ASKED)["blastRadius"]["impactSummary"]
    ranks = ("promisesMissed", "stuck", "orders")
    worst_first = sorted(
        summaries, key=lambda summary: [-summary["estimates"][rank]["expected"] for rank in ranks]
    )
    assert now_page.failures() == [summary["failure"]["id"] for summary in worst_first]


def test_how_long_a_failure_lasts_is_by_the_servers_clock(now_page: NowPage) -> None:
    now_page.page.clock.set_fixed_time(moment(DEMO_NOW + 400 * DAY).isoformat())
    now_page.open()

    first = now_page.page.locator("[data-failure]").first
    expect(first).to_contain_text(re.compile(r"for \d+ (?:min|h)\b"))
    expect(first).not_to_contain_text("should have ended")


def test_a_failure_leads_to_what_it_affects_and_the_back_button_returns(now_page: NowPage) -> None:
    now_page.open()
    first = now_page.failures()[0]
    now_page.page.get_by_role("link", name="Open blast radius").first.click()

    expect(now_page.page).to_have_url(f"{now_page.address}/#/radius?failure={quote(first, safe='')}")
    now_page.page.go_back()
    expect(now_page.heading).to_contain_text("failures affect")


def test_arrows_go_through_the_incidents_and_enter_opens_one(now_page: NowPage) -> None:
    now_page.open()
    second = now_page.incidents()[1].removeprefix("incident:")
    now_page.page.locator("[data-incident] h2 a").first.focus()

    now_page.page.keyboard.press("ArrowDown")
    now_page.page.keyboard.press("Enter")

    expect(now_page.page).to_have_url(f"{now_page.address}/#/incident/{second}")


def test_what_is_copied_for_the_chat_begins_with_the_headline(now_page: NowPage, api: Api) -> None:
    now_page.open()
    now_page.page.get_by_role("button", name="Copy as Markdown").click()
    now_page.page.get_by_text("Copied").wait_for()

    copied = now_page.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"**{api.ask('{ blastRadius { headline } }')['blastRadius']['headline']}**")


def test_a_lost_connection_is_reported_and_what_happened_meanwhile_is_caught_up_with(
    now_page: NowPage, api: Api
) -> None:
    links: list[WebSocketRoute] = []
    refused = False

    def link(asked: WebSocketRoute) -> None:
        if refused:
            asked.close(code=1013)
        else:
            links.append(asked)
            asked.connect_to_server()

    now_page.page.route_web_socket("**/graphql", link)
    now_page.open()
    now_page.wait_until_live()
    now_page.page.evaluate(NOTE_STATES)

    refused = True
    links[0].close(code=1012)
    expect(now_page.live).not_to_have_attribute("data-state", "live")
    unseen = {**REPORTED, "id": "F-late", "target": "system:oms", "summary": "Begun unseen"}
    api.ask(REPORT, input=unseen)
    refused = False
    now_page.page.get_by_role("heading", name="Begun unseen").wait_for()
    now_page.wait_until_live()

    assert "reconnecting" in now_page.page.evaluate("states")
    shows_what_graphql_says(now_page, api)
    api.ask('mutation { resolveFailure(id: "F-late") { problems { message } } }')


def test_orders_still_to_come_stand_apart_from_the_totals(now_page: NowPage, api: Api) -> None:
    said = api.ask("{ blastRadius { toCome { affected { expected } assumptions } } }")["blastRadius"][
        "toCome"
    ]

    now_page.open()
    card = now_page.page.get_by_role("region", name="Still to come")

    expect(card).to_contain_text(say_number(said["affected"]["expected"]))
    expect(card).to_contain_text(said["assumptions"][0])
