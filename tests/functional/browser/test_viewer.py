"""Who is asking, as the explorer shows it: names, orders in words, what a role permits, keys, and logins."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from graph_models.access import Principal, Role, RowFilter
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from impactgraph.errors import UnauthenticatedError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import Access, Credentials
from tests.functional.browser.barriers import barriers
from tests.functional.browser.conftest import DEMO_NOW, Watched
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import served

KEY = "ig_desk_only-for-tests"
DESK = Principal(
    "key:desk", "desk of Cologne", frozenset({Role.SERVICE_DESK}), RowFilter(regions=("DE", "AT"))
)
INCIDENT = "incident/F-queues"


@dataclass
class Known:
    """Knows the keys that it is given."""

    keys: dict[str, Principal]

    async def verify(self, credentials: Credentials) -> Principal:
        principal = self.keys.get(credentials.bearer or "")
        if principal is None:
            raise UnauthenticatedError("Send an API key.")
        return principal


@dataclass
class Everybody:
    """Takes everybody for the same."""

    principal: Principal

    async def verify(self, credentials: Credentials) -> Principal:
        return self.principal


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("demo")), now=lambda: DEMO_NOW)
    load_demo(store, 500, DEMO_NOW, 1)
    yield store
    store.close()


def server_for(store: Store, verifier: Any) -> Any:
    return served(create_app(store, Settings(), now=lambda: DEMO_NOW, access=Access(verifier=verifier)))


@pytest.fixture(scope="module")
def of_desk(store: Store) -> Iterator[str]:
    with server_for(store, Everybody(DESK)) as address:
        yield address


@pytest.fixture(scope="module")
def with_keys(store: Store) -> Iterator[str]:
    with server_for(store, Known({KEY: DESK})) as address:
        yield address


def test_somebody_sees_their_name_role_and_orders(page: Page, of_desk: str) -> None:
    explorer = Explorer(page, of_desk)
    explorer.open()
    page.get_by_role("button", name="Logged in as desk of Cologne").click()
    card = page.get_by_role("dialog", name="desk of Cologne")

    expect(card).to_contain_text("service desk")
    expect(card).to_contain_text("orders of region DE or AT only")
    expect(page.get_by_role("note")).to_have_text("You see orders of region DE or AT only.")


def test_without_authentication_nobody_is_named(page: Page, demo: str) -> None:
    explorer = Explorer(page, demo)
    with page.expect_response(lambda answer: "viewer" in (answer.request.post_data or "")):
        explorer.open()
    explorer.wait_until_live()

    expect(page.locator(".who")).to_have_count(0)
    expect(page.get_by_role("note")).to_have_count(0)


def test_what_a_role_does_not_permit_is_not_offered(page: Page, of_desk: str) -> None:
    explorer = Explorer(page, of_desk)
    explorer.open(INCIDENT)
    expect(page.locator("main")).to_contain_text("Your role does not permit actions on incidents.")
    page.locator("[data-step]").first.wait_for()

    expect(page.locator("[data-actions]")).to_have_count(0)
    expect(page.locator("[data-step] button")).to_have_count(0)
    explorer.open()
    page.locator("[data-failure]").first.wait_for(state="attached")  # folded: it affects no order of theirs
    expect(page.get_by_role("button", name="Extend or resolve")).to_have_count(0)


def test_nothing_keeps_anybody_out_who_is_named(page: Page, of_desk: str) -> None:
    explorer = Explorer(page, of_desk)
    explorer.open()
    page.get_by_role("note").wait_for()
    closed_card = barriers(page)
    page.get_by_role("button", name="Logged in as").click()
    page.get_by_role("dialog", name="desk of Cologne").wait_for()

    assert closed_card + barriers(page) == []


def test_a_key_is_asked_for_and_kept_in_the_tab(watched: Watched, with_keys: str) -> None:
    page = watched.page
    page.goto(f"{with_keys}/#/records")
    page.get_by_label("API key").fill("ig_wrong_key")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The server does not accept this key")

    page.get_by_label("API key").fill(KEY)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="records to check").wait_for()
    page.reload()
    page.get_by_role("button", name="Logged in as desk of Cologne").wait_for()
    assert page.evaluate("localStorage.length + document.cookie.length") == 0
    watched.complaints.clear()  # of the requests that were refused


def test_a_key_can_be_forgotten(watched: Watched, with_keys: str) -> None:
    page = watched.page
    page.goto(f"{with_keys}/#/records")
    page.get_by_label("API key").fill(KEY)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Logged in as desk of Cologne").click()
    page.get_by_role("button", name="Forget the key").click()

    page.get_by_label("API key").wait_for()
    watched.complaints.clear()


def test_files_are_saved_with_the_key(watched: Watched, with_keys: str, tmp_path: Path) -> None:
    page = watched.page
    page.goto(f"{with_keys}/#/radius")
    page.get_by_label("API key").fill(KEY)
    page.keyboard.press("Enter")
    link = page.locator('a[href^="/export"]').first
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "orders.csv")

    assert "order" in (tmp_path / "orders.csv").read_text().splitlines()[0]
    watched.complaints.clear()


def test_the_field_for_a_key_keeps_nobody_out(watched: Watched, with_keys: str) -> None:
    page = watched.page
    page.goto(with_keys)
    page.get_by_label("API key").wait_for()

    assert barriers(page) == []
    watched.complaints.clear()
