"""A browser that may load nothing from anywhere else and must not complain, and the servers that it looks
at.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.app import create_app
from graph_models.time import Millis
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, fill

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = Path(__file__).parents[3] / "build" / "browser"
"""What each test saw last."""
DEMO_NOW: Millis = NOW
DEMO_ORDERS = 2000
PATIENCE = 90_000
"""Milliseconds until something that should come counts as not coming: what is tested is that it comes, on
however busy a machine.
"""
ZONE = "Europe/Berlin"


@dataclass
class Watched:
    """A page, with what it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )

    def elsewhere(self) -> list[str]:
        """Addresses beyond this computer."""
        return [url for url in self.asked if urlsplit(url).hostname not in ("127.0.0.1", None)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    assert found, "there is no chromium: run `make browser`"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(found), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A fresh page; at the end it is pictured, nothing may have been asked of another host, and nothing
    complained of.
    """
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        timezone_id=ZONE,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE)
    watched = Watched(context.new_page())
    watched.watch()
    yield watched
    PICTURES.mkdir(parents=True, exist_ok=True)
    watched.page.screenshot(path=PICTURES / f"{request.node.name}.png")
    context.close()
    assert watched.elsewhere() == []
    assert watched.complaints == []


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small shop with one failure."""
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, 12)
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        yield address
    store.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo's retailer with its two live failures, for the tests of a module; its clock stands still."""
    store = open_store(str(tmp_path_factory.mktemp("demo")), now=lambda: DEMO_NOW)
    load_demo(store, DEMO_ORDERS, DEMO_NOW, 1)
    with served(create_app(store, Settings(), now=lambda: DEMO_NOW)) as address:
        yield address
    store.close()


@pytest.fixture(scope="module")
def api(demo: str) -> Iterator[Api]:
    """Asks the demo's GraphQL, as a program does."""
    with httpx.Client(base_url=demo, timeout=60) as client:
        yield Api(client)
