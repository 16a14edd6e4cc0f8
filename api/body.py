"""Limits the size of request bodies."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_LARGE = "The body is too large. Split it, or use `impactgraph ingest` for large files."


class BodyLimit:
    """Answers 413, in the API's shape of errors, as soon as a body turns out to exceed `max_bytes`."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        content_length = Headers(scope=scope).get("content-length", "0")
        try:
            if content_length.isdigit() and int(content_length) > self._max_bytes:
                raise _TooLargeError
            await self._app(scope, self._limit(receive), send)
        except _TooLargeError:
            answer = JSONResponse(
                {"code": "BAD_INPUT", "message": TOO_LARGE}, 413, headers={"connection": "close"}
            )
            await answer(scope, receive, send)

    def _limit(self, receive: Receive) -> Receive:
        size = 0

        async def receive_within_limit() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._max_bytes:
                raise _TooLargeError
            return message

        return receive_within_limit


class _TooLargeError(Exception):
    """Raised while the body is read, which is before the response starts."""
