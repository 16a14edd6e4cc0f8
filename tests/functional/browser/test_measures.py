"""The page of measures: charts of weeks and months, with a table behind each."""

from playwright.sync_api import Page, expect

from tests.functional.browser.barriers import barriers


def test_charts_have_their_figures_fit_a_phone_and_keep_nobody_out(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 844})
    page.goto(f"{address}/#/measures?by=month")
    expect(page.get_by_role("heading", name="Incidents", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="By month")).to_have_attribute("aria-current", "true")

    page.get_by_text("Figures: Incidents, in numbers", exact=True).click()
    table = page.get_by_role("table", name="Incidents, in numbers")
    expect(table.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="Owner", exact=True).click()
    expect(page.get_by_role("list", name="Incidents by owner")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of Incidents", exact=True).click()
    assert download.value.suggested_filename == "measures-incidents.csv"

    assert barriers(page) == []
