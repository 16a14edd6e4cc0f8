"""The largest body that is read."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_LARGE = "The body is too large. Send it in parts, or use `impactgraph ingest` for large files."


class BodyLimit:
    """Answers 413 as soon as a body is known to be larger than `most` bytes, in the shape of all our errors, which FastAPI's own limit does not."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        try:
            if told.isdigit() and int(told) > self._most:
                raise _TooLargeError
            await self._app(scope, self._counted(receive), send)
        except _TooLargeError:
            answer = JSONResponse(
                {"code": "BAD_INPUT", "message": TOO_LARGE}, 413, headers={"connection": "close"}
            )
            await answer(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise _TooLargeError
            return message

        return counted


class _TooLargeError(Exception):
    """Raised where the body is read, which is before anything is answered."""
