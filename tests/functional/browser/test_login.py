"""Login with a real browser at a real provider (Keycloak): code flow, sessions, logout, tokens, rotation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from graph_models.access import Principal
from graph_models.time import HOUR
from impactgraph.access.format import parse_access
from impactgraph.access.providers import OpenProviders, SessionRules, open_providers
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from impactgraph.errors import UnauthenticatedError
from impactgraph.settings import Settings
from impactgraph.tokens import provider as provider_module
from impactgraph.usecases.access import Access, Credentials
from tests.clock import Clock
from tests.functional.browser.conftest import DEMO_NOW, PATIENCE, Watched
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import served
from tests.keycloak_server import CLIENT, PASSWORD, SECRET, Keycloak

QUESTION = {"query": "{ viewer { name roles rows { regions } } }"}
LEEWAY_HOURS = 1
ACCESS = f"""
version: 1
oidc:
  - issuer: {{issuer}}
    audience: {CLIENT}
    leeway: {LEEWAY_HOURS}h
    roles: {{{{claim: groups, values: {{{{oncall: responder, desk-de: service-desk}}}}}}}}
    rows: {{{{claim: groups, values: {{{{oncall: {{{{}}}}, desk-de: {{{{regions: [DE]}}}}}}}}}}}}
    browser: {{{{client: {CLIENT}, secret_file: {{secret}}}}}}
"""
"""Keycloak's clock goes on while that of a test stands still: hence the leeway."""


@dataclass
class Both:
    """Verifies bearer tokens, and sessions."""

    opened: OpenProviders

    async def verify(self, credentials: Credentials) -> Principal:
        if credentials.session and not credentials.bearer and self.opened.sessions:
            return await self.opened.sessions.verify_session(credentials.session)
        for verifier in self.opened.tokens:
            if principal := await verifier.verify_token(credentials.bearer or ""):
                return principal
        raise UnauthenticatedError("Send a token, or log in.")


@dataclass
class Place:
    address: str
    clock: Clock
    keycloak: Keycloak

    def ask(self, token: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.post(f"{self.address}/graphql", json=QUESTION, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, keycloak: Keycloak) -> Iterator[tuple[str, Clock]]:
    folder = tmp_path_factory.mktemp("login")
    secret = folder / "client-secret"
    secret.write_text(SECRET)
    store = open_store(str(folder / "store"), now=lambda: DEMO_NOW)
    load_demo(store, 500, DEMO_NOW, 1)
    clock = Clock(0)
    rules = parse_access(ACCESS.format(issuer=keycloak.issuer, secret=secret))
    opened = open_providers(rules, SessionRules(None, HOUR, 12 * HOUR), now=clock)
    app = create_app(
        store,
        Settings(),
        now=lambda: DEMO_NOW,
        access=Access(verifier=Both(opened), login=opened.login),
    )
    with served(app) as address:
        yield address, clock
    store.close()


@pytest.fixture
def place(app: tuple[str, Clock], keycloak: Keycloak) -> Place:
    """The server's clock is what Keycloak says that the time is."""
    address, clock = app
    clock.now = keycloak.now()
    return Place(address, clock, keycloak)


@pytest.fixture
def visitor(watched: Watched) -> Iterator[Page]:
    """A page that may complain of requests without a login."""
    yield watched.page
    watched.complaints[:] = [each for each in watched.complaints if "401" not in each and "403" not in each]


def log_in(page: Page, user: str) -> None:
    page.locator("#username").fill(user)
    page.locator("#password").fill(PASSWORD)
    page.locator("#kc-login").click()


def test_a_page_leads_to_the_login_and_back_to_what_it_should_show(visitor: Page, place: Place) -> None:
    visitor.goto(f"{place.address}/#/records?asOf=2026-03-02T08:30:00Z")
    log_in(visitor, "dora")

    visitor.get_by_role("heading", level=1, name="records to check").wait_for()
    assert visitor.url == f"{place.address}/#/records?asOf=2026-03-02T08:30:00Z"
    visitor.get_by_role("button", name="Logged in as dora").click()
    expect(visitor.get_by_role("dialog", name="dora")).to_contain_text("service desk")
    expect(visitor.get_by_role("note")).to_have_text("You see orders of region DE only.")


def test_scripts_do_not_see_the_session_and_web_sockets_have_it(visitor: Page, place: Place) -> None:
    explorer = Explorer(visitor, place.address)
    visitor.goto(place.address)
    log_in(visitor, "ada")
    explorer.wait_until_live()

    assert visitor.evaluate("document.cookie") == ""


def test_a_logout_ends_the_session_here_and_at_the_provider(visitor: Page, place: Place) -> None:
    visitor.goto(place.address)
    log_in(visitor, "ada")
    visitor.get_by_role("button", name="Logged in as ada").click()
    visitor.get_by_role("link", name="Log out").click()

    visitor.get_by_role("heading", name="Logged out").wait_for()
    visitor.goto(place.address)
    visitor.locator("#password").wait_for()


def test_a_session_that_has_ended_leads_to_the_login(visitor: Page, place: Place) -> None:
    visitor.goto(place.address)
    log_in(visitor, "ada")
    visitor.get_by_role("button", name="Logged in as ada").wait_for()
    place.clock.now += HOUR
    with visitor.expect_request(lambda request: "/login/callback" in request.url, timeout=PATIENCE):
        visitor.get_by_role("link", name="Overdue").click()

    visitor.get_by_role("button", name="Logged in as ada").wait_for()
    assert visitor.url == f"{place.address}/#/overdue"


def test_whoever_has_no_role_is_refused_with_the_reason(visitor: Page, place: Place) -> None:
    visitor.goto(place.address)
    log_in(visitor, "guest")

    expect(visitor.get_by_role("heading", level=1)).to_have_text("No access")
    expect(visitor.locator("main")).to_contain_text("the claim 'groups' has 'everybody'")


def test_a_bearer_token_says_who_asks_until_it_expires(place: Place) -> None:
    token = place.keycloak.token("dora")
    viewer: Any = place.ask(token).json()["data"]["viewer"]
    place.clock.now += (LEEWAY_HOURS + 1) * HOUR

    assert viewer == {"name": "dora", "roles": ["service-desk"], "rows": {"regions": ["DE"]}}
    assert place.ask(token).status_code == 401


def test_a_token_without_a_role_is_forbidden(place: Place) -> None:
    answer = place.ask(place.keycloak.token("guest"))

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (403, "FORBIDDEN")


def test_new_keys_of_the_provider_are_known_and_former_ones_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = place.keycloak.token("ada")
    assert place.ask(former).is_success
    place.keycloak.rotate_keys()
    monkeypatch.setattr(provider_module, "WAIT_SECONDS", 0.0)

    assert place.ask(place.keycloak.token("ada")).is_success
    assert place.ask(former).status_code == 401
