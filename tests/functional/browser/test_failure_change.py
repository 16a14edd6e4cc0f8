"""A failure is extended, corrected, resolved and reported on the page: what would change comes first."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from graph_models.time import HOUR, MINUTE, moment
from tests.functional.browser.conftest import DEMO_NOW
from tests.functional.browser.explorer import Explorer, NowPage
from tests.functional.http.serving import Api

REPORT = "mutation ($input: FailureInput!) { reportFailure(input: $input) { problems { message } } }"
RESOLVE = "mutation ($id: ID!) { resolveFailure(id: $id) { problems { message } } }"
FAILURES = (
    "{ failures(active: true) { edges { node { id severity summary expectedEnd endedAt target { id } } } } }"
)
REPORTED = {
    "target": "system:oms",
    "class": "OUTAGE",
    "startedAt": moment(DEMO_NOW - 10 * MINUTE).isoformat(),
    "expectedEnd": moment(DEMO_NOW + HOUR).isoformat(),
    "summary": "Order management is down",
}


@pytest.fixture
def failure(api: Api, request: pytest.FixtureRequest) -> Iterator[str]:
    """Full id of a failure of the test's own."""
    key = f"F-{request.node.name}"
    api.ask(REPORT, input=REPORTED | {"id": key})
    yield f"failure:{key}"
    api.ask(RESOLVE, id=key)


@pytest.fixture
def card(page: Page, demo: str, failure: str) -> Locator:
    """The card of the failure on the page."""
    now_page = NowPage(page, demo)
    now_page.open()
    now_page.wait_until_live()
    return page.locator(now_page.of(failure))


def on_record(api: Api) -> dict[str, dict[str, str | None]]:
    return {edge["node"]["id"]: edge["node"] for edge in api.ask(FAILURES)["failures"]["edges"]}


def figure(card: Locator, name: str, column: int) -> str:
    return card.locator(f"[data-figure={name}] td").nth(column).inner_text()


def test_three_clicks_extend_a_failure_and_the_second_shows_what_would_change(
    card: Locator, failure: str, api: Api
) -> None:
    card.get_by_role("button", name="Extend or resolve").click()
    card.get_by_role("button", name="4 h", exact=True).click()
    confirm = card.get_by_role("button", name="Confirm")
    expect(confirm).to_be_enabled()

    now, then = (int(figure(card, "orders", column).replace(",", "")) for column in (0, 1))
    assert then >= now > 0
    assert on_record(api)[failure]["expectedEnd"] == moment(DEMO_NOW + HOUR).strftime("%FT%TZ")

    confirm.click()
    expect(card.locator("[data-change]")).to_have_count(0)
    end = moment(DEMO_NOW + 5 * HOUR).strftime("%FT%TZ")
    assert on_record(api)[failure]["expectedEnd"] == end


def test_three_clicks_resolve_a_failure(card: Locator, failure: str, api: Api) -> None:
    card.get_by_role("button", name="Extend or resolve").click()
    card.get_by_role("button", name="Resolve now").click()
    card.get_by_role("button", name="Confirm").click()

    expect(card.get_by_role("button", name="Extend or resolve")).to_have_count(0)
    expect(card.locator("[data-change]")).to_have_count(0)
    assert failure not in on_record(api)


def test_a_correction_sends_what_differs_and_back_changes_nothing(
    card: Locator, failure: str, api: Api
) -> None:
    before = on_record(api)[failure]
    card.get_by_role("button", name="Extend or resolve").click()
    card.get_by_text("Correct other fields").click()
    card.get_by_label("Severity").select_option("CRITICAL")
    card.get_by_label("Summary").fill("All of order management is down")
    card.get_by_role("button", name="Show what would change").click()
    expect(card.get_by_role("button", name="Confirm")).to_be_enabled()
    card.get_by_role("button", name="Back").click()
    assert on_record(api)[failure] == before

    card.get_by_text("Correct other fields").click()
    card.get_by_label("Severity").select_option("CRITICAL")
    card.get_by_role("button", name="Show what would change").click()
    card.get_by_role("button", name="Confirm").click()

    expect(card.locator("[data-change]")).to_have_count(0)
    assert on_record(api)[failure] == before | {"severity": "CRITICAL"}


def test_problems_are_shown_and_cannot_be_confirmed(card: Locator) -> None:
    card.get_by_role("button", name="Extend or resolve").click()
    card.get_by_text("Correct other fields").click()
    card.get_by_label("Expected end (UTC)").fill("2020-01-01T00:00")
    card.get_by_role("button", name="Show what would change").click()

    expect(card.get_by_role("alert")).to_contain_text("expectedEnd is before startedAt")
    expect(card.get_by_role("button", name="Confirm")).to_be_disabled()


def test_a_what_if_that_has_happened_is_reported(page: Page, demo: str, api: Api) -> None:
    explorer = Explorer(page, demo)
    explorer.open("topology?element=system:erp&whatif=1")
    page.get_by_label("Describe what is known").fill("The ledger does not answer")
    page.get_by_role("button", name="Report as a failure").click()
    page.get_by_role("button", name="Confirm", exact=True).click()

    page.locator("[data-failure]", has_text="The ledger does not answer").wait_for(state="attached")
    (reported,) = [each for each in on_record(api).values() if each["target"] == {"id": "system:erp"}]
    api.ask(RESOLVE, id=reported["id"])
