"""Request ids: every request has one, in its log lines, in the headers of its answer and in its errors."""

import re
import uuid
from collections.abc import Mapping

import structlog
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

HEADER = "x-request-id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""What is taken from a sender: nothing that could break a line of a log or another document."""
_NAME = "request_id"

log = structlog.get_logger("impactgraph.api")


class RequestIds:
    """ASGI middleware, the outermost one: takes the id of a request from its header, or makes one.

    An error that nothing below has answered is logged with its traceback, and answered with status 500.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = id_in(Headers(scope=scope))
        with bound_contextvars(**{_NAME: request_id}):
            await self._answer(scope, receive, _Sender(send, request_id))

    async def _answer(self, scope: Scope, receive: Receive, send: "_Sender") -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            log.error("unexpected error", path=scope["path"], exc_info=error)
            if send.has_started or scope["type"] != "http":
                raise
            await internal_error()(scope, receive, send)


class _Sender:
    """Sends the messages of one answer, with its request id."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            self.has_started = True
            message.setdefault("headers", [])
            MutableHeaders(scope=message)[HEADER] = self._request_id
        await self._send(message)


def id_in(headers: Mapping[str, str]) -> str:
    """The id that the sender gave, where it is well-formed; else a new one."""
    value = headers.get(HEADER, "")
    return value if _WELL_FORMED.fullmatch(value) else uuid.uuid4().hex


def of_request() -> dict[str, str]:
    """`requestId` of the request that is answered here; empty outside of a request."""
    request_id = get_contextvars().get(_NAME)
    return {"requestId": request_id} if request_id else {}


def internal_error() -> JSONResponse:
    """The answer to a request that met an unexpected error."""
    message = "An internal error occurred; the server's log has it under the id of this request."
    return JSONResponse({"code": "INTERNAL", "message": message, **of_request()}, 500)
