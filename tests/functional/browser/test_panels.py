"""The panels of one element say the same of it: the map, its card, and the path that explains it."""

import pytest
from playwright.sync_api import Page, expect

from tests.functional.browser.explorer import Explorer

CASES = {"SCHEMA_MISMATCH": "rejecting", "OUTAGE": "rejecting and blocked", "BACKLOG": "delayed"}


@pytest.mark.parametrize(("failure_class", "effect"), CASES.items())
def test_an_element_has_one_effect_on_all_panels(
    page: Page, demo: str, failure_class: str, effect: str
) -> None:
    failure = f"target=integration:pick-confirm&class={failure_class}&delay=PT40M&from=2026-03-02T08:00:00Z"
    Explorer(page, demo).open(f"radius?{failure}&as=map&element=integration:pick-confirm")
    card = page.locator(".picked")

    expect(page.locator(".map-frame .box.chosen title")).to_contain_text(effect)
    for each in effect.split(" and "):
        expect(card.locator(".badge").get_by_text(each, exact=True)).to_be_visible()
        expect(card.locator(".hops").filter(has_text=f"{each} from").first).to_be_visible()
