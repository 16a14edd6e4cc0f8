"""State of a server between its start and its end; while it drains, clients are sent elsewhere."""

from enum import StrEnum

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Phase(StrEnum):
    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"
    """It answers, and is about to stop."""


class Lifecycle:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING

    def serve(self) -> None:
        self.phase = Phase.SERVING

    def drain(self) -> None:
        self.phase = Phase.DRAINING


class ClosingConnections:
    """ASGI middleware: while the server drains, each answer asks to close its connection, so that the next
    request of the client goes to another process.
    """

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle) -> None:
        self._app = app
        self._lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start" and self._lifecycle.phase is Phase.DRAINING:
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_and_close)
