"""The page of incidents: what is at stake, why, what to do, who did what; each action is confirmed, and two
who act at once do not overwrite each other.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from api.app import create_app
from graph_models.time import MINUTE, Millis, moment
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.browser.conftest import DEMO_NOW
from tests.functional.browser.explorer import NowPage
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import event

ORDERS = 1000
ALERTS = (("A-oms", "system:oms", 12), ("A-pick", "integration:pick-confirm", 10))
"""With one cause: key, element, minutes ago."""
QUIET = ("A-mailer", "system:mailer", 8)
FIRST_STEP = "Raise the safety stock of the stores in scope to 2"


class Clock:
    """A millisecond later at each reading, so that actions have an order."""

    def __init__(self) -> None:
        self.now: Millis = DEMO_NOW

    def __call__(self) -> Millis:
        self.now += 1
        return self.now


def report(store: Store, key: str, target: str, minutes: int, **fields: object) -> None:
    at = DEMO_NOW - minutes * MINUTE
    data = {"failure": key, "target": target, "started_at": moment(at).isoformat(), **fields}
    assert store.ingest([event("failure.reported", at, data, f"r-{key}")]).quarantined == []


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo's two failures, two alerts with one cause, and a failure that harms nothing."""
    clock = Clock()
    store = open_store(str(tmp_path_factory.mktemp("demo")), now=clock)
    load_demo(store, ORDERS, DEMO_NOW, 1)
    for key, target, minutes in ALERTS:
        alert = {"sender": "alertmanager", "source": "prod", "key": key, "reason": "label job"}
        kind = {"class": "outage" if key == "A-oms" else "backlog"}
        report(store, key, target, minutes, alert=alert, summary=f"{key} fires", **kind)
    report(store, *QUIET, delay="PT1S", summary="The mailer is slow", **{"class": "latency"})
    with served(create_app(store, Settings(), now=clock)) as address:
        yield address
    store.close()


@pytest.fixture
def explorer(page: Page, address: str) -> NowPage:
    return NowPage(page, address)


@pytest.fixture(scope="module")
def api(address: str) -> Iterator[Api]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield Api(client)


def card(explorer: NowPage, key: str) -> Locator:
    return explorer.page.locator(f"[data-incident='incident:{key}']")


def act(explorer: NowPage, name: str, *, note: str = "", by: str = "ana") -> Locator:
    """Opens an action, and fills in what all have."""
    explorer.page.get_by_role("group", name="Actions").get_by_role("button", name=name).click()
    form = explorer.page.locator("[data-action]")
    form.get_by_label("Your name").fill(by)
    form.get_by_label(re.compile("^Note")).fill(note)
    return form


def confirm(form: Locator) -> None:
    form.get_by_role("button", name="Confirm").click()
    expect(form).to_have_count(0)


def test_incidents_are_listed_by_what_is_at_stake_with_their_failures(explorer: NowPage) -> None:
    explorer.open()

    assert explorer.incidents()[0] == "incident:A-oms"
    expect(explorer.heading).to_contain_text("3 incidents with 4 failures affect")
    first = card(explorer, "A-oms")
    for text in (
        "open",
        "2 alerts",
        "likeliest cause of 2 alerts",
        "At stake:",
        "Order platform",
        "nobody yet",
    ):
        expect(first).to_contain_text(text)
    expect(first.locator("[data-failure]")).to_have_count(2)
    stock = card(explorer, "F-stock")
    stock.scroll_into_view_if_needed()
    expect(stock).to_contain_text(f"Do first: {FIRST_STEP}")
    quiet = explorer.page.locator("[data-quiet]")
    expect(quiet.locator("summary")).to_contain_text("1 quiet incident")
    quiet.locator("summary").click()
    expect(card(explorer, "A-mailer")).to_be_visible()


def test_one_incident_has_cause_harm_steps_people_and_timeline(explorer: NowPage) -> None:
    explorer.open()
    card(explorer, "A-oms").get_by_role("link", name="Open incident").click()

    expect(explorer.heading).to_contain_text("An outage of Order management is the likeliest cause")
    expect(explorer.page.locator("[data-cause='system:oms']")).to_contain_text("blocks Pick confirmations")
    expect(explorer.card("What is affected now").locator(".impact-timeline-chart")).to_be_visible()
    expect(explorer.card("What to do").locator("[data-step]")).not_to_have_count(0)
    expect(explorer.card("People")).to_contain_text("#oms-oncall")
    lists = explorer.page.locator(".repair-lists")
    lists.scroll_into_view_if_needed()
    expect(lists.locator("[data-list]")).to_have_count(3)
    expect(explorer.card("Timeline, newest first")).to_contain_text("Alert of alertmanager prod. A-oms fires")
    expect(explorer.page.locator(".map-frame .box").first).to_be_visible()
    explorer.page.locator(".delay-cost").scroll_into_view_if_needed()
    expect(explorer.page.locator(".delay-cost .delay-chart")).to_be_visible()


def test_what_somebody_does_is_confirmed_and_seen_by_another_at_once(explorer: NowPage) -> None:
    other = NowPage(explorer.page.context.new_page(), explorer.address)
    other.open()
    explorer.open("incident/F-stock")
    form = act(explorer, "Acknowledge", note="I look")
    expect(form).to_contain_text("open now; then acknowledged")
    confirm(form)

    expect(card(other, "F-stock")).to_have_attribute("data-state", "ACKNOWLEDGED")
    timeline = explorer.card("Timeline, newest first")
    expect(timeline.locator("li").first).to_contain_text("ana acknowledged it")
    expect(timeline.locator("li").first).to_contain_text("I look")
    other.page.close()


def test_an_action_on_what_another_has_changed_is_refused_until_it_is_confirmed_again(
    explorer: NowPage, api: Api
) -> None:
    explorer.open("incident/F-queues")
    form = act(explorer, "Assign")
    form.get_by_label("Team or person").fill("ben")
    api.ask('mutation { noteIncident(id: "F-queues", note: "Mine", by: "eve") { problems { message } } }')
    expect(form).to_contain_text("Somebody has acted since")
    form.get_by_role("button", name="Confirm").click()
    expect(form.get_by_role("alert")).to_contain_text("eve wrote a note")

    form.get_by_role("button", name="Confirm anyway").click()
    expect(explorer.card("People")).to_contain_text("ben")


def test_a_step_that_needs_approval_is_done_only_with_a_note(explorer: NowPage) -> None:
    explorer.open("incident/F-stock")
    step = explorer.page.locator("[data-step='1']")
    expect(step).to_contain_text("Needs the approval of Digital commerce")
    step.get_by_role("button", name="Done").click()
    form = step.locator("[data-action]")
    expect(form.get_by_role("button", name="Confirm")).to_be_disabled()

    form.get_by_label("Your name").fill("ana")
    form.get_by_label("Note").fill("Kim agreed")
    form.get_by_role("button", name="Confirm").click()
    expect(step).to_contain_text("Done by ana")

    step.get_by_role("button", name="Not done").click()
    form.get_by_role("button", name="Confirm").click()
    expect(step.get_by_role("button", name="Done …")).to_be_visible()
    expect(step).not_to_contain_text("Done by ana")


def test_failures_are_split_off_and_merged_again(explorer: NowPage) -> None:
    explorer.open("incident/A-oms")
    form = act(explorer, "Split")
    form.get_by_label(re.compile("^A-pick")).check()
    confirm(form)
    explorer.page.goto(f"{explorer.address}/#/")
    expect(card(explorer, "A-pick")).to_be_visible()
    expect(card(explorer, "A-oms").locator("[data-failure]")).to_have_count(1)

    explorer.open("incident/A-oms")
    form = act(explorer, "Merge")
    form.get_by_label(re.compile("^A-pick")).check()
    confirm(form)
    explorer.page.goto(f"{explorer.address}/#/")
    expect(card(explorer, "A-oms").locator("[data-failure]")).to_have_count(2)
    expect(card(explorer, "A-pick")).to_have_count(0)


def test_a_closed_incident_leaves_the_list_but_its_failure_stays(explorer: NowPage) -> None:
    explorer.open("incident/F-stock")
    form = act(explorer, "Close")
    expect(form).to_contain_text("1 failure of it has not ended, and stays under Now")
    confirm(form)
    explorer.page.goto(f"{explorer.address}/#/")
    alone = explorer.page.get_by_role("region", name="Failures without an open incident")
    expect(alone.locator("[data-failure='failure:F-stock']")).to_be_visible()
    expect(card(explorer, "F-stock")).to_have_count(0)

    explorer.open("incident/F-stock")
    confirm(act(explorer, "Reopen"))
    explorer.page.goto(f"{explorer.address}/#/")
    expect(card(explorer, "F-stock")).to_be_visible()


def test_a_link_to_a_moment_shows_that_moment_and_offers_no_action(explorer: NowPage) -> None:
    before = moment(DEMO_NOW - 5 * MINUTE).isoformat().replace("+00:00", "Z")
    explorer.open(f"incident/A-oms?asOf={before}")

    expect(explorer.page.locator("main")).to_contain_text("See the present state")
    expect(explorer.page.locator("[data-state='OPEN']")).to_be_visible()
    expect(explorer.page.locator("[data-actions]")).to_have_count(0)
    expect(explorer.card("What to do").get_by_role("button", name="Done")).to_have_count(0)


def test_the_report_is_saved_as_markdown(explorer: NowPage) -> None:
    explorer.open("incident/A-oms")
    with explorer.page.expect_download() as download:
        explorer.page.get_by_role("button", name="Save as Markdown").click()

    assert download.value.suggested_filename == "A-oms.md"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("# incident:A-oms")
    assert "#/incident/A-oms?asOf=" in text
