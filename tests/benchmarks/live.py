"""How long after its event an update is on the wire, with events coming in and many who follow the same
blast radius.

python -m tests.benchmarks.live --orders 100000 --readers 100 --rate 1000 --seconds 30

The server is a process of its own, and so are the readers; all share the machine. A reader is slow where it
never reads.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

import httpx
import numpy as np
import websockets

from tests.server_process import server_process

QUERY = """subscription { blastRadius { asOf watermark headline complete
  totals { orders expectedOrders stuck exposed upcoming recordsOnly willMissPromise value { amount currency }
  postings { type effect count } }
  failures { id target { id name } startedAt }
  orders(first: 20) { totalCount edges { node { band effect hitAt missesPromise order { id channel region
  promisedBy value { amount currency } } } } } } }"""
BATCH = 100
"""Events of one POST: what comes together in a tenth of a second."""
SETTLE = 3.0
"""Seconds that readers are given after the last event."""


def orders(number: int, at: datetime) -> list[dict[str, object]]:
    """A batch: new orders for a store, each placed and in its first steps."""
    events: list[dict[str, object]] = []
    for n in range(number, number + BATCH // 4):
        order, when = f"LIVE-{n:08d}", at.isoformat()
        head = {"specversion": "1.0", "source": "/benchmark", "time": when}
        part = {
            "fulfillment": f"{order}/1",
            "workflow": "ship-from-store",
            "location": "store-0001",
            "value": "80.00",
        }
        placed = {
            "order": order,
            "channel": "web",
            "mode": "ship_from_store",
            "region": "uk",
            "customer_tier": "gold",
            "currency": "GBP",
            "value": "80.00",
        }
        promised = (at + timedelta(hours=20)).isoformat()
        events.append(
            {
                **head,
                "id": f"{order}.p",
                "type": "order.placed",
                "data": {**placed, "promised_by": promised, "fulfillments": [part]},
            }
        )
        for m, step in enumerate(("capture", "promise", "allocate")):
            data = {"order": order, "fulfillment": f"{order}/1", "step": step}
            events.append({**head, "id": f"{order}.{m}", "type": "fulfillment.entered", "data": data})
    return events


async def read(address: str, ended: asyncio.Event, seen: list[tuple[float, int]], *, slow: bool) -> None:
    """Notes (when it came, watermark) of each update."""
    async with websockets.connect(
        address.replace("http", "ws") + "/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}}))
        if slow:
            await ended.wait()
        while not ended.is_set():
            message = json.loads(await socket.recv())
            assert message["type"] == "next" and not message["payload"].get("errors"), message
            seen.append((time.time(), int(message["payload"]["data"]["blastRadius"]["watermark"])))


async def send(address: str, rate: float, seconds: float) -> tuple[list[tuple[float, int]], list[float]]:
    """(when it was sent, watermark that it leads to) of each batch, and how long each POST took."""
    sent, took = [], []
    async with httpx.AsyncClient(base_url=address, timeout=30) as http:
        answer = await http.post("/graphql", json={"query": "{ about { watermark } }"})
        watermark, begun, numbers = (
            int(answer.json()["data"]["about"]["watermark"]),
            time.time(),
            count(int(time.time()) % 10_000 * 10_000, BATCH // 4),
        )
        for n in range(int(rate * seconds / BATCH)):
            await asyncio.sleep(max(0.0, begun + n * BATCH / rate - time.time()))
            batch, start = orders(next(numbers), datetime.now(UTC)), time.time()
            response = await http.post(
                "/events", json=batch, headers={"content-type": "application/cloudevents-batch+json"}
            )
            taken = response.json()["taken"]
            assert taken == len(batch), response.text[:500]
            watermark += taken
            sent.append((start, watermark))
            took.append(time.time() - start)
    return sent, took


async def follow(address: str, readers: int, slow: int) -> list[list[tuple[float, int]]]:
    """What each reader that is not slow saw, until the input ends."""
    ended, seen = asyncio.Event(), [list[tuple[float, int]]() for _ in range(readers)]
    reading = [asyncio.create_task(read(address, ended, seen[n], slow=n < slow)) for n in range(readers)]
    while not all(seen[slow:]):
        await asyncio.sleep(0.1)
    print("ready", flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    ended.set()
    for task in reading:
        if task.done():
            task.result()
        task.cancel()
    return seen[slow:]


def shares(values: list[float]) -> str:
    p50, p95, p99, most = (1000 * np.percentile(values, share) for share in (50, 95, 99, 100))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, max {most:.0f} ms"


def report(
    sent: list[tuple[float, int]],
    took: list[float],
    seen: list[list[tuple[float, int]]],
    args: argparse.Namespace,
) -> None:
    late: list[float] = []
    for updates in seen:
        marks = [watermark for _, watermark in updates]
        for at, watermark in sent:
            place = next((n for n, mark in enumerate(marks) if mark >= watermark), None)
            assert place is not None, "an update never came"
            late.append(updates[place][0] - at)
    gaps = [b[0] - a[0] for updates in seen for a, b in pairwise(updates[1:])]
    span = sent[-1][0] - sent[0][0]
    print(  # noqa: T201
        f"{args.orders} orders, {len(sent) * BATCH / span:.0f} events/s, {args.readers} readers, {args.slow} "
        "of them slow"
    )
    print(f"from an event to its update at a reader: {shares(late)}")  # noqa: T201
    print(  # noqa: T201
        f"between two updates: {shares(gaps)}; {np.mean([len(updates) for updates in seen]):.1f} updates a "
        "reader"
    )
    print(f"POST of {BATCH} events: {shares(took)}")  # noqa: T201


async def measure(address: str, args: argparse.Namespace) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.live",
        "--follow",
        address,
        "--readers",
        str(args.readers),
        "--slow",
        str(args.slow),
    ]
    readers = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert readers.stdout is not None
    assert await readers.stdout.readline() == b"ready\n"
    sent, took = await send(address, args.rate, args.seconds)
    await asyncio.sleep(SETTLE)
    out, _ = await readers.communicate(b"")
    report(sent, took, json.loads(out), args)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument(
        "--store", type=Path, help="A folder to use instead of a new one; events are added to it."
    )
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--slow", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--follow", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.follow:
        print(json.dumps(asyncio.run(follow(args.follow, args.readers, args.slow))))  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as scratch:
        store = args.store or Path(scratch) / "store"
        if args.store is None:
            subprocess.run(
                [
                    Path(sys.executable).with_name("impactgraph"),
                    "demo",
                    "--no-serve",
                    "--orders",
                    str(args.orders),
                    "--keep",
                    str(store),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        with server_process(store) as server:
            asyncio.run(measure(server.address, args))


if __name__ == "__main__":
    main()
