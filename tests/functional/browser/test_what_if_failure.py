"""What if a failure on record ended earlier, or went on for longer."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from graph_models.time import moment
from tests.functional.browser.conftest import DEMO_NOW
from tests.functional.browser.explorer import NowPage
from tests.functional.http.serving import Api

FAILURE = '{ node(id: "failure:F-queues") { ... on Failure { class startedAt expectedEnd scope } } }'
ENDED = """query ($suppose: [FailureInput!], $others: [ID!]) {
  blastRadius(failures: $others, suppose: $suppose) { totals { estimates { orders { expected } } } } }"""


def test_it_starts_from_the_failure_and_is_ended_or_extended(page: Page, demo: str, api: Api) -> None:
    failure = api.ask(FAILURE)["node"]
    now_page = NowPage(page, demo)
    now_page.open()
    page.get_by_role("link", name="What if … with failure:F-queues").click()

    expect(page.get_by_label("Class")).to_have_value(failure["class"])
    expect(page.get_by_label("Regions")).to_have_value(", ".join(failure["scope"]["regions"]))
    hours = (instant(failure["expectedEnd"]) - instant(failure["startedAt"])) / timedelta(hours=1)
    expect(page.get_by_label("Duration")).to_have_value(f"{hours:g}")
    differences = page.locator("table.beside").first.locator("td:nth-child(4)")
    expect(differences).to_have_text(["none"] * differences.count())

    page.get_by_role("group", name="When it ends").get_by_role("link", name="now", exact=True).click()
    row = page.get_by_role("row", name="Affected orders").first
    others = [one for one in active_failures(api) if one != "failure:F-queues"]
    suppose = {
        "id": "failure:F-queues",
        "target": "system:store-queues",
        "class": failure["class"],
        "startedAt": failure["startedAt"],
        "endedAt": moment(DEMO_NOW).isoformat(),
        "scope": {"regions": failure["scope"]["regions"]},
        **given(api),
    }
    ended = api.ask(ENDED, suppose=[suppose], others=others)["blastRadius"]["totals"]["estimates"]["orders"]
    expect(row.locator("td").nth(1)).to_have_text(f"{round(ended['expected']):,}")


def given(api: Api) -> dict[str, str]:
    query = '{ node(id: "failure:F-queues") { ... on Failure { delay drain } } }'
    return {name: value for name, value in api.ask(query)["node"].items() if value}


def active_failures(api: Api) -> list[str]:
    return [one["id"] for one in api.ask("{ blastRadius { failures { id } } }")["blastRadius"]["failures"]]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
