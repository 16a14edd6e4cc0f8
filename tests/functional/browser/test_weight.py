"""What the explorer asks of a network: bytes as they come over it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from api.web_files import web_files
from tests.functional.browser.explorer import Explorer

FIRST_VIEW, AT_START, ALL_VIEWS = 150_000, 260_000, 1_500_000
"""What the first view needs; with the modules of the other views, which follow; all that is looked at."""
OTHERS = (
    "incident/F-queues",
    "radius?failure=F-queues",
    "topology?element=system:oms&whatif=1",
    "order/O-001900",
    "overdue",
    "records",
)


@dataclass
class Received:
    """Bytes of each answer that has come, by its address."""

    address_of: dict[str, str] = field(default_factory=dict)
    sizes: list[tuple[str, float]] = field(default_factory=list)

    def total(self) -> float:
        return sum(size for _, size in self.sizes)

    def of_first_view(self) -> float:
        """Without the modules that the page does not load at once."""
        at_once = set(re.findall(r'(?:href|src)="(/web/[^"]+)"', web_files().text("index.html")))
        return sum(
            size
            for address, size in self.sizes
            if not urlsplit(address).path.endswith(".js") or urlsplit(address).path in at_once
        )


@pytest.fixture
def received(page: Page) -> Iterator[Received]:
    received = Received()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on(
        "Network.responseReceived",
        lambda got: received.address_of.update({got["requestId"]: got["response"]["url"]}),
    )
    network.on(
        "Network.loadingFinished",
        lambda got: received.sizes.append(
            (received.address_of.get(got["requestId"], ""), got["encodedDataLength"])
        ),
    )
    yield received


def test_the_first_view_is_light_and_all_of_them_are_not_heavy(
    page: Page, demo: str, received: Received
) -> None:
    explorer = Explorer(page, demo)
    explorer.open()
    explorer.wait_until_live()
    expect(page.locator("html")).to_have_attribute("data-views", "loaded")
    assert 10_000 < received.of_first_view() < FIRST_VIEW
    assert received.of_first_view() < received.total() < AT_START

    for view in OTHERS:
        explorer.page.goto(f"{demo}/#/{view}")
        explorer.heading.wait_for()
        expect(page.locator(".loading")).to_have_count(0)
    assert received.total() < ALL_VIEWS
