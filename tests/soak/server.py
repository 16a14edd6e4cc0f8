"""A server of its own process over a store on disk, with a door for alerts."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph_models.time import Millis
from impactgraph.bootstrap import open_store, system_clock
from impactgraph.demo.load import load_demo
from tests.alert_payloads import SECRET
from tests.benchmarks.webhooks import SOURCES

RULES = """
rules:
  - {match: {labels: {service: '*'}}, element: integration:oms-to-mailer, class: latency, delay: PT10M}
"""
SEED = 7


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    process: int


def make_store(folder: Path, orders: int, now: Callable[[], Millis] = system_clock) -> None:
    """A store with so many orders in flight now, and their failures; none where there is one already."""
    if folder.exists():
        return
    store = open_store(str(folder), now=now)
    load_demo(store, orders, now(), SEED)
    store.close()


@contextmanager
def serving(folder: Path, scratch: Path) -> Iterator[Server]:
    (scratch / "sources.yaml").write_text(SOURCES)
    (scratch / "rules.yaml").write_text(RULES)
    command = [sys.executable, "-m", "impactgraph", "serve", "--port", "0", "--store", str(folder)]
    server = subprocess.Popen(
        [*command, "--sources", str(scratch / "sources.yaml")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"ALERT_SECRET": SECRET},
    )
    assert server.stdout is not None
    found = re.search(r"http://[^/ ]+", server.stdout.readline())
    assert found is not None, "the server did not start"
    try:
        yield Server(found[0], server.pid)
    finally:
        server.terminate()
        server.wait()
