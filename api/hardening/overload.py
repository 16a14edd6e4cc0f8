"""A bounded number of requests under way: further ones are refused at once, and may be sent again."""

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.hardening.answers import TRY_AGAIN, is_webhook, refuse
from api.hardening.hosts import PROBES
from api.problems import problem

RETRY_SECONDS = "2"
_RESERVE = 4
"""A quarter of the requests is kept free for events, or for questions."""
OVERLOADED = "The server has too many requests under way. Nothing was changed: send it again later."


class Admission:
    """ASGI middleware: answers 503 with Retry-After beyond `max_requests`, and closes web sockets beyond
    `max_sockets`.

    Questions or, where `ingest_first` is False, events may use three quarters of the requests only: the
    others always find a place. Streams of server-sent events count until they begin; probes never.
    """

    def __init__(self, app: ASGIApp, max_requests: int, max_sockets: int, *, ingest_first: bool) -> None:
        self._app = app
        part = max(1, max_requests - max(1, max_requests // _RESERVE))
        self._limits = (
            {True: max_requests, False: part} if ingest_first else {True: part, False: max_requests}
        )
        self._max_requests = max_requests
        self._max_sockets = max_sockets
        self._under_way = {True: 0, False: 0}
        """By whether they bring events."""
        self._sockets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._admit_socket(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] not in PROBES:
            await self._admit(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ingest = scope["path"] == "/events" or is_webhook(scope["path"])
        if not self._has_room(is_ingest):
            await refuse(scope, receive, send, _overload_response())
            return
        place = _Place(self._under_way, is_ingest)
        try:
            await self._app(scope, receive, place.until_stream(send))
        finally:
            place.release()

    def _has_room(self, is_ingest: bool) -> bool:
        total = sum(self._under_way.values())
        return total < self._max_requests and self._under_way[is_ingest] < self._limits[is_ingest]

    async def _admit_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._sockets >= self._max_sockets:
            await refuse(scope, receive, send, _overload_response(), TRY_AGAIN)
            return
        self._sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sockets -= 1


def _overload_response() -> JSONResponse:
    headers = {"retry-after": RETRY_SECONDS, "connection": "close"}
    return problem(503, "OVERLOADED", OVERLOADED, headers)


class _Place:
    """The place of one request, which is given back once."""

    def __init__(self, under_way: dict[bool, int], is_ingest: bool) -> None:
        self._under_way = under_way
        self._is_ingest = is_ingest
        self._is_taken = True
        under_way[is_ingest] += 1

    def release(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._under_way[self._is_ingest] -= 1

    def until_stream(self, send: Send) -> Send:
        """`send` that gives the place back when the response turns out to be a stream of events."""

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                media = MutableHeaders(scope=message).get("content-type", "")
                if media.startswith("text/event-stream"):
                    self.release()
            await send(message)

        return noting
