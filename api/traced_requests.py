"""A span for each request, which continues the trace of its sender."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import route_of
from impactgraph.usecases.tracing import SpanKind, span


class TracedRequests:
    """ASGI middleware; only for processes that trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        method = scope.get("method", "WEBSOCKET")
        route = route_of(scope["path"])
        attributes = {"http_request_method": method, "http_route": route, "url_path": scope["path"]}
        with span(f"{method} {route}", SpanKind.SERVER, parent=Headers(scope=scope), **attributes) as request:

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    request.set("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        request.fail(f"status {message['status']}")
                await send(message)

            await self._app(scope, receive, note)
