"""HTTP over an open store: the only place of the command line that knows `api`."""

import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import uvicorn

from api.app import create_app
from graph_models.time import Millis
from impactgraph.bootstrap import system_clock
from impactgraph.cli.show import console
from impactgraph.errors import BadInputError, Problem
from impactgraph.settings import Settings
from impactgraph.usecases import Store

QUEUE = 2048
LONGEST_MESSAGE = 1024 * 1024
"""Bytes of a message that a web socket brings: a question and its variables."""


def serve_store(store: Store, settings: Settings, *, now: Callable[[], Millis] = system_clock) -> None:
    """Until SIGINT or SIGTERM; requests under way are answered first. The store stays open. Raises BadInputError where it cannot listen."""
    app = create_app(store, settings, now=now)
    with _listening(settings.host, settings.port) as listener:
        _announce(listener, settings.host)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="auto", timeout_graceful_shutdown=10, server_header=False, ws_max_size=LONGEST_MESSAGE
        )  # fmt: skip
        # uvicorn raises the signal once more when it is done; without a handler that would end the process before the store is closed.
        signal.signal(signal.SIGTERM, _end)
        with suppress(KeyboardInterrupt):
            _Server(config, app.state.end_subscriptions).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends subscriptions first: it would wait for them until its patience is up."""

    def __init__(self, config: uvicorn.Config, end_subscriptions: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._end_subscriptions = end_subscriptions

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._end_subscriptions()
        await super().shutdown(sockets)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _listening(host: str, port: int) -> socket.socket:
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
                f"It cannot listen on {host} port {port}: {error.strerror or error}. Give another --port (0: any free one) or --host."
            )
        ) from error
    return listener


def _announce(listener: socket.socket, host: str) -> None:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    out = console()
    out.print(
        f"Serving {address}/ (GraphiQL: {address}/graphql, events: POST {address}/events). Stop with Ctrl+C.",
        soft_wrap=True,
    )
    sys.stdout.flush()
