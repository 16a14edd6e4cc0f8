"""Authentication of every request: who sends it is established once, before any route sees it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import client_address, forwarded_scheme
from api.browsers import ON_THIS_MACHINE, Browsers
from api.permissions import ENDPOINTS
from api.problems import problem_response
from graph_models.access import Permission, Principal
from impactgraph.errors import ImpactGraphError, UnauthenticatedError
from impactgraph.usecases.access import Credentials, EndpointRules, Verifier, require

OPEN_PATHS = frozenset({"/", "/healthz", "/readyz", "/logout"})
"""Of everybody: they show no data."""
OPEN_PREFIXES = (
    "/.well-known/",
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
METRICS = "/metrics"
NOBODY = Principal("nobody", "nobody", frozenset())
"""Who opens a web socket, until its first message has a token."""
NO_CREDENTIALS = Credentials()
RECHECK_SECONDS = 5.0
"""After which the credentials of an open connection are verified again, before more is sent over it."""
_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}
_NO_POLICY = 1008
"""Code with which a web socket is closed for a violation of the server's policy (RFC 6455)."""
ACCESS_ENDED = 4403
"""Code with which a web socket is closed whose credentials are no longer valid (graphql-transport-ws)."""


@dataclass
class Sender:
    """Who sends over a connection, and from where."""

    verifier: Verifier
    credentials: Credentials
    address: str
    principal: Principal = NOBODY

    async def verify(self, credentials: Credentials) -> Principal:
        """Raises UnauthenticatedError."""
        self.principal = await self.verifier.verify(credentials)
        self.credentials = credentials
        return self.principal


class Authentication:
    """ASGI middleware: sets the principal of a connection, or answers 401 or 403."""

    def __init__(
        self, app: ASGIApp, verifier: Verifier, rules: EndpointRules, browsers: Browsers = ON_THIS_MACHINE
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._rules = rules
        self._browsers = browsers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if scheme := forwarded_scheme(scope, self._rules.proxies):
            scope["scheme"] = _SOCKET_SCHEMES[scheme] if scope["type"] == "websocket" else scheme
        address = client_address(scope, self._rules.proxies)
        scope.setdefault("state", {})["address"] = address
        if self._is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        sender = Sender(self._verifier, credentials_in(Headers(scope=scope), self._browsers), address)
        try:
            await self._admit(sender, scope)
        except ImpactGraphError as error:
            await _refuse(error, self._browsers, scope, receive, send)
            return
        scope["state"] |= {"sender": sender, "principal": sender.principal}
        await _while_valid(sender, self._app, scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return is_open(path) or (path == METRICS and self._rules.metrics_are_open)

    async def _admit(self, sender: Sender, scope: Scope) -> None:
        """Raises UnauthenticatedError, ForbiddenError. A web socket may send its token later."""
        try:
            await sender.verify(sender.credentials)
        except UnauthenticatedError:
            if scope["type"] != "websocket" or sender.credentials.bearer is not None:
                raise
            sender.credentials = NO_CREDENTIALS  # a session that has ended, at most
        permission = permission_of(scope["path"])
        if permission is not None:
            require(sender.principal, permission)


def is_open(path: str) -> bool:
    """Whether a path needs no authentication."""
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


def permission_of(path: str) -> Permission | None:
    """What a path requires; None: nothing but authentication. One without a line in the table is for
    administrators.
    """
    return ENDPOINTS.get(path.rstrip("/"), Permission.ADMINISTER)


def principal_of(connection: HTTPConnection) -> Principal:
    """Who sends a request that `Authentication` let through."""
    principal = connection.scope["state"]["principal"]
    assert isinstance(principal, Principal)
    return principal


def sender_of(connection: HTTPConnection) -> Sender:
    """As `principal_of`, with where it comes from."""
    sender = connection.scope["state"]["sender"]
    assert isinstance(sender, Sender)
    return sender


def address_of(connection: HTTPConnection) -> str:
    """Of the client, also where nobody has to authenticate; empty where it is not known."""
    return connection.scope.get("state", {}).get("address", "")


def credentials_in(headers: Mapping[str, str], browsers: Browsers = ON_THIS_MACHINE) -> Credentials:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    return Credentials(bearer or None, browsers.session(headers))


async def _while_valid(sender: Sender, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Runs the application; sends nothing more once the credentials are no longer valid."""
    verified_at, has_ended = time.monotonic(), False

    async def send_if_valid(message: Message) -> None:
        nonlocal verified_at, has_ended
        if has_ended:
            return await _end(scope, send, is_first=False)
        if _carries_data(message) and time.monotonic() - verified_at > RECHECK_SECONDS:
            verified_at = time.monotonic()
            try:
                if sender.principal is not NOBODY:
                    await sender.verify(sender.credentials)
            except ImpactGraphError:
                has_ended = True
                return await _end(scope, send, is_first=True)
        await send(message)

    try:
        await app(scope, receive, send_if_valid)
    except (ClientDisconnect, OSError):
        if not has_ended:
            raise


def _carries_data(message: Message) -> bool:
    return message["type"] in ("http.response.body", "websocket.send")


async def _end(scope: Scope, send: Send, *, is_first: bool) -> None:
    """Ends the connection as its protocol does; raises OSError for the sender of a stream, as a lost
    connection would.
    """
    if scope["type"] == "websocket":
        if is_first:
            await send({"type": "websocket.close", "code": ACCESS_ENDED, "reason": "Access has ended."})
        return
    if is_first:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    raise OSError("access has ended")


async def _refuse(
    error: ImpactGraphError, browsers: Browsers, scope: Scope, receive: Receive, send: Send
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _NO_POLICY, "reason": str(error)[:120]})
        return
    response: Response = problem_response(error)
    if isinstance(error, UnauthenticatedError) and (login := browsers.way_to_login(scope)):
        response = login
    elif scope["path"] == "/graphql":
        body = {"errors": [{"message": str(error), "extensions": {"code": error.code}}]}
        response = JSONResponse(body, response.status_code)
    if isinstance(error, UnauthenticatedError):
        response.headers["www-authenticate"] = "Bearer"
    await response(scope, receive, send)
