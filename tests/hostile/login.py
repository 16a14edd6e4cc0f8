"""A login of browsers, at a provider on this machine, for a server that asks nobody who they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph_models.access import RowFilter
from impactgraph.access.config import BrowserLogin, OidcProvider, RoleClaim, RowClaim
from impactgraph.access.login import OidcLogin
from impactgraph.access.sessions import Sessions
from impactgraph.tokens.provider import Provider
from impactgraph.usecases.access import Access
from tests.functional.http.shop import NOW
from tests.login_provider import CLIENT, SECRET, LoginProvider, running

_SIGNING = "only-for-tests-only-for-tests-only-for-tests"


@contextmanager
def access_with_login(folder: Path) -> Iterator[Access]:
    secret = folder / "client-secret"
    secret.write_text(SECRET + "\n")
    with running(LoginProvider(NOW)) as provider:
        config = OidcProvider(
            provider.issuer,
            CLIENT,
            roles=RoleClaim("groups", {}),
            rows=RowClaim("groups", {"oncall": RowFilter()}),
            browser=BrowserLogin(CLIENT, secret),
        )
        sessions = Sessions((_SIGNING,), config, now=lambda: NOW)
        login = OidcLogin(config, sessions, (_SIGNING,), now=lambda: NOW, provider=Provider(provider.issuer))
        yield Access(login=login)
