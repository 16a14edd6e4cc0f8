"""GraphQL over HTTP: POST and GET on one path, and GraphiQL for browsers."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from fastapi import Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.fastapi import GraphQLRouter
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.types import ExecutionResult
from strawberry.types.unset import UnsetType

from api.access import NOBODY, credentials_in, sender_of
from api.context import Context
from api.errors import with_code
from api.live.operation import NAME_ONE, is_ambiguous, is_subscription
from impactgraph.errors import ImpactGraphError

MEDIA = "application/graphql-response+json"
_SOURCES = (
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
)
SAME_ORIGIN = {"content-security-policy": "; ".join(_SOURCES)}
"""Only files of this server, but for the inline styles and embedded fonts of GraphiQL's editor."""
PROTOCOLS = ("graphql-transport-ws", "graphql-sse")
PAGE = Path(__file__).parent / "web" / "graphiql.html"


class TextSocket(ASGIWebSocketAdapter):
    """Sends JSON as text messages, although orjson writes bytes."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Sends nothing to a closed socket: the reader notices the disconnect and ends its operations."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.ws.send_text(orjson.dumps(message).decode())


class Router(GraphQLRouter[Context, None]):
    """Supports application/graphql-response+json: 400 without data for requests that are not executable."""

    websocket_adapter_class = TextSocket

    def __init__(self, *args: Any, max_tokens: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._max_tokens = max_tokens

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """Raises json.JSONDecodeError, also for invalid UTF-8 and too deep nesting."""
        return orjson.loads(data)

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        if request.method == "POST" and not isinstance(
            self.parse_json(await request.get_body() or b"{}"), dict
        ):
            raise HTTPException(400, "The body is not a JSON object with `query`.")
        data = await super().parse_http_body(request)
        if isinstance(data, GraphQLRequestData) and not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "`operationName` must be a string or null.")
        return data

    async def execute_single(  # pyright: ignore[reportIncompatibleMethodOverride] - called by name
        self, *, request_data: GraphQLRequestData, **kwargs: Any
    ) -> ExecutionResult:
        """Rejects subscriptions, which have more answers than one response can hold, and documents that leave
        open which operation is meant.
        """
        text, name = request_data.query, request_data.operation_name
        if is_ambiguous(text, name, self._max_tokens):
            raise HTTPException(400, NAME_ONE)
        if is_subscription(text, name, self._max_tokens):
            raise HTTPException(
                400,
                "Subscriptions need a WebSocket (graphql-transport-ws), or server-sent events: "
                "send `Accept: text/event-stream`.",
            )
        return await super().execute_single(request_data=request_data, **kwargs)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Takes the token of the first message, where the connection itself brought none that is valid."""
        assert isinstance(context.request, WebSocket)
        sender = sender_of(context.request)
        params: object = context.connection_params
        token = params.get("authorization") if isinstance(params, Mapping) else None
        if token is not None or sender.principal is NOBODY:
            try:
                headers = {"authorization": token if isinstance(token, str) else ""}
                context.sign_in(await sender.verify(credentials_in(headers)))
            except ImpactGraphError as error:
                raise ConnectionRejectionError({"message": str(error), "code": error.code}) from error
        return await super().on_ws_connect(context)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        result.errors = [with_code(error) for error in result.errors] if result.errors else None
        return await super().process_result(request, result)

    async def run(self, request: Request | WebSocket, *args: Any, **kwargs: Any) -> Any:
        accept = request.headers.get("accept", "")
        if (
            isinstance(request, Request)
            and request.method == "GET"
            and "text/html" in accept
            and "query" not in request.query_params
        ):
            return FileResponse(PAGE, media_type="text/html", headers=SAME_ORIGIN)
        context: Context = kwargs["context"]
        if isinstance(request, WebSocket):
            return await super().run(request, *args, **kwargs)
        try:
            response = await super().run(request, *args, **kwargs)
        except HTTPException as error:
            return JSONResponse(
                {"errors": [{"message": error.reason, "extensions": {"code": "BAD_INPUT"}}]},
                error.status_code,
            )
        finally:
            context.close()
        if (
            isinstance(response, Response)
            and MEDIA in accept
            and response.headers.get("content-type", "").startswith("application/json")
        ):
            _as_graphql_response(response)
        return response


def _as_graphql_response(response: Response) -> None:
    body = orjson.loads(response.body)
    if (
        isinstance(body, dict)
        and body.get("data") is None
        and all("path" not in error for error in body.get("errors", ()))
    ):
        body.pop("data", None)
        response.status_code = 400
        response.body = orjson.dumps(body)
        response.headers["content-length"] = str(len(response.body))
    response.headers["content-type"] = MEDIA + "; charset=utf-8"
