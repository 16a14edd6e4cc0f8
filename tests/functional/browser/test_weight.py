"""What the explorer asks of a network: bytes as they come over it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.functional.browser.explorer import Explorer

FIRST_VIEW, ALL_VIEWS = 150_000, 1_500_000
OTHERS = (
    "radius?failure=F-queues",
    "topology?element=system:oms&whatif=1",
    "order/O-001900",
    "overdue",
    "records",
)


@pytest.fixture
def bytes_of(page: Page) -> Iterator[list[int]]:
    """Of each answer that has come."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda finished: sizes.append(finished["encodedDataLength"]))
    yield sizes


def test_the_first_view_is_light_and_all_of_them_are_not_heavy(
    page: Page, demo: str, bytes_of: list[int]
) -> None:
    explorer = Explorer(page, demo)
    explorer.open()
    explorer.wait_until_live()
    assert 10_000 < sum(bytes_of) < FIRST_VIEW

    for view in OTHERS:
        explorer.page.goto(f"{demo}/#/{view}")
        explorer.heading.wait_for()
        expect(page.locator(".loading")).to_have_count(0)
    assert sum(bytes_of) < ALL_VIEWS
