"""GraphQL over HTTP: POST and GET on one path, and GraphiQL for browsers."""

import json
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
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
from api.hardening.operations import OperationError, Operations
from api.live.operation import NAME_ONE, is_ambiguous, is_subscription
from api.request_ids import of_request
from api.web_files import web_files
from impactgraph.errors import ImpactGraphError
from impactgraph.usecases.json_text import repeated_key, twice

MEDIA = "application/graphql-response+json"
_SOURCES = (
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
)
SAME_ORIGIN = {"content-security-policy": "; ".join(_SOURCES)}
"""Only files of this server, but for the inline styles and embedded fonts of GraphiQL's editor."""
_INVALID_MESSAGE = 4400
"""Code with which graphql-transport-ws closes a connection after an invalid message."""
PROTOCOLS = ("graphql-transport-ws", "graphql-sse")


class TextSocket(ASGIWebSocketAdapter):
    """Sends JSON as text messages, although orjson writes bytes."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Messages of the client that are what the protocol says: after another one the connection is closed.

        The hash of a persisted operation is replaced by its text.
        """
        view: Any = self.view
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if not isinstance(message, dict) or not isinstance(message.get("type"), str):
                await self.close(_INVALID_MESSAGE, "A message is a JSON object with a `type`.")
                return
            payload = message.get("payload")
            if isinstance(payload, dict) and isinstance(payload.get("extensions"), dict):
                with suppress(OperationError):  # then the text that was sent is checked
                    payload["query"] = view.persisted.text_of(payload.get("query"), payload["extensions"])
                payload.setdefault("query", "")
            if problem := _problem_of(message):
                await self.close(_INVALID_MESSAGE, problem)
                return
            yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Sends nothing to a closed socket: the reader notices the disconnect and ends its operations."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.ws.send_text(orjson.dumps(message).decode())


def _problem_of(message: Mapping[str, Any]) -> str | None:
    """What is wrong with the fields of a message of graphql-transport-ws; None where nothing is."""
    if message["type"] not in ("subscribe", "complete"):
        return None
    if not isinstance(message.get("id"), str):
        return "`id` must be a string."
    if message["type"] == "complete":
        return None
    payload = message.get("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "`payload.query` must be a string."
    if not isinstance(payload.get("variables"), dict | None):
        return "`payload.variables` must be an object or null."
    if not isinstance(payload.get("operationName"), str | None):
        return "`payload.operationName` must be a string or null."
    return None


class Router(GraphQLRouter[Context, None]):
    """Supports application/graphql-response+json: 400 without data for requests that are not executable."""

    websocket_adapter_class = TextSocket

    def __init__(
        self,
        *args: Any,
        max_tokens: int,
        operations: Operations,
        origins: Collection[str],
        has_page: bool,
        **kwargs: Any,
    ) -> None:
        """`origins`: of other servers, whose pages may open web sockets; `has_page`: whether browsers get
        GraphiQL.
        """
        super().__init__(*args, **kwargs)
        self._max_tokens = max_tokens
        self.persisted = operations
        self.allowed_origins = origins
        self._has_page = has_page

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """Raises json.JSONDecodeError, also for invalid UTF-8, too deep nesting, and a key that is twice."""
        value = orjson.loads(data)
        if (place := repeated_key(data, value)) is not None:
            raise _RepeatedKeyError(twice(place), "", 0)
        return value

    def parse_json(self, data: str | bytes) -> Any:
        try:
            return super().parse_json(data)
        except HTTPException as error:
            if isinstance(error.__cause__, _RepeatedKeyError):
                raise HTTPException(400, f"The request is ambiguous: {error.__cause__.msg}.") from None
            raise

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Where a request by GET asks nothing, not even by a hash."""
        return super().should_render_graphql_ide(request) and "extensions" not in request.query_params

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
        return self._with_text(data) if isinstance(data, GraphQLRequestData) else data

    def _with_text(self, data: GraphQLRequestData) -> GraphQLRequestData:
        """The request with the text of a persisted operation. Raises _RefusedOperationError."""
        try:
            text = self.persisted.text_of(data.query, data.extensions)
        except OperationError as error:
            raise _RefusedOperationError(error) from None
        return replace(data, query=text)

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
            and not {"query", "extensions"} & set(request.query_params)
            and self._has_page
        ):
            return HTMLResponse(web_files().text("graphiql.html"), headers=SAME_ORIGIN)
        context: Context = kwargs["context"]
        if isinstance(request, WebSocket):
            return await super().run(request, *args, **kwargs)
        try:
            response = await super().run(request, *args, **kwargs)
        except HTTPException as error:
            code = error.code if isinstance(error, _RefusedOperationError) else "BAD_INPUT"
            return JSONResponse(
                {"errors": [{"message": error.reason, "extensions": {"code": code, **of_request()}}]},
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
        if context.retry_after is not None:
            response.status_code = 429
            response.headers["retry-after"] = str(context.retry_after)
        return response


class _RepeatedKeyError(json.JSONDecodeError):
    """A key is there twice."""


class _RefusedOperationError(HTTPException):
    def __init__(self, error: OperationError) -> None:
        super().__init__(400, str(error))
        self.code = error.code


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
