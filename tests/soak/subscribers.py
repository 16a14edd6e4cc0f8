"""Subscribers to one blast radius, in a process of their own: what each saw, and when.

python -m tests.soak.subscribers ADDRESS COUNT       until standard input ends; prints JSON
"""

import asyncio
import json
import sys
import time

import websockets

from tests.benchmarks.live import QUERY


class Subscriber:
    def __init__(self) -> None:
        self.updates: list[tuple[float, int]] = []
        """When an update came, and its watermark."""
        self.errors: list[str] = []

    async def follow(self, address: str) -> None:
        """Follows until it is cancelled; connects again after an error, which it notes."""
        while True:
            try:
                await self._follow_once(address)
            except (OSError, websockets.WebSocketException) as error:
                self.errors.append(type(error).__name__)
            await asyncio.sleep(1)

    async def _follow_once(self, address: str) -> None:
        async with websockets.connect(
            address.replace("http", "ws") + "/graphql",
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            open_timeout=60,
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            await socket.recv()
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}}))
            while True:
                message = json.loads(await socket.recv())
                if message["type"] in ("error", "complete") or message.get("payload", {}).get("errors"):
                    self.errors.append(_code_of(message))
                    if message["type"] != "next":
                        return
                elif message["type"] == "next":
                    watermark = int(message["payload"]["data"]["blastRadius"]["watermark"])
                    self.updates.append((time.time(), watermark))


def _code_of(message: dict) -> str:
    payload = message.get("payload") or {}
    errors = payload if isinstance(payload, list) else payload.get("errors", ())
    return next((error.get("extensions", {}).get("code", "ERROR") for error in errors), message["type"])


async def main(address: str, count: int) -> None:
    subscribers = [Subscriber() for _ in range(count)]
    tasks = [asyncio.create_task(each.follow(address)) for each in subscribers]
    while not all(each.updates or each.errors for each in subscribers):
        await asyncio.sleep(0.1)
    print("ready", flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    result = [{"updates": each.updates, "errors": each.errors} for each in subscribers]
    print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
