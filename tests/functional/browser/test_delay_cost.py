"""What each hour costs, and which failure to end first: on the page of a blast radius and on a card."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from graph_models.time import MINUTE
from tests.functional.browser.barriers import barriers
from tests.functional.browser.conftest import DEMO_NOW, ZONE
from tests.functional.browser.estimates import ESTIMATE, shown
from tests.functional.browser.explorer import Explorer, NowPage
from tests.functional.http.serving import Api
from tests.functional.http.shop import event

ESTIMATES = f"{{ orders {ESTIMATE} promisesMissed {ESTIMATE} postings {ESTIMATE} }}"
TO_COME = "toCome { affected { expected low high possible } }"
COSTS = f"delaySentence costOfDelay {{ endsIn reason estimates {ESTIMATES} {TO_COME} }}"
ADDED = f"contributions {{ failure {{ id }} alone {ESTIMATES} adds {ESTIMATES} }}"
PENT_UP = {"target": "system:tms", "class": "OUTAGE", "startedAt": "2026-03-02T09:30:00Z"}


class CostPage(Explorer):
    """A blast radius, at what each hour costs."""

    @property
    def section(self) -> Locator:
        return self.card("What each hour costs")

    def show(self, where: str = "radius") -> None:
        self.open(where)
        self.section.scroll_into_view_if_needed()
        self.section.get_by_text("Figures by end").click()

    def rows(self, label: str) -> list[list[str]]:
        """The cells of the table of this name."""
        rows = self.section.get_by_role("region", name=label).locator("tbody tr").all()
        return [row.locator("th, td").all_inner_texts() for row in rows]


@pytest.fixture
def costs(page: Page, demo: str) -> CostPage:
    return CostPage(page, demo)


def on_page(sentence: str) -> str:
    """The page names its zone once, in its frame."""
    assert ZONE in sentence
    return sentence.replace(f" {ZONE}", "")


def cells(estimate: dict[str, Any]) -> list[str]:
    return [shown(estimate), f"{estimate['low']:,.0f} to {estimate['high']:,.0f}"]


def test_the_figures_are_those_of_graphql(costs: CostPage, api: Api) -> None:
    said = api.ask(f"query ($zone: String) {{ blastRadius(timezone: $zone) {{ {COSTS} }} }}", zone=ZONE)[
        "blastRadius"
    ]
    costs.show()

    expect(costs.section.locator(".lead")).to_have_text(on_page(said["delaySentence"]))
    assert [row[2:9] for row in costs.rows("Cost by the end of the failures")] == [
        [
            *cells(point["estimates"]["promisesMissed"]),
            *cells(point["estimates"]["orders"]),
            *cells(point["toCome"]["affected"]),
            shown(point["estimates"]["postings"]),
        ]
        for point in said["costOfDelay"]
    ]
    expect(costs.section.locator(".delay-dot")).to_have_count(len(said["costOfDelay"]))


def test_of_several_failures_it_says_which_to_end_first(costs: CostPage, api: Api) -> None:
    said = api.ask(f"{{ blastRadius {{ {ADDED} }} }}")["blastRadius"]["contributions"]
    costs.show()

    costs.section.get_by_role("heading", name="Which to end first").wait_for()
    rows = costs.rows("Which to end first")
    assert [row[0] for row in rows] == [each["failure"]["id"].removeprefix("failure:") for each in said]
    for row, each in zip(rows, said, strict=True):
        for text, part in zip(row[1:], (each["adds"], each["alone"]), strict=True):
            assert f"{shown(part['promisesMissed'])} promise" in text
            assert f"{shown(part['orders'])} order" in text


def test_a_run_that_makes_the_cost_grow_faster_is_marked_and_named(costs: CostPage, api: Api) -> None:
    said = api.ask(
        "query ($suppose: [FailureInput!], $zone: String) { "
        "blastRadius(suppose: $suppose, timezone: $zone) { costOfDelay { reason } } }",
        suppose=[PENT_UP],
        zone=ZONE,
    )["blastRadius"]["costOfDelay"]
    reasons = [point["reason"] for point in said if point["reason"]]
    costs.show(f"radius?target={PENT_UP['target']}&class=OUTAGE&from={PENT_UP['startedAt']}")

    named = costs.section.get_by_role("list", name="Where the cost grows faster").get_by_role("listitem")
    assert reasons
    expect(named).to_have_count(len(reasons))
    expect(costs.section.locator(".delay-mark")).to_have_text([str(n + 1) for n in range(len(reasons))])
    for n, reason in enumerate(reasons):
        expect(named.nth(n)).to_contain_text(on_page(reason))


def test_it_is_asked_when_shown_and_on_update_and_not_with_each_event(
    costs: CostPage, api: Api, demo: str
) -> None:
    sent: list[str] = []
    costs.page.on(
        "request", lambda request: sent.append("asked") if "DelayCost" in (request.post_data or "") else None
    )
    costs.show()
    costs.wait_until_live()
    costs.section.locator(".lead").wait_for()
    order = api.ask(
        "{ blastRadius { orders(first: 1, where: { bands: [STUCK] }) { edges { node { order { id } } } } } }"
    )["blastRadius"]["orders"]["edges"][0]["node"]["order"]["id"]
    before = costs.page.locator("#headline").inner_text()

    cancelled = event("order.cancelled", DEMO_NOW - MINUTE, {"order": order[6:]}, "no longer wanted")
    httpx.post(
        f"{demo}/events", content=cancelled, headers={"content-type": "application/cloudevents+json"}
    ).raise_for_status()
    expect(costs.page.locator("#headline")).not_to_have_text(before)
    assert sent == ["asked"]

    with costs.page.expect_request(lambda request: "DelayCost" in (request.post_data or "")):
        costs.section.get_by_role("button", name="Update").click()
    assert sent == ["asked", "asked"]


def test_the_section_keeps_nobody_out(costs: CostPage) -> None:
    costs.show()
    costs.section.get_by_role("heading", name="Which to end first").wait_for()

    assert barriers(costs.page) == []


def test_the_card_of_a_failure_says_what_an_hour_of_it_costs(page: Page, demo: str, api: Api) -> None:
    now_page = NowPage(page, demo)
    now_page.open()
    for failure in now_page.failures():
        said = api.ask(
            "query ($failures: [ID!], $zone: String) { blastRadius(failures: $failures, timezone: $zone) { "
            'delaySentence(ends: ["PT0S", "PT1H", "PT2H"]) } }',
            failures=[failure],
            zone=ZONE,
        )["blastRadius"]["delaySentence"]
        card = page.locator(now_page.of(failure))
        card.scroll_into_view_if_needed()
        expect(card.locator(".hour-cost")).to_have_text(on_page(said))
