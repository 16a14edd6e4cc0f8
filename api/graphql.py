"""GraphQL over HTTP: POST and GET at one address, and GraphiQL for browsers."""

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
from strawberry.fastapi import GraphQLRouter
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.types import ExecutionResult

from api.context import Context
from api.errors import coded
from api.live.operation import is_subscription

MEDIA = "application/graphql-response+json"
ONLY_FROM_HERE = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:"
}
"""GraphiQL styles its editor inline and carries its fonts in its styles; beyond that a page may load and run nothing but what is served here."""
PROTOCOLS = ("graphql-transport-ws", "graphql-sse")
PAGE = Path(__file__).parent / "web" / "graphiql.html"


class TextSocket(ASGIWebSocketAdapter):
    """Messages are text, though JSON is written as bytes."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """To one who has gone nothing is sent: who reads the socket notices it and ends all that it asked."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.ws.send_text(orjson.dumps(message).decode())


class Router(GraphQLRouter[Context, None]):
    """Speaks application/graphql-response+json, where a request that could not be executed is answered with 400 and no data."""

    websocket_adapter_class = TextSocket

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """Raises json.JSONDecodeError for all that is not JSON, bad UTF-8 and endless nesting too."""
        return orjson.loads(data)

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        if request.method == "POST" and not isinstance(
            self.parse_json(await request.get_body() or b"{}"), dict
        ):
            raise HTTPException(400, "The body is not a JSON object with `query`.")
        found = await super().parse_http_body(request)
        if isinstance(found, GraphQLRequestData) and not isinstance(found.operation_name, str | None):
            raise HTTPException(400, "`operationName` must be a string or null.")
        return found

    async def execute_single(self, *, request_data: GraphQLRequestData, **kwargs: Any) -> ExecutionResult:  # pyright: ignore[reportIncompatibleMethodOverride] - called by name
        """Refuses a subscription, whose answers this kind of request cannot carry."""
        if is_subscription(request_data.query, request_data.operation_name):
            raise HTTPException(
                400,
                "A subscription is answered over a web socket (graphql-transport-ws), or as events where `Accept` is text/event-stream.",
            )
        return await super().execute_single(request_data=request_data, **kwargs)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        result.errors = [coded(error) for error in result.errors] if result.errors else None
        return await super().process_result(request, result)

    async def run(self, request: Request | WebSocket, *args: Any, **kwargs: Any) -> Any:
        accept = request.headers.get("accept", "")
        if (
            isinstance(request, Request)
            and request.method == "GET"
            and "text/html" in accept
            and "query" not in request.query_params
        ):
            return FileResponse(PAGE, media_type="text/html", headers=ONLY_FROM_HERE)
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
            _speak(response)
        return response


def _speak(response: Response) -> None:
    body = orjson.loads(response.body)
    if (
        isinstance(body, dict)
        and body.get("data") is None
        and all("path" not in error for error in body.get("errors", ()))
    ):
        body.pop("data", None)
        response.status_code, response.body = 400, orjson.dumps(body)
        response.headers["content-length"] = str(len(response.body))
    response.headers["content-type"] = MEDIA + "; charset=utf-8"
