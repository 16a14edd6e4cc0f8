"""How long the answer to an alert takes that is durable then, with alerts at a steady rate.

python -m tests.benchmarks.webhooks --rate 200 --seconds 20

The server is a process of its own with a store on disk. Each alert is new (`--repeated`: one of a hundred)
and is sent at its time, whether the earlier ones are answered or not; the time counts from then.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

from impactgraph.bootstrap import open_store
from tests.alert_payloads import SECRET, alertmanager
from tests.server_process import server_process
from tests.stores.events import DOCUMENTS, at, topology

SOURCES = """
sources:
  prod: {kind: alerts, sender: alertmanager, rules: rules.yaml, check: bearer, secrets: [{env: ALERT_SECRET}]}
"""
RULES = "rules: [{match: {labels: {service: '*'}}, element: system:oms}]"
REPEATED = 100
WARM_UP = 20


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server over a new store in the folder."""
    store = open_store(str(folder / "store"))
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    store.close()
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "rules.yaml").write_text(RULES)
    options = ("--sources", str(folder / "sources.yaml"))
    with server_process(folder / "store", *options, variables={"ALERT_SECRET": SECRET}) as server:
        yield server.address


def body(number: int) -> bytes:
    group = alertmanager()
    group["alerts"][0]["fingerprint"] = f"f-{number}"
    return json.dumps(group).encode()


async def send_all(address: str, rate: float, bodies: list[bytes]) -> list[float]:
    """Seconds from the time of each delivery to its answer."""
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:
        start = time.perf_counter()

        async def send(number: int) -> float:
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            answer = await client.post(
                "/webhooks/alertmanager/prod",
                content=bodies[number],
                headers={"authorization": f"Bearer {SECRET}"},
            )
            assert answer.status_code == 202, answer.text
            return time.perf_counter() - due

        return list(await asyncio.gather(*(send(number) for number in range(len(bodies)))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--repeated", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as address:
        asyncio.run(send_all(address, 50, [body(-number) for number in range(1, WARM_UP)]))
        total = int(options.rate * options.seconds)
        bodies = [body(number % REPEATED if options.repeated else number) for number in range(total)]
        times = np.array(asyncio.run(send_all(address, options.rate, bodies))) * 1000
    shares = ", ".join(f"p{share}: {np.percentile(times, share):.1f} ms" for share in (50, 95, 99))
    print(f"{total:,} alerts at {options.rate:g} a second: {shares}, longest: {times.max():.1f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
