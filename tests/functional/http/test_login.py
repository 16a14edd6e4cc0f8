"""Login of browsers over HTTP: the code flow, its cookies, the end of sessions, and what is refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.app import create_app
from graph_models.access import Principal, Role, RowFilter
from graph_models.time import HOUR, MINUTE
from impactgraph.access.config import BrowserLogin, OidcProvider, RoleClaim, RowClaim
from impactgraph.access.login import PATIENCE, OidcLogin
from impactgraph.access.oidc import OidcVerifier
from impactgraph.access.sessions import Sessions
from impactgraph.bootstrap import open_store
from impactgraph.errors import UnauthenticatedError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.tokens.provider import Provider
from impactgraph.usecases.access import Access, Credentials
from tests.clock import Clock
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW, fill
from tests.login_provider import CLIENT, SECRET, LoginProvider, running

SIGNING = "only-for-tests-only-for-tests-only-for-tests"
QUESTION = {"query": "{ viewer { name } }"}
PUBLIC = "https://impactgraph.example.com"


@dataclass
class Both:
    """Verifies bearer tokens of one provider, and sessions."""

    tokens: OidcVerifier
    sessions: Sessions

    async def verify(self, credentials: Credentials) -> Principal:
        if credentials.session and not credentials.bearer:
            return await self.sessions.verify_session(credentials.session)
        principal = await self.tokens.verify_token(credentials.bearer or "")
        if principal is None:
            raise UnauthenticatedError("Send an API key or a token.")
        return principal


@dataclass
class Place:
    """A server with login, the provider, and the clock of both."""

    address: str
    provider: LoginProvider
    clock: Clock
    again: Callable[..., Any]
    """Another server process over the same store."""
    store: Store
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])

    def browser(self, address: str | None = None) -> httpx.Client:
        client = httpx.Client(base_url=address or self.address, timeout=60)
        self.clients.append(client)
        return client

    def log_in(self, browser: httpx.Client, next: str = "/", **headers: str) -> httpx.Response:
        """The answer to the callback; the provider is asked as the browser would."""
        start = browser.get("/login", params={"next": next}, headers=headers)
        assert start.status_code == 303
        back = httpx.get(start.headers["location"], timeout=60).headers["location"]
        return browser.get(f"/login/callback?{urlsplit(back).query}", headers=headers)


def app_of(store: Store, provider: LoginProvider, clock: Clock, folder: Path, **settings: Any) -> Any:
    secret = folder / "client-secret"
    secret.write_text(SECRET + "\n")
    config = OidcProvider(
        provider.issuer,
        CLIENT,
        roles=RoleClaim("groups", {"oncall": (Role.RESPONDER,), "desk-de": (Role.SERVICE_DESK,)}),
        rows=RowClaim("groups", {"oncall": RowFilter(), "desk-de": RowFilter(regions=("DE",))}),
        browser=BrowserLogin(CLIENT, secret),
    )
    keys = Provider(config.issuer)
    sessions = Sessions((SIGNING,), config, now=clock)
    return create_app(
        store,
        Settings(allowed_hosts="impactgraph.shop.example", **settings),
        now=clock,
        access=Access(
            verifier=Both(OidcVerifier(config, now=clock, provider=keys), sessions),
            login=OidcLogin(config, sessions, (SIGNING,), now=clock, provider=keys),
        ),
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, 3)
    yield store
    store.close()


@pytest.fixture
def place(store: Store, tmp_path: Path) -> Iterator[Place]:
    clock = Clock(NOW)
    with running(LoginProvider(NOW)) as provider:

        def again(**settings: Any) -> Any:
            return served(app_of(store, provider, clock, tmp_path, **settings))

        with again() as address:
            place = Place(address, provider, clock, again, store)
            yield place
            for client in place.clients:
                client.close()


def name_of(browser: httpx.Client, **headers: str) -> str:
    answer = browser.post("/graphql", json=QUESTION, headers=headers)
    return answer.json()["data"]["viewer"]["name"] if answer.is_success else str(answer.status_code)


def test_whoever_logs_in_is_known_afterwards_and_led_where_they_wanted_to_go(place: Place) -> None:
    browser = place.browser()
    assert name_of(browser) == "401"

    end = place.log_in(browser, "/#/order/O-1")

    assert (end.status_code, end.headers["location"]) == (303, "/#/order/O-1")
    assert name_of(browser) == "ada"


def test_the_provider_is_asked_with_pkce_state_and_nonce(place: Place) -> None:
    starts = [place.browser().get("/login").headers["location"] for _ in range(2)]
    asked = [{name: value[0] for name, value in parse_qs(urlsplit(start).query).items()} for start in starts]

    assert asked[0]["response_type"] == "code" and asked[0]["code_challenge_method"] == "S256"
    assert "openid" in asked[0]["scope"].split()
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 32 and asked[0][name] != asked[1][name]


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(place: Place) -> None:
    cookie = place.log_in(place.browser()).headers.get_list("set-cookie")[0]

    assert cookie.startswith("impactgraph-session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))


def test_over_https_cookies_are_secure_and_of_this_host_alone(place: Place) -> None:
    with place.again(url=PUBLIC) as address:
        browser = place.browser(address)
        start = browser.get("/login")
        assert parse_qs(urlsplit(start.headers["location"]).query)["redirect_uri"] == [
            f"{PUBLIC}/login/callback"
        ]
        attempts = start.headers["set-cookie"].split(";")[0]
        back = httpx.get(start.headers["location"], timeout=60).headers["location"]
        end = browser.get(f"/login/callback?{urlsplit(back).query}", headers={"cookie": attempts})
        session = end.headers.get_list("set-cookie")[0]

        assert session.startswith("__Host-impactgraph-session=") and "Secure" in session.split("; ")
        value = session.split(";")[0].partition("=")[2]
        assert name_of(browser, cookie=f"__Host-impactgraph-session={value}") == "ada"
        assert name_of(browser, cookie=f"impactgraph-session={value}") == "401"


def test_a_browser_cannot_log_in_over_http_of_another_machine(place: Place) -> None:
    answer = place.browser().get("/login", headers={"host": "impactgraph.shop.example:8000"})

    assert answer.status_code == 401 and "IMPACTGRAPH_URL" in answer.text


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example.com",
        "//evil.example.com",
        "/\\evil.example.com",
        "\\\\evil.example.com",
        "/\t/evil.example.com",
        "/\r\nset-cookie: x=y",
        "javascript:alert(1)",
        "evil",
        "",
        "/" + "x" * 3_000,
        "/ä",
    ],
)
def test_nobody_is_led_to_another_site(place: Place, next: str) -> None:
    assert place.log_in(place.browser(), next).headers["location"] == "/"


def test_a_session_of_before_is_replaced(place: Place) -> None:
    browser = place.browser()
    place.log_in(browser)
    before = browser.cookies["impactgraph-session"]
    place.log_in(browser)

    assert browser.cookies["impactgraph-session"] != before


def test_a_planted_session_is_not_taken_over(place: Place) -> None:
    browser = place.browser()
    browser.cookies.set("impactgraph-session", "planted", domain="127.0.0.1")
    assert name_of(browser) == "401"
    place.log_in(browser)

    assert [one.value for one in browser.cookies.jar if one.value == "planted"] == []
    assert name_of(browser) == "ada"


def test_two_tabs_log_in_at_the_same_time(place: Place) -> None:
    browser = place.browser()
    starts = [browser.get("/login", params={"next": f"/#/{tab}"}).headers["location"] for tab in ("a", "b")]
    backs = [urlsplit(httpx.get(start, timeout=60).headers["location"]).query for start in starts]

    ends = [browser.get(f"/login/callback?{back}").headers["location"] for back in backs]
    assert ends == ["/#/a", "/#/b"]


def test_an_answer_counts_once(place: Place) -> None:
    browser = place.browser()
    start = browser.get("/login").headers["location"]
    back = urlsplit(httpx.get(start, timeout=60).headers["location"]).query
    browser.get(f"/login/callback?{back}")

    again = browser.get(f"/login/callback?{back}")
    assert again.status_code == 401 and "not begun in this browser" in again.text
    assert len(place.provider.exchanges) == 1


@pytest.mark.parametrize(
    ("answer", "claims", "reason"),
    [
        ({"state": "of somebody else"}, {}, "not begun in this browser"),
        ({"state": ""}, {}, "not begun in this browser"),
        ({"code": "code-99"}, {}, "did not answer as it should"),
        ({"code": ""}, {}, "did not answer as it should"),
        (
            {"error": "access_denied", "error_description": "<b>no</b>"},
            {},
            "access_denied &lt;b&gt;no&lt;/b&gt;",
        ),
        ({"iss": "https://evil.example.com"}, {}, "Another provider"),
        ({}, {"nonce": "of another login"}, "nonce"),
        ({}, {"nonce": None}, "nonce"),
        ({}, {"aud": "another client"}, "another audience"),
        ({}, {"aud": [CLIENT, "other"], "azp": "other"}, "azp"),
        ({}, {"iss": "https://evil.example.com"}, "is not of"),
        ({}, {"exp": 1}, "expired"),
        ({}, {"sub": None}, "sub"),
    ],
)
def test_a_login_that_proves_nothing_is_refused_on_a_page_that_says_why(
    place: Place, answer: dict[str, str], claims: dict[str, Any], reason: str
) -> None:
    place.provider.answer, place.provider.claims = answer, claims
    browser = place.browser()
    end = place.log_in(browser)

    assert end.status_code == 401 and reason in end.text
    assert end.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in end.headers["content-security-policy"]
    assert "impactgraph-session" not in browser.cookies


def test_whoever_has_no_role_is_refused_with_the_reason(place: Place) -> None:
    place.provider.claims = {"groups": ["everybody"]}
    end = place.log_in(place.browser())

    assert end.status_code == 403
    assert "has no role here" in end.text and "&#x27;everybody&#x27;" in end.text


def test_a_login_that_another_browser_began_is_refused(place: Place) -> None:
    start = place.browser().get("/login").headers["location"]
    back = urlsplit(httpx.get(start, timeout=60).headers["location"]).query

    assert place.browser().get(f"/login/callback?{back}").status_code == 401


def test_a_login_that_takes_too_long_is_refused(place: Place) -> None:
    browser = place.browser()
    start = browser.get("/login").headers["location"]
    back = urlsplit(httpx.get(start, timeout=60).headers["location"]).query
    place.clock.now += PATIENCE

    assert browser.get(f"/login/callback?{back}").status_code == 401


def test_a_session_that_is_not_used_ends(place: Place) -> None:
    browser = place.browser()
    place.log_in(browser)
    place.clock.now += HOUR - 1
    assert name_of(browser) == "ada"
    place.clock.now += HOUR

    assert name_of(browser) == "401"


def test_a_session_that_is_used_lasts_as_long_as_sessions_may(place: Place) -> None:
    browser = place.browser()
    place.log_in(browser)
    names = list[str]()
    while place.clock.now < NOW + 13 * HOUR:
        place.clock.now += 30 * MINUTE
        names.append(name_of(browser))

    assert names == ["ada"] * 23 + ["401"] * 3


def test_a_cookie_that_is_as_fresh_is_not_set_again(place: Place) -> None:
    browser = place.browser()
    place.log_in(browser)

    assert "set-cookie" not in browser.post("/graphql", json=QUESTION).headers
    place.clock.now += 6 * MINUTE
    assert "impactgraph-session=" in browser.post("/graphql", json=QUESTION).headers["set-cookie"]


def test_a_logout_ends_the_session_here_and_at_the_provider(place: Place) -> None:
    browser = place.browser()
    place.log_in(browser)
    copy = browser.cookies["impactgraph-session"]
    end = browser.get("/logout")

    there = urlsplit(end.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert there.path == "/end" and asked["post_logout_redirect_uri"] == f"{place.address}/login/ended"
    assert asked["client_id"] == CLIENT and asked["id_token_hint"].count(".") == 2
    assert name_of(browser) == "401"
    assert name_of(place.browser(), cookie=f"impactgraph-session={copy}") == "401"


def test_where_the_provider_has_no_logout_a_page_says_that_it_is_done(place: Place) -> None:
    place.provider.has_logout = False
    browser = place.browser()
    place.log_in(browser)
    end = browser.get("/logout", follow_redirects=True)

    assert end.url.path == "/login/ended" and "You are logged out" in end.text
    assert name_of(browser) == "401"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_log_anybody_out(place: Place, site: str) -> None:
    browser = place.browser()
    place.log_in(browser)

    assert browser.get("/logout", headers={"sec-fetch-site": site}).status_code == 403
    assert name_of(browser) == "ada"


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "http://127.0.0.1:1"])
def test_a_request_of_a_page_of_another_origin_has_no_session(place: Place, origin: str) -> None:
    browser = place.browser()
    place.log_in(browser)

    assert name_of(browser, origin=origin) == "403"
    assert name_of(browser, origin=place.address) == "ada"


def test_another_process_with_the_same_secret_knows_a_session(place: Place) -> None:
    browser = place.browser()
    place.log_in(browser)
    with place.again() as other:
        cookie = f"impactgraph-session={browser.cookies['impactgraph-session']}"

        assert name_of(place.browser(other), cookie=cookie) == "ada"


def test_a_page_leads_to_the_login_and_back(place: Place) -> None:
    answer = place.browser().get("/graphql?x=1", headers={"accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fgraphql%3Fx%3D1")


def test_a_provider_that_is_away_is_reported_on_a_page(place: Place, store: Store, tmp_path: Path) -> None:
    provider = LoginProvider(NOW, issuer="http://127.0.0.1:9")
    with served(app_of(store, provider, Clock(NOW), tmp_path)) as address:
        answer = place.browser(address).get("/login")

    assert answer.status_code == 401 and "did not answer as it should" in answer.text


def test_everybody_may_ask_how_to_log_in(place: Place, store: Store) -> None:
    assert place.browser().get("/login/methods").json() == {"browser": True}
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        assert place.browser(address).get("/login/methods").json() == {"browser": False}
