"""A server of its own process over a store on disk, with an endpoint for alerts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from graph_models.time import Millis
from impactgraph.bootstrap import open_store, system_clock
from impactgraph.demo.load import load_demo
from tests.alert_payloads import SECRET
from tests.benchmarks.webhooks import SOURCES
from tests.server_process import ServerProcess, server_process

RULES = """
rules:
  - {match: {labels: {service: '*'}}, element: integration:oms-to-mailer, class: latency, delay: PT10M}
"""
SEED = 7


def make_store(folder: Path, orders: int, now: Callable[[], Millis] = system_clock) -> None:
    """A store with so many orders in flight now, and their failures; none where there is one already."""
    if folder.exists():
        return
    store = open_store(str(folder), now=now)
    load_demo(store, orders, now(), SEED)
    store.close()


@contextmanager
def serving(folder: Path, scratch: Path) -> Iterator[ServerProcess]:
    (scratch / "sources.yaml").write_text(SOURCES)
    (scratch / "rules.yaml").write_text(RULES)
    options = ("--sources", str(scratch / "sources.yaml"))
    with server_process(folder, *options, variables={"ALERT_SECRET": SECRET}) as server:
        yield server
