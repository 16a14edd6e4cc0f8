"""The tools over Streamable HTTP at /mcp: allowed hosts, and where clients get their tokens."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import Answers
from api.mcp.options import METADATA, PATH, McpOptions
from api.mcp.server import tool_server

LARGEST_BODY = 1024 * 1024
"""Bytes of a request: a tool call is small."""


def mount(
    app: FastAPI, answers: Answers, options: McpOptions
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Serves the tools at /mcp. To be entered for as long as the application runs: the manager of requests.

    Requests are independent of each other (no sessions), so any process behind a load balancer takes any.
    To be called after the middleware that authenticates was added, whose refusals it completes.
    """
    server = tool_server(answers)
    transport = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=LARGEST_BODY,
        transport_security=_security(options.hosts),
    )
    app.add_api_route(PATH, _no_stream, methods=["GET"], include_in_schema=False)
    app.router.routes.extend(transport.routes)
    if options.issuers:
        _serve_metadata(app, options)

    @asynccontextmanager
    async def running() -> AsyncGenerator[None]:
        async with server.session_manager.run():
            yield

    return running


async def _no_stream() -> JSONResponse:
    """The protocol lets a server do without a stream of messages that nobody asked for. That of a server
    without sessions would never say anything, and stay open for as long as the client likes.
    """
    error = {"code": -32600, "message": "Method Not Allowed: this server sends nothing unasked; use POST."}
    answer = {"jsonrpc": "2.0", "id": None, "error": error}
    return JSONResponse(answer, 405, headers={"allow": "POST"})


class TokenPointer:
    """ASGI middleware: a refusal at /mcp says where a client learns who issues its tokens (RFC 9728)."""

    def __init__(self, app: ASGIApp, options: McpOptions) -> None:
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != PATH:
            await self._app(scope, receive, send)
            return

        async def send_with_pointer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                address = f"{_base(HTTPConnection(scope), self._options)}{METADATA}{PATH}"
                MutableHeaders(scope=message)["www-authenticate"] = f'Bearer resource_metadata="{address}"'
            await send(message)

        await self._app(scope, receive, send_with_pointer)


def _serve_metadata(app: FastAPI, options: McpOptions) -> None:
    async def metadata(request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "resource": _base(request, options) + PATH,
                "authorization_servers": list(options.issuers),
                "bearer_methods_supported": ["header"],
                "resource_name": "impactgraph",
            }
        )

    for path in (METADATA, METADATA + PATH):
        app.add_api_route(path, metadata, include_in_schema=False)
    app.add_middleware(TokenPointer, options=options)


def _base(connection: HTTPConnection, options: McpOptions) -> str:
    """The public address of the server, without a slash at the end."""
    return (options.url or str(connection.base_url)).rstrip("/")


def _security(hosts: Sequence[str]) -> TransportSecuritySettings:
    """Only requests with one of these hosts, at any port: a page that resolves its own name to this server
    cannot ask it.
    """
    names = [each for host in hosts for each in ((host,) if _has_port(host) else (host, f"{host}:*"))]
    origins = [f"{scheme}://{name}" for scheme in ("http", "https") for name in names]
    return TransportSecuritySettings(allowed_hosts=names, allowed_origins=origins)


def _has_port(host: str) -> bool:
    return host.rpartition("]")[2].count(":") == 1
