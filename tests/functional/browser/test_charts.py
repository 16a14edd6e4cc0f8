"""Charts: their figures are those of GraphQL, a table is behind each, and none moves what is above it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.functional.browser.barriers import barriers
from tests.functional.browser.estimates import ESTIMATE, shown
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import Api

FLOW, HEAT, RECORDS = "Flow of the affected orders", "By region and location", "Records by type and cause"
GROUPS = f"""{{ blastRadius {{
  steps: breakdown(by: [STEP]) {{ key estimates {{ orders {ESTIMATE} stuck {ESTIMATE} }} }}
  regions: breakdown(by: [REGION]) {{ key estimates {{ orders {ESTIMATE} }} }}
  locations: breakdown(by: [LOCATION]) {{ key estimates {{ orders {ESTIMATE} }} }}
  recordCauses {{ expected }}
}} }}"""


@pytest.fixture
def radius(page: Page, demo: str) -> Explorer:
    explorer = Explorer(page, demo)
    explorer.open("radius?as=list")
    return explorer


def seen(explorer: Explorer, title: str) -> Locator:
    card = explorer.card(title)
    card.scroll_into_view_if_needed()
    expect(card.locator("summary", has_text="Figures")).to_be_visible()
    return card


def table(card: Locator) -> list[list[str]]:
    card.locator("summary", has_text="Figures").click()
    rows = card.locator("tbody tr")
    expect(rows.first).to_be_visible()
    return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows.all()]


def test_the_flow_has_the_orders_of_each_step(radius: Explorer, api: Api) -> None:
    rows = table(seen(radius, FLOW))

    steps = api.ask(GROUPS)["blastRadius"]["steps"]
    here = sorted(round(step["estimates"]["orders"]["expected"]) for step in steps)
    assert sorted(int(row[1]) for row in rows if row[1] != "0") == [each for each in here if each]


def test_a_held_step_filters_the_page(radius: Explorer) -> None:
    seen(radius, FLOW).locator(".flow-held a").first.click()

    expect(radius.page.get_by_role("region", name="Filters")).to_contain_text("Current step")


def test_the_tiles_have_the_orders_of_each_region_and_location(radius: Explorer, api: Api) -> None:
    card = seen(radius, HEAT)
    said = api.ask(GROUPS)["blastRadius"]
    regions = {group["key"]["REGION"]: shown(group["estimates"]["orders"]) for group in said["regions"]}

    for region, orders in regions.items():
        tile = card.locator(".heat-row > .tile", has_text=region)
        assert f"{region}: {orders} orders" in (tile.get_attribute("title") or "")
    rows = table(card)
    assert sorted(row[2] for row in rows) == sorted(
        shown(group["estimates"]["orders"]) for group in said["locations"]
    )


def test_records_add_up_to_their_causes(radius: Explorer, api: Api) -> None:
    card = seen(radius, RECORDS)
    bars = [float(text.replace(",", "")) for text in card.locator(".cause-bars .figure").all_inner_texts()]

    total = sum(cause["expected"] for cause in api.ask(GROUPS)["blastRadius"]["recordCauses"])
    assert abs(sum(bars) - total) <= len(bars) / 2
    assert len(table(card)) > len(bars)


def test_a_chart_that_loads_late_moves_nothing_above_it(radius: Explorer) -> None:
    places = "() => [...document.querySelectorAll('main > *')].map((card) => card.offsetTop)"
    costs = radius.card("What each hour costs")
    costs.scroll_into_view_if_needed()
    expect(costs.locator(".lead")).to_be_visible()
    for title in (FLOW, HEAT, RECORDS):
        before = radius.page.evaluate(places)
        at = radius.card(title).evaluate("card => [...card.parentElement.children].indexOf(card)")
        seen(radius, title)
        assert radius.page.evaluate(places)[: at + 1] == before[: at + 1]


def test_the_charts_keep_nobody_out(radius: Explorer) -> None:
    for title in (FLOW, HEAT, RECORDS):
        table(seen(radius, title))

    assert barriers(radius.page) == []


def test_the_incidents_of_the_week_have_the_failures_of_graphql(page: Page, demo: str, api: Api) -> None:
    explorer = Explorer(page, demo)
    explorer.open()
    card = seen(explorer, "Incidents of the last 7 days")
    expect(card.locator(".week-lane").first).to_be_visible()

    failures = api.ask("{ failures { edges { node { summary endedAt } } } }")["failures"]["edges"]
    rows = table(card)
    assert [row[0] for row in rows] == [failure["node"]["summary"] for failure in failures]
    assert [row[3] == "active" for row in rows] == [not failure["node"]["endedAt"] for failure in failures]
    assert barriers(page) == []
