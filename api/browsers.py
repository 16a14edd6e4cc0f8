"""Browsers: which of their cookies count, and where somebody who is not known is led."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

SESSION_COOKIE = "impactgraph-session"


@dataclass(frozen=True, slots=True)
class Browsers:
    """How sessions of browsers are recognised, and whether somebody without one can log in."""

    public_url: str | None = None
    """Address at which browsers reach the server; None: on this machine."""
    can_log_in: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the server over https."""
        return (self.public_url or "").startswith("https://")

    def cookie(self, headers: Mapping[str, str], name: str) -> str | None:
        return cookie_parser(headers.get("cookie", "")).get(self.cookie_name(name)) or None

    def cookie_name(self, name: str) -> str:
        """Over https, one that no other host of the domain can set."""
        return f"__Host-{name}" if self.is_secure else name

    def session(self, headers: Mapping[str, str]) -> str | None:
        """The session cookie, unless a page of another origin sends the request: nobody forges requests."""
        session = self.cookie(headers, SESSION_COOKIE)
        return session if session and self._is_own(headers) else None

    def way_to_login(self, scope: Scope) -> RedirectResponse | None:
        """The answer to somebody who opens a page that needs a login; None: they cannot log in, or it is no
        page.
        """
        is_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
        if not is_page or not self.can_log_in:
            return None
        query = scope["query_string"].decode("latin-1")
        here = quote(scope["path"] + f"?{query}" * bool(query), safe="")
        return RedirectResponse(f"/login?next={here}", 303)

    def _is_own(self, headers: Mapping[str, str]) -> bool:
        origin = headers.get("origin")
        host = urlsplit(self.public_url).netloc if self.public_url else headers.get("host", "")
        return origin is None or origin.partition("://")[2] == host


ON_THIS_MACHINE = Browsers()
"""Without a login."""
