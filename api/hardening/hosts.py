"""Hosts and origins that a request may name: against DNS rebinding and forged requests of other pages."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.hardening.answers import is_webhook, refuse
from api.hardening.names import without_port
from api.problems import problem

PROBES = frozenset({"/healthz", "/readyz"})
"""Probes of an orchestrator name the address of a process, not its host."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN_PAGES = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site for requests of our own pages, and of a user."""


class AllowedHosts:
    """ASGI middleware: 421 where a request names another host than the server has."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        """`hosts`: names without ports; none: all are allowed."""
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not self._hosts or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if without_port(host) in self._hosts:
            await self._app(scope, receive, send)
            return
        text = (
            f"The host is {host[:200]!r}, which this server does not have. "
            "Name it in IMPACTGRAPH_ALLOWED_HOSTS."
        )
        await refuse(scope, receive, send, problem(421, "BAD_INPUT", text))


class OwnOrigin:
    """ASGI middleware: 403 where a page of another origin makes a browser send a request that changes
    something. Programs that are no browsers send neither Sec-Fetch-Site nor Origin.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE or is_webhook(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self._is_own(headers):
            await self._app(scope, receive, send)
            return
        text = (
            "Pages of another origin may not send this. Name the origin in IMPACTGRAPH_CORS_ORIGINS, or the "
            "public address of the server in IMPACTGRAPH_URL."
        )
        await refuse(scope, receive, send, problem(403, "FORBIDDEN", text))

    def _is_own(self, headers: Headers) -> bool:
        origin, site = headers.get("origin", "").lower(), headers.get("sec-fetch-site")
        if origin in self._origins or site in _OWN_PAGES:
            return True
        if site is not None:
            return False
        return not origin or origin.partition("://")[2] == headers.get("host", "").lower()
