"""A soak: a server under load for an hour, over a store made for it, and the store compared with what was
acknowledged.

python -m tests.soak                                                an hour, a million orders
python -m tests.soak --minutes 10 --orders 100000                   shorter and smaller
python -m tests.soak --minutes 1 --orders 20000 --events 200 --blast-radii 2 --subscribers 10 --spikes 0

Requests are sent by a schedule that waits for no answer, so the time of each counts from when it was due.
Exit status: 0 nothing lost, nothing doubled, no error in the calm time; 1 otherwise.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.server_process import ServerProcess
from tests.soak.ledger import Comparison, Ledger, compare
from tests.soak.load import SECONDS, Failed, Load, Refused
from tests.soak.memory import Sample, watch
from tests.soak.plan import EVENTS_OF_A_BATCH, Plan, plan
from tests.soak.report import Findings, text_of
from tests.soak.server import make_store, serving
from tests.soak.updates import Updates, judge, subscribers

_ABOUT = "{ about { watermark } orders(first: 500) { edges { node { id } } } sources { taken quarantined } }"
_SAMPLES = 120
"""Of the memory, in the whole time."""


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--orders", type=int, default=1_000_000, help="In flight at the start.")
    parser.add_argument("--events", type=float, default=2000, help="A second, in batches of 100.")
    parser.add_argument("--blast-radii", type=float, default=20, help="A second.")
    parser.add_argument("--order-questions", type=float, default=2, help="For one order, a second.")
    parser.add_argument("--subscribers", type=int, default=100)
    parser.add_argument("--webhooks", type=float, default=5, help="A second.")
    parser.add_argument("--spikes", type=int, default=1, help="Times in which everything comes tenfold.")
    parser.add_argument("--spike-seconds", type=float, default=60)
    parser.add_argument("--store", type=Path, help="Folder that keeps the store for the next run.")
    parser.add_argument("--json", type=Path, help="File for the findings.")
    return parser


def plan_of(args: argparse.Namespace) -> Plan:
    rates = {
        "events": args.events / EVENTS_OF_A_BATCH,
        "blast radius": args.blast_radii,
        "order": args.order_questions,
        "webhook": args.webhooks,
    }
    return plan(args.minutes * 60, rates, spikes=args.spikes, spike_seconds=args.spike_seconds)


async def soak(server: ServerProcess, args: argparse.Namespace) -> tuple[Load, Updates, list[Sample], int]:
    """What came of the load; the events by which the log has grown with the batches."""
    begin = await _about(server)
    ids = [edge["node"]["id"] for edge in begin["orders"]["edges"]]
    ledger = Ledger(next_number=int(time.time()) % 10_000 * 10_000)
    load = Load(server.address, plan_of(args), ledger, ids)
    samples = list[Sample]()
    watermark = int(begin["about"]["watermark"])
    async with subscribers(server.address, args.subscribers) as seen:
        watching = asyncio.create_task(watch(server.pid, args.minutes * 60 / _SAMPLES, load.orders, samples))
        await load.run()
        watching.cancel()
        await send_again(load)
    end = await _about(server)
    updates = judge(seen, load.acknowledged, watermark)
    alerts = _events_of_alerts(end) - _events_of_alerts(begin)
    return load, updates, samples, int(end["about"]["watermark"]) - watermark - alerts


async def send_again(load: Load) -> None:
    """Sends the batches again that were refused or not answered, as their sender would."""
    async with httpx.AsyncClient(base_url=load.address, timeout=10 * SECONDS) as http:
        while load.ledger.unclear:
            for first, body in list(load.ledger.unclear.items()):
                try:
                    await load.send_batch(http, first, body)
                except (Refused, Failed):
                    await asyncio.sleep(1)


async def _about(server: ServerProcess) -> Any:
    async with httpx.AsyncClient(base_url=server.address, timeout=120) as http:
        answer = await http.post("/graphql", json={"query": _ABOUT})
        return answer.json()["data"]


def _events_of_alerts(about: Any) -> int:
    return sum(source["taken"] for source in about["sources"])


def main() -> int:
    args = options().parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = args.store or scratch / "store"
        make_store(folder, args.orders)
        start = time.monotonic()
        with serving(folder, scratch) as server:
            load, updates, samples, events = asyncio.run(soak(server, args))
        seconds = time.monotonic() - start
        comparison: Comparison = compare(str(folder), load.ledger, events)
    findings = Findings(load.plan, args.orders, load, updates, samples, comparison, seconds)
    print(text_of(findings))  # noqa: T201
    if args.json:
        args.json.write_text(json.dumps(findings.as_json(), indent=2) + "\n")
    return 0 if findings.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
