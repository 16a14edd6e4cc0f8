"""The architect's pages: dependencies of an element, paths between two, what changed, and what-if."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from graph_models.time import HOUR, moment
from tests.functional.browser.conftest import DEMO_NOW, ZONE
from tests.functional.browser.estimates import asked, rounded, shown
from tests.functional.browser.map_pages import MapPage
from tests.functional.http.serving import Api
from tests.functional.http.shop import TOPOLOGY

LABELS = {
    "orders": "Affected orders",
    "stuck": "Stuck now",
    "exposed": "Exposed",
    "upcoming": "Upcoming",
    "promisesMissed": "Promises missed",
    "tasks": "Tasks",
}
COUNTS = asked(*LABELS)


class TopologyPage(MapPage):
    def find(self, label: str, text: str) -> None:
        """Types into the field and takes the first that is found."""
        self.page.get_by_label(label).fill(text)
        self.page.keyboard.press("Enter")

    def beside(self, label: str) -> list[str]:
        """Today, with it, and the difference."""
        row = self.page.locator("table.beside tr").filter(
            has=self.page.get_by_role("rowheader", name=label, exact=True)
        )
        return [cell.inner_text() for cell in row.get_by_role("cell").all()][:3]


@pytest.fixture
def topology(page: Page, demo: str) -> TopologyPage:
    return TopologyPage(page, demo)


@pytest.fixture
def shop(address: str) -> Iterator[Api]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield Api(client)


def test_everything_is_shown_in_groups_with_what_is_impaired_now(topology: TopologyPage) -> None:
    topology.open("topology")

    expect(topology.box("system:store-queues")).to_have_class("box effect-delayed phase-now failed")
    expect(topology.box("in:workflow:ship-from-store")).to_have_accessible_name(
        "Ship from store, workflow, 7 elements, 2 stale until 12:30"
    )
    assert 20 <= len(topology.boxes()) <= 150


def test_an_element_is_found_by_a_part_of_its_name(topology: TopologyPage, api: Api) -> None:
    topology.open("topology")
    topology.find("Find an element", "order manag")

    expect(topology.page.get_by_role("heading", name="Order management")).to_be_visible()
    said = api.ask(
        '{ element(id: "system:oms") { dependents(depth: 1, first: 500) { totalCount edges { node { id } } } '
        "dependencies(depth: 1) { totalCount } } }"
    )["element"]
    expect(topology.page.locator("main")).to_contain_text(
        f"Needs {said['dependencies']['totalCount']}, needed by {said['dependents']['totalCount']}, up to 1 "
        "hop away."
    )
    assert topology.boxes() == {"system:oms"} | {edge["node"]["id"] for edge in said["dependents"]["edges"]}


@pytest.mark.parametrize(("depth", "asked"), [("2", "2"), ("all", "null")])
def test_what_hangs_on_an_element_is_as_far_as_asked(
    topology: TopologyPage, api: Api, depth: str, asked: str
) -> None:
    topology.open(f"topology?element=data:inventory.allocation&depth={depth}&side=dependents")

    said = api.ask(
        '{ element(id: "data:inventory.allocation") '
        f"{{ dependents(depth: {asked}, first: 500) {{ totalCount edges {{ node {{ id }} }} }} }} }}"
    )["element"]
    expect(topology.card("What needs it").get_by_role("listitem")).to_have_count(
        said["dependents"]["totalCount"]
    )
    drawn = {edge["node"]["id"] for edge in said["dependents"]["edges"]} - {"workflow:ship-from-store"}
    assert topology.boxes() == {"data:inventory.allocation"} | drawn, (
        "a workflow is drawn as the steps that it has"
    )


def test_what_an_element_needs_stands_on_its_left_what_needs_it_on_its_right(topology: TopologyPage) -> None:
    topology.open("topology?element=integration:reservations")

    def left(identifier: str) -> float:
        box = topology.box(identifier).bounding_box()
        assert box is not None
        return box["x"]

    assert left("system:store-queues") < left("integration:reservations") < left("data:inventory.allocation")


def test_a_click_on_a_box_goes_on_to_it_and_the_back_button_returns(topology: TopologyPage) -> None:
    topology.open("topology?element=integration:reservations")
    topology.box("system:store-queues").click()
    expect(topology.page.get_by_role("heading", name="Store fulfilment queues")).to_be_visible()

    topology.page.go_back()
    expect(topology.page.get_by_role("heading", level=2, name="reservations")).to_be_visible()


def test_a_group_is_opened_and_closed_in_place(topology: TopologyPage) -> None:
    topology.open("topology")
    topology.box("in:system:oms").locator("[data-toggle]").click()
    topology.box("integration:reservations").wait_for(state="attached")
    assert "open=in:system:oms" in topology.params

    topology.page.get_by_role("button", name="Close Order management").click()
    expect(topology.box("in:system:oms")).to_be_attached()


def test_a_group_is_opened_and_closed_with_the_keyboard(topology: TopologyPage) -> None:
    topology.open("topology")
    topology.box("in:system:inventory").focus()
    topology.page.keyboard.press("Space")
    expect(topology.box("system:inventory")).to_be_focused()

    topology.page.keyboard.press("Backspace")
    expect(topology.box("in:system:inventory")).to_be_focused()


def test_a_view_that_a_person_chose_stays_while_groups_are_opened(topology: TopologyPage) -> None:
    topology.open("topology")
    topology.page.get_by_label("Zoom in").click()
    chosen = topology.map.evaluate("sheet => sheet.style.transform")
    topology.box("in:workflow:ship-from-store").locator("[data-toggle]").click()
    topology.box("step:ship-from-store/pick").wait_for(state="attached")

    assert topology.map.evaluate("sheet => sheet.style.transform") == chosen


def test_the_list_leads_to_the_same_elements(topology: TopologyPage) -> None:
    topology.open("topology?as=list")
    topology.page.get_by_role("button", name="Message broker").click()

    expect(topology.page.get_by_role("heading", name="Message broker")).to_be_visible()


def test_the_paths_between_two_elements_are_listed_and_highlighted(topology: TopologyPage, api: Api) -> None:
    topology.open("topology?element=system:oms")
    topology.find("Path to", "ship-from-store/pick")

    ways = api.ask(
        '{ paths(from: "system:oms", to: "step:ship-from-store/pick", first: 20) { sentence hops { from to } '
        "} }"
    )["paths"]
    shown = topology.page.locator(".ways li")
    expect(shown).to_have_count(len(ways))
    topology.page.locator(".ways a").nth(2).click()
    expect(shown.nth(2)).to_contain_text(ways[2]["sentence"])
    expect(topology.page.locator(".ways a[aria-current]")).to_have_count(1)
    assert topology.boxes(".box.lit") == {
        identifier for hop in ways[2]["hops"] for identifier in hop.values()
    }


def test_two_without_a_path_between_them_show_none(topology: TopologyPage) -> None:
    topology.open("topology?element=system:bank&to=system:loyalty")

    expect(topology.page.get_by_role("heading", name="No path")).to_be_visible()


def test_an_element_that_does_not_exist_is_reported(topology: TopologyPage) -> None:
    topology.open("topology?element=system:nothing")

    expect(topology.page.get_by_role("heading", name="system:nothing not found")).to_be_visible()


def test_a_what_if_stands_beside_today_with_the_difference(topology: TopologyPage, api: Api) -> None:
    topology.open("topology?element=system:wms")
    topology.page.get_by_role("link", name="What if it failed").click()
    topology.page.get_by_label("Class").select_option("LATENCY")
    topology.page.get_by_label("Delay").select_option("PT2H")
    topology.page.get_by_label("From").select_option("1")
    topology.page.get_by_label("Duration").select_option("4")
    topology.page.get_by_label("Regions").fill("uk, emea-north")
    topology.page.keyboard.press("Tab")

    supposed = {
        "target": "system:wms",
        "class": "LATENCY",
        "delay": "PT2H",
        "startedAt": moment(DEMO_NOW + HOUR).isoformat(),
        "expectedEnd": moment(DEMO_NOW + 5 * HOUR).isoformat(),
        "scope": {"regions": ["uk", "emea-north"]},
    }
    query = f"""query ($s: [FailureInput!], $zone: String) {{ today: blastRadius {{ totals {{ {COUNTS} }} }}
      alone: blastRadius(suppose: $s, timezone: $zone) {{ headline }}
      both: blastRadius(failures: ["F-stock", "F-queues"], suppose: $s) {{ totals {{ {COUNTS} }} }} }}"""
    said = api.ask(query, s=[supposed], zone=ZONE)
    headline = said["alone"]["headline"].replace(f" {ZONE}", "")
    expect(topology.page.locator("#headline")).to_have_text(headline)
    for name, label in LABELS.items():
        of_today, of_both = (said[part]["totals"]["estimates"][name] for part in ("today", "both"))
        today, both = rounded(of_today), rounded(of_both)
        difference = "none" if both == today else f"{'+' if both > today else '−'}{abs(both - today):,}"  # noqa: RUF001 - a minus, as it is printed
        assert topology.beside(label) == [shown(of_today), shown(of_both), difference]


def test_a_what_if_opens_as_a_blast_radius_of_its_own(topology: TopologyPage) -> None:
    topology.open("topology?element=system:wms&whatif=1&class=LATENCY&delay=PT2H")
    headline = topology.page.locator("#headline").inner_text()
    topology.page.get_by_role("link", name="Open as blast radius").click()

    expect(topology.heading).to_have_text("What if: latency of system:wms")
    expect(topology.page.locator("#headline")).to_have_text(headline)


def test_what_if_asks_for_an_element_where_none_is_chosen(topology: TopologyPage) -> None:
    topology.open("topology?whatif=1")
    topology.box("system:broker").click()

    expect(topology.page.get_by_role("heading", name="What if Message broker failed")).to_be_visible()


def test_versions_are_compared(page: Page, address: str, shop: Api) -> None:
    changed = TOPOLOGY.read_text(encoding="utf-8").replace(
        "systems:\n", "systems:\n  parrot: {name: Parrot, owner: orders, tier: 3}\n", 1
    )
    applied = shop.ask(
        "mutation ($yaml: String!) { applyTopology(yaml: $yaml) { topology { id } problems { message } } }",
        yaml=changed,
    )["applyTopology"]
    assert applied["problems"] == []
    versions = TopologyPage(page, address)
    versions.open("topology?versions=1")

    expect(versions.page.get_by_role("row", name=f"{applied['topology']['id']} (current)")).to_be_visible()
    expect(versions.page.locator("main")).to_contain_text("1 element new, 0 removed, 0 fields changed.")
    versions.page.get_by_role("link", name="system:parrot").click()
    expect(versions.page.get_by_role("heading", name="Parrot")).to_be_visible()
