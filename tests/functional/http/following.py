"""One who follows: a web socket that speaks graphql-transport-ws, and a stream of server-sent events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

PATIENCE = 30
"""Seconds until a message that does not come fails the test."""


@dataclass
class Follower:
    socket: ClientConnection
    waiting: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def message(self, identifier: str | None = None) -> dict[str, Any]:
        """The next one, or the next of an operation; the others stay for later."""
        for n, message in enumerate(self.waiting):
            if identifier in (None, message.get("id")):
                return self.waiting.pop(n)
        while True:
            message = json.loads(self.socket.recv(PATIENCE))
            if identifier in (None, message.get("id")):
                return message
            self.waiting.append(message)

    def ask(self, identifier: str, query: str, **variables: Any) -> None:
        self.send(id=identifier, type="subscribe", payload={"query": query, "variables": variables})

    def next(self, identifier: str) -> Any:
        """The data of the next answer, which has no errors."""
        message = self.message(identifier)
        assert message["type"] == "next" and "errors" not in message["payload"], message
        return message["payload"]["data"]

    def code(self, identifier: str) -> str:
        """Of the error that an operation ends with."""
        message = self.message(identifier)
        assert message["type"] == "error", message
        return message["payload"][0]["extensions"]["code"]


@contextmanager
def opened(address: str, **headers: str) -> Iterator[Follower]:
    """Connected, and nothing sent."""
    with connect(
        address.replace("http", "ws", 1) + "/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers=headers,
    ) as socket:
        yield Follower(socket)


@contextmanager
def follower(address: str, payload: object = None, **headers: str) -> Iterator[Follower]:
    """Connected and acknowledged; `payload` of the first message."""
    with opened(address, **headers) as found:
        found.send(type="connection_init", **({} if payload is None else {"payload": payload}))
        assert found.message() == {"type": "connection_ack"}
        yield found


@contextmanager
def streamed(http: httpx.Client, query: str, **variables: Any) -> Iterator[Iterator[tuple[str, Any]]]:
    """(event, data) of each event."""
    body = {"query": query, "variables": variables}
    with http.stream(
        "POST", "/graphql", json=body, headers={"accept": "text/event-stream"}, timeout=PATIENCE
    ) as response:
        assert response.status_code == 200 and response.headers["content-type"].startswith(
            "text/event-stream"
        )
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    event = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield event, json.loads(value) if value else None
