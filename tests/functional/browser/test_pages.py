"""The pages in a real browser, which may load nothing from anywhere else."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW, fill

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, 12)
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        yield address
    store.close()


@pytest.fixture
def asked() -> list[str]:
    """Addresses that the page asked for."""
    return []


@pytest.fixture
def page(asked: list[str]) -> Iterator[Page]:
    browser_path = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    assert browser_path, "there is no chromium: run `make browser`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(browser_path), args=QUIET)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        yield page
        browser.close()


def elsewhere(asked: list[str]) -> list[str]:
    return [url for url in asked if urlsplit(url).hostname not in ("127.0.0.1", None)]


def test_graphiql_answers_a_question_without_the_internet(page: Page, address: str, asked: list[str]) -> None:
    page.goto(f"{address}/graphql")
    page.get_by_label("Execute query").first.click()

    page.locator(".result-window").get_by_text("F-1").first.wait_for()
    assert elsewhere(asked) == []


def test_an_address_may_bring_its_question(page: Page, address: str) -> None:
    page.goto(f"{address}/graphql#query={{ blastRadius {{ complete }} }}")
    page.get_by_label("Execute query").first.click()

    page.locator(".result-window").get_by_text("complete").first.wait_for()


def test_the_start_page_says_what_the_active_failures_hit(page: Page, address: str, asked: list[str]) -> None:
    page.goto(address)

    page.get_by_role("main").get_by_text("F-1").first.wait_for()
    assert elsewhere(asked) == []
