"""HTTP server over an open store."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.mcp.options import McpOptions
from api.services import NO_SERVICES, Services
from graph_models.time import Millis
from impactgraph.access.policy import ServePolicy
from impactgraph.access.server import ServerAccess
from impactgraph.bootstrap import system_clock
from impactgraph.cli.answers.announcement import announced
from impactgraph.cli.logs import debugged_by_signal
from impactgraph.cli.output import console
from impactgraph.errors import BadInputError, Problem
from impactgraph.settings import Settings
from impactgraph.usecases import Store
from impactgraph.usecases.learn_ahead import learning_ahead

QUEUE = 2048
"""Connections that may wait to be accepted."""
KEEP_ALIVE = 75
"""Seconds for which an idle connection stays open: longer than clients and proxies keep theirs (5 to 60), or
one of them sends a request while the server closes its connection, and the request is lost.
"""
_STEP_SECONDS = 0.1
"""Between two looks at whether a server that drains is to end at once."""


def serve_store(
    store: Store,
    settings: Settings,
    *,
    folder: Path | None = None,
    services: Services = NO_SERVICES,
    access: ServerAccess,
    now: Callable[[], Millis] = system_clock,
) -> None:
    """Serves until SIGINT or SIGTERM; requests in progress are completed first, and the store stays open.

    `folder` of the store: the address is announced there, for other commands. `services` run while it
    serves; questions are tools of MCP where the settings say so. `access`: who may do what.

    Raises BadInputError where the address is not available.
    """
    app = create_app(
        store,
        settings,
        now=now,
        access=replace(access.access, personal=access.access.personal | settings.kept_personal.keys()),
        services=replace(services, mcp=_tools(settings, [each.issuer for each in access.rules.oidc])),
    )
    with _listener(settings.host, settings.port) as listener:
        address = _address(listener, settings.host)
        config = _config(app, settings)
        server = _Server(config, app.state.end_subscriptions, drain=app.state.drain, seconds=settings.drain)
        announcement = announced(folder, address, store.identity, access.local_token)
        with announcement, _stopped_by_signals(server), debugged_by_signal(), learning_ahead(store, now):
            _print_address(address, access.policy)
            server.run(sockets=[listener])


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="auto",
        timeout_graceful_shutdown=10,
        timeout_keep_alive=KEEP_ALIVE,
        server_header=False,
        proxy_headers=False,  # api.addresses believes those of the access file only
        ws_max_size=settings.max_message,
    )


def _tools(settings: Settings, issuers: Sequence[str]) -> McpOptions | None:
    """How questions are served as tools of MCP; None: they are not."""
    return McpOptions(settings.mcp.split(","), issuers, settings.url) if settings.mcp else None


class _Server(uvicorn.Server):
    """Ends in three steps: for `seconds` it answers as before and says that it is not ready; then it ends
    subscriptions, for which a shutdown would wait until its timeout; then it closes, and requests in progress
    are completed. A second SIGINT ends the first step.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        end_subscriptions: Callable[[], Awaitable[None]],
        *,
        drain: Callable[[], None] = lambda: None,
        seconds: float = 0,
    ) -> None:
        super().__init__(config)
        self._end_subscriptions = end_subscriptions
        self._drain = drain
        self._drain_seconds = seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._drain()
        end_at = time.monotonic() + self._drain_seconds
        while (seconds := end_at - time.monotonic()) > 0 and not self.force_exit:
            await asyncio.sleep(min(seconds, _STEP_SECONDS))
        await self._end_subscriptions()
        await super().shutdown(sockets)


@contextmanager
def _stopped_by_signals(server: _Server) -> Generator[None]:
    """SIGTERM and SIGINT end the server also before uvicorn handles them, and when it raises them again after
    its shutdown: the store is then closed as usual.

    The handler raises nothing: an exception that is raised while Python runs a callback is lost.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    handlers = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handlers[signal.SIGINT])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(QUEUE)
    except OSError as error:
        listener.close()
        raise BadInputError(
            Problem(
                f"Cannot listen on {host} port {port}: {error.strerror or error}. "
                "Give another --port (0: any free one) or --host."
            )
        ) from error
    return listener


def _address(listener: socket.socket, host: str) -> str:
    """The address at which this machine reaches the server."""
    port = listener.getsockname()[1]
    local_host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    if ":" in local_host:
        local_host = f"[{local_host}]"
    return f"http://{local_host}:{port}"


def _print_address(address: str, policy: ServePolicy) -> None:
    out = console()
    out.print(
        f"Serving {address}/ {policy.about()} (GraphiQL: {address}/graphql, events: POST {address}/events). "
        "Stop with Ctrl+C.",
        soft_wrap=True,
    )
    for warning in policy.warnings():
        out.print(warning, soft_wrap=True, style="yellow")
    sys.stdout.flush()
