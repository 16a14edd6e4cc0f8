"""Takes the pictures of docs/images: each main view of the explorer over a retailer made up from a seed, at a
fixed moment.

    python -m scripts.picture_explorer

Run it after a change of what the page looks like and commit what it writes. It needs chromium (`make
browser`).
"""

import base64
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, expect, sync_playwright

from api.app import create_app
from graph_models.time import parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served

IMAGES = Path(__file__).parent.parent / "docs" / "images"
NOW = parse_moment("2026-03-02T17:00:00Z")
ORDERS, SEED = 10_000, 1
QUALITY = 70
WIDE, TALL, NARROW = (1280, 800), (1280, 1400), (390, 844)
MAP = ".map-frame .box"
STUCK = (
    '{ orders(first: 1, where: { bands: [STUCK], regions: ["emea-north"] }, orderBy: PROMISE_ASC) { edges { '
    "node { id } } } }"
)


@dataclass(frozen=True)
class Picture:
    name: str
    where: str
    """Address of the state; {order}: an order that a failure holds."""
    size: tuple[int, int] = WIDE
    dark: bool = False
    until: str = "main h1"
    """Selects what must be there before it is taken."""
    scroll: str | None = None
    """Selects what stands at the top; None: the begin of the page."""


PICTURES = (
    Picture("now", ""),
    Picture("now-phone", "", size=NARROW),
    Picture("incident", "incident/F-queues", size=TALL),
    Picture("incident-phone-dark", "incident/F-queues", size=NARROW, dark=True),
    Picture("radius", "radius?failure=F-queues", size=TALL, until=MAP),
    Picture("radius-phone", "radius?failure=F-queues", size=NARROW),
    Picture("radius-charts", "radius", size=(1280, 1380), until=".flow-step", scroll=".flow-card"),
    Picture("what-if", "topology?element=system:oms&whatif=1", size=TALL, until=MAP),
    Picture("order", "order/{order}"),
    Picture("order-phone-dark", "order/{order}", size=NARROW, dark=True),
    Picture("overdue", "overdue"),
    Picture("records", "records"),
    Picture(
        "radius-map-dark", "radius?element=data:inventory.allocation", until=MAP, dark=True, scroll="#map"
    ),
    Picture("topology", "topology", size=(1280, 1000), until=MAP),
)


def take(browser: Browser, address: str, picture: Picture, order: str) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/#/{picture.where.format(order=order)}")
    page.locator(picture.until).first.wait_for()
    expect(page.locator(".loading")).to_have_count(0, timeout=20_000)
    expect(page.locator(".live.connecting")).to_have_count(0)
    for _ in range(2 if picture.scroll else 0):  # what stands above may have grown when it was loaded
        page.locator(picture.scroll or "main").evaluate("element => element.scrollIntoView()")
        page.wait_for_load_state("networkidle")  # what loads only when it is seen
        expect(page.locator(".loading")).to_have_count(0, timeout=20_000)
    taken = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
    )  # a third of what a PNG takes
    (IMAGES / f"{picture.name}.webp").write_bytes(base64.b64decode(taken["data"]))
    context.close()


def main() -> None:
    wanted = sys.argv[1:]
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = open_store(folder, now=lambda: NOW)
        load_demo(store, ORDERS, NOW, SEED)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with (
            served(create_app(store, Settings(), now=lambda: NOW)) as address,
            httpx.Client(base_url=address, timeout=60) as client,
        ):
            order = Api(client).ask(STUCK)["orders"]["edges"][0]["node"]["id"].removeprefix("order:")
            for picture in PICTURES:
                if not wanted or picture.name in wanted:
                    take(browser, address, picture, order)
                    sys.stdout.write(f"{picture.name}\n")
        browser.close()
        store.close()


if __name__ == "__main__":
    main()
