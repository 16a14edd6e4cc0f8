"""The page of live sources: how each is, and what came of it."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.services import Services
from impactgraph.settings import Settings
from impactgraph.sources.config import FolderSource, Secret, WebhookSource
from impactgraph.sources.live_sources import FollowedSources
from tests.functional.http.serving import served
from tests.sources.shop import NOW, small_store
from tests.stores.events import placed


@pytest.fixture
def sources_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    monkeypatch.setenv("SHOP_SECRET", "secret")
    store = small_store()
    folder = tmp_path_factory.mktemp("sources") / "nowhere"
    followed = FollowedSources(
        [WebhookSource("shop", "X-Token", (Secret(env="SHOP_SECRET"),)), FolderSource("exports", folder)],
        store,
        now=lambda: NOW,
    )
    with served(create_app(store, Settings(), now=lambda: NOW, services=Services(followed))) as address:
        yield address
    store.close()


def test_sources_are_listed_with_what_came_of_them_and_their_problems(
    sources_address: str, page: Page
) -> None:
    for body in (placed("O-1"), b"{"):
        httpx.post(f"{sources_address}/in/shop", content=body, headers={"x-token": "secret"})

    page.goto(f"{sources_address}/#/sources")

    table = page.get_by_role("table", name="Live sources")
    expect(table.get_by_role("row", name="shop webhook running none")).to_be_visible()
    expect(table.get_by_role("row", name="exports folder waiting")).to_be_visible()
    expect(page.get_by_text("nowhere cannot be read: No such file or directory.")).to_be_visible()
    expect(page.get_by_role("link", name="Sources")).to_have_attribute("aria-current", "page")


def test_the_page_renews_itself(sources_address: str, page: Page) -> None:
    page.goto(f"{sources_address}/#/sources")
    row = page.get_by_role("row", name="shop webhook")
    expect(row.get_by_role("cell").nth(5)).to_have_text("0")

    httpx.post(f"{sources_address}/in/shop", content=placed("O-1"), headers={"x-token": "secret"})

    expect(row.get_by_role("cell").nth(5)).to_have_text("1")


def test_a_server_without_sources_says_how_to_have_some(page: Page, address: str) -> None:
    page.goto(f"{address}/#/sources")

    expect(page.get_by_text("This server follows no live sources.")).to_be_visible()
