"""Messages over a WebSocket, and requests for server-sent events: the protocol kept, bent and broken."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from hypothesis import strategies as st

from tests.hostile.questions import DOCUMENTS
from tests.hostile.request import Request
from tests.hostile.values import TEXT, VALUES, broken, encoded

QUERIES = (
    "subscription { blastRadius { headline } }",
    'subscription { order(id: "O-0001") { id } }',
    "subscription { incidents { id } }",
    "subscription S { serverTime } subscription T { serverTime }",
    "{ serverTime }",
    "subscription($x: Nope!) { blastRadius { headline } }",
    'subscription { blastRadius(horizon: "PT999999999H") { headline } }',
    'subscription { order(id: "\' OR 1=1 --") { id } }',
    *DOCUMENTS,
)
_KINDS = ("connection_init", "subscribe", "complete", "ping", "pong", "start", "stop", "next", "", None, 5)
_SECONDS = 60
"""After which a connection that is not answered is a defect."""


@dataclass(frozen=True)
class Talk:
    """What a client sends over one connection, then it goes."""

    protocols: tuple[str, ...]
    frames: tuple[str | bytes, ...]

    def __str__(self) -> str:
        return f"{self.protocols} {[frame[:300] for frame in self.frames]}"


@st.composite
def _message(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(("subscribe", "subscribe", *_KINDS)))
    message: dict[str, Any] = {
        "type": kind,
        "id": draw(st.sampled_from(("1", "1", "2", "", "\x00", 7, None))),
    }
    if kind == "subscribe" or draw(st.booleans()):
        payload: Any = {"query": draw(st.sampled_from(QUERIES))}
        for name in draw(st.lists(st.sampled_from(("variables", "operationName", "extensions", "query")))):
            payload[name] = draw(VALUES)
        message["payload"] = payload if draw(st.integers(0, 5)) else draw(VALUES)
    for name in draw(st.lists(st.sampled_from(("type", "id", "payload", "more")), max_size=1)):
        message[name] = draw(VALUES)
    return message


@st.composite
def _frame(draw: st.DrawFn) -> str | bytes:
    how = draw(st.integers(0, 9))
    text = encoded(draw(_message() if how else VALUES))
    match how:
        case 1:
            return text[: draw(st.integers(0, len(text)))].decode("utf-8", "replace")
        case 2:
            return text
        case 3:
            return draw(st.binary(max_size=8))
        case 4:
            return draw(TEXT)
        case _:
            return text.decode("utf-8", "replace")


@st.composite
def streams(draw: st.DrawFn) -> Request:
    """A request for server-sent events."""
    payload: dict[str, Any] = {"query": draw(st.sampled_from(QUERIES))}
    for name in draw(st.lists(st.sampled_from(("variables", "operationName", "extensions")), max_size=2)):
        payload[name] = draw(VALUES)
    headers = {"accept": "text/event-stream", "content-type": "application/json", "host": "localhost"}
    return Request("POST", "/graphql", headers=headers, body=draw(broken(encoded(payload))))


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    protocols = draw(
        st.sampled_from(
            (("graphql-transport-ws",),) * 6 + (("graphql-ws",), (), ("x", "graphql-transport-ws"))
        )
    )
    begin = [json.dumps({"type": "connection_init"})] if draw(st.integers(0, 5)) else []
    return Talk(protocols, (*begin, *draw(st.lists(_frame(), max_size=6))))


def _scope(kind: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
        "extensions": {},
    }


async def talk(app: FastAPI, said: Talk) -> list[dict[str, Any]]:
    """What the application sends over the connection.

    Raises whatever it raises; TimeoutError where it does not end once the client has gone.
    """
    scope = _scope("websocket", {"host": "localhost"}) | {"scheme": "ws", "subprotocols": [*said.protocols]}
    frames = [
        {"type": "websocket.receive", **({"text": frame} if isinstance(frame, str) else {"bytes": frame})}
        for frame in said.frames
    ]
    gone = {"type": "websocket.disconnect", "code": 1001}
    return await _connected(app, scope, [{"type": "websocket.connect"}, *frames, gone], frames_first=True)


async def stream(app: FastAPI, request: Request) -> list[dict[str, Any]]:
    """What the application sends to a client that goes after the first answer. Raises as `talk`."""
    scope = _scope("http", request.headers) | {"scheme": "http"}
    body = {"type": "http.request", "body": request.body, "more_body": False}
    return await _connected(app, scope, [body, {"type": "http.disconnect"}], frames_first=False)


async def _connected(
    app: FastAPI, scope: dict[str, Any], incoming: list[dict[str, Any]], *, frames_first: bool
) -> list[dict[str, Any]]:
    """`frames_first`: the client goes as soon as its frames are read, else once something was answered."""
    sent: list[dict[str, Any]] = []
    answered = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(dict(message))
        if message["type"] == "http.response.body":
            answered.set()

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        if len(incoming) == 1 and not frames_first:
            await answered.wait()
        return incoming.pop(0) if len(incoming) > 1 else incoming[0]

    await asyncio.wait_for(app(scope, receive, send), _SECONDS)
    return sent
