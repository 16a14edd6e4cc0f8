"""Authentication of every request: who sends it is established once, before any route sees it."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem_response
from graph_models.access import Principal
from impactgraph.errors import UnauthenticatedError
from impactgraph.usecases.access import Credentials, Verifier

SESSION_COOKIE = "impactgraph-session"
OPEN_PATHS = frozenset({"/", "/healthz", "/readyz"})
"""Of everybody: they show no data."""
OPEN_PREFIXES = (
    "/web/",
    "/login",
    "/in/",
    "/webhooks/",
    "/v2/enqueue",
    "/api/v2/alerts",
    "/api/global/",
    "/v1/traces",
)
"""Files of the explorer, login, and what senders of webhooks prove by secrets of their own."""
_NO_POLICY = 1008
"""Code with which a web socket is closed for a violation of the server's policy (RFC 6455)."""


class Authentication:
    """ASGI middleware: sets the principal of a connection, or answers 401."""

    def __init__(self, app: ASGIApp, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            principal = await self._verifier.verify(credentials_in(Headers(scope=scope)))
        except UnauthenticatedError as error:
            await _refuse(error, scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)


def is_open(path: str) -> bool:
    """Whether a path needs no authentication."""
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


def principal_of(connection: HTTPConnection) -> Principal:
    """Who sends a request that `Authentication` let through."""
    principal = connection.scope["state"]["principal"]
    assert isinstance(principal, Principal)
    return principal


def credentials_in(headers: Mapping[str, str]) -> Credentials:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    return Credentials(bearer or None, _session_in(headers.get("cookie", "")))


def _session_in(cookie: str) -> str | None:
    try:
        morsel = SimpleCookie(cookie).get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def _refuse(error: UnauthenticatedError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _NO_POLICY, "reason": str(error)[:120]})
        return
    response: JSONResponse = problem_response(error)
    response.headers["www-authenticate"] = "Bearer"
    await response(scope, receive, send)
