"""The access log: a line for each request that was answered, with who sent it and how long it took."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_models.access import Principal

log = structlog.get_logger("impactgraph.access")


class AccessLog:
    """ASGI middleware. Of an address only the path is logged: the query may have a token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        size = 0

        async def note(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            size += len(message.get("body", b""))
            await send(message)

        started_at = time.perf_counter()
        try:
            await self._app(scope, receive, note)
        finally:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                bytes=size,
                milliseconds=round((time.perf_counter() - started_at) * 1000, 1),
                client=_client_of(scope),
                principal=_subject_of(scope),
            )


def _client_of(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _subject_of(scope: Scope) -> str | None:
    """None of a request that needs no authentication, or was refused."""
    principal = scope.get("state", {}).get("principal")
    return principal.subject if isinstance(principal, Principal) else None
