"""What people expect of any page: small screens, both looks, no barriers, keys, addresses, errors that
help.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from impactgraph.usecases.apply_topology import apply_path
from tests.functional.browser.barriers import barriers
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW, TOPOLOGY

VIEWS = {
    "now": "",
    "incident": "incident/F-queues?do=assign",
    "incident of a moment": "incident/F-stock?asOf=2026-03-02T09:00:00Z",
    "unknown incident": "incident/F-404",
    "order": "order/O-001900",
    "unknown order": "order/O-404",
    "overdue": "overdue",
    "records": "records",
    "sources": "sources",
    "no view": "nowhere",
    "blast radius": "radius",
    "blast radius of an order": "radius?row=order:O-001936&as=map",
    "blast radius of an element": "radius?element=step:ship-from-store/pick",
    "blast radius of nothing": "radius?effect=DUPLICATED",
    "blast radius of a region that there is not": "radius?region=nowhere",
    "topology": "topology?as=map",
    "element": "topology?element=system:oms&depth=2",
    "paths": "topology?element=system:oms&to=step:ship-from-store/pick",
    "versions": "topology?versions=1",
    "what if": "topology?element=system:oms&whatif=1&as=map",
    "what if of anything": "topology?whatif=1",
    "supposed": "radius?target=system:oms&as=list",
}


@pytest.fixture
def explorer(page: Page, demo: str) -> Explorer:
    return Explorer(page, demo)


@pytest.fixture
def calm(tmp_path: Path) -> Iterator[str]:
    """A server that knows a topology, and of no order and no failure."""
    store = open_store(str(tmp_path / "calm"), now=lambda: NOW)
    apply_path(store, TOPOLOGY, NOW - 1)
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        yield address
    store.close()


def settle(explorer: Explorer) -> None:
    explorer.page.locator("main h1, main h2").first.wait_for()
    expect(explorer.page.locator(".loading")).to_have_count(0)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_nothing_keeps_anybody_out(explorer: Explorer, view: str) -> None:
    explorer.page.goto(f"{explorer.address}/#/{view}")
    settle(explorer)

    assert barriers(explorer.page) == []


def test_where_nothing_fails_it_says_so_and_what_to_do(calm: str, page: Page) -> None:
    explorer = Explorer(page, calm)
    explorer.open()

    expect(explorer.heading).to_have_text("No active failures")
    expect(page.locator("main")).to_contain_text("Try what would happen if something failed")


def test_an_address_that_names_no_view_leads_home(explorer: Explorer) -> None:
    explorer.page.goto(f"{explorer.address}/#/nowhere")
    explorer.page.get_by_role("link", name="See active failures").click()

    expect(explorer.heading).to_contain_text("failures affect")


def test_the_keys_are_listed_and_single_ones_can_be_switched_off(explorer: Explorer) -> None:
    explorer.open()
    explorer.page.keyboard.press("?")
    help_ = explorer.page.get_by_role("dialog", name="Keys")
    help_.get_by_text("Search").wait_for()

    help_.get_by_label("Single-key shortcuts").uncheck()
    explorer.page.keyboard.press("Escape")
    explorer.page.keyboard.press("/")
    expect(explorer.search).not_to_be_focused()


def test_a_chosen_look_stays(explorer: Explorer) -> None:
    explorer.page.emulate_media(color_scheme="light")
    explorer.open()
    explorer.page.get_by_role("button", name="Colours: auto").click()
    explorer.page.reload()
    explorer.heading.wait_for()

    expect(explorer.page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("computer", ["2026-01-15T03:10:00Z", "2026-07-15T03:10:00Z"])
def test_times_are_in_the_zone_that_is_shown(explorer: Explorer, computer: str) -> None:
    """Whatever this computer's clock says: in summer its zone has another name."""
    explorer.page.clock.set_fixed_time(computer)
    explorer.open()
    as_of = explorer.page.locator("main .heading time")
    expect(as_of).to_have_text("10:30")
    expect(as_of).to_have_attribute("title", "Mon, 2 Mar 2026, 10:30:00 CET")

    explorer.page.get_by_role("button", name="Times in CET").click()
    expect(as_of).to_have_text("09:30")


def test_another_view_takes_the_focus(explorer: Explorer) -> None:
    explorer.open()
    explorer.page.get_by_role("link", name="Records").click()
    explorer.page.get_by_role("heading", level=1, name="records to check").wait_for()

    expect(explorer.page.locator("main")).to_be_focused()


def test_what_is_printed_is_the_report_alone(explorer: Explorer) -> None:
    explorer.open()
    explorer.page.emulate_media(media="print")

    expect(explorer.page.get_by_role("navigation")).to_be_hidden()
    expect(explorer.page.get_by_role("button")).to_have_count(0)
    expect(explorer.page.locator("main .print-only, .print-only")).to_contain_text(explorer.address)


def test_a_question_that_takes_too_long_says_what_to_do_and_can_be_asked_again(explorer: Explorer) -> None:
    late = {
        "data": None,
        "errors": [
            {"message": "The answer was not ready within 10 s.", "extensions": {"code": "DEADLINE_EXCEEDED"}}
        ],
    }
    explorer.page.route("**/graphql", lambda route: route.fulfill(json=late))
    explorer.page.goto(f"{explorer.address}/#/records")
    problem = explorer.page.get_by_role("alert")
    expect(problem).to_contain_text("set a filter")

    explorer.page.unroute("**/graphql")
    problem.get_by_role("button", name="Try again").click()
    explorer.page.get_by_role("heading", level=1, name="records to check").wait_for()
