"""Metrics that are read when they are scraped: the state of the store, of queues and of the situation."""

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.grouping import Grouping
from api.lifecycle import Lifecycle, Phase
from api.recent_situation import RecentSituation
from api.spool import Spool
from api.workers import Workers
from impactgraph.errors import ImpactGraphError
from impactgraph.usecases import Store
from impactgraph.usecases.latest_event import latest_event
from impactgraph.usecases.list_cache import ListCache

log = structlog.get_logger("impactgraph.api")

QUEUES: Mapping[str, str] = {
    "workers_busy": "Threads that answer a request.",
    "workers_waiting": "Requests that wait for a thread.",
    "workers_limit": "Threads for requests.",
    "grouping_waiting": "Deliveries of events that wait for a commit.",
    "kept_lists": "Lists that are kept for their next pages.",
    "kept_lists_bytes": "Bytes of these lists.",
    "spool_bytes": "Bytes of exports that wait on the disk for their clients.",
}


@dataclass(frozen=True, eq=False)
class StateCollector(Collector):
    """What cannot be read is left out, and `impactgraph_store_up` is 0."""

    store: Store
    lifecycle: Lifecycle
    situation: RecentSituation
    queues: Mapping[str, Callable[[], float]]
    """By name, as in `QUEUES`."""

    def describe(self) -> Iterator[Metric]:
        """Nothing is read when the collector is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily(
            "impactgraph_build_info",
            "Version of the product: 1.",
            labels=["version", "python", "store"],
        )
        condition = self.store.condition()
        build.add_metric([version("impactgraph"), platform.python_version(), condition.kind], 1)
        yield build
        is_serving = self.lifecycle.phase is Phase.SERVING
        yield _gauge("serving", "Whether the server has started and is not stopping.", is_serving)
        yield _gauge("store_size_bytes", "Bytes of the store on the disk of this process.", condition.size)
        yield _gauge("quarantine_size", "Events and documents in the quarantine.", condition.quarantined)
        if condition.lag is not None:
            about = "For how long something that other processes wrote may be missing here."
            yield _gauge("log_lag_seconds", about, condition.lag / 1_000)
        for name, about in QUEUES.items():
            yield _gauge(name, about, self.queues[name]())
        yield from self._record()
        yield from self._situation()

    def _record(self) -> Iterator[Metric]:
        try:
            latest = latest_event(self.store)
        except ImpactGraphError as error:
            log.warning("the store cannot be read for metrics", reason=str(error))
            yield _gauge("store_up", "Whether the store can be read.", False)
            return
        yield _gauge("store_up", "Whether the store can be read.", True)
        yield _gauge("watermark", "Number of the last event that was ingested.", latest.watermark)
        yield _gauge("orders", "Orders in memory.", latest.orders)
        if latest.at is not None:
            about = "When something last happened to an order, in seconds since 1970."
            yield _gauge("latest_event_timestamp_seconds", about, latest.at / 1_000)

    def _situation(self) -> Iterator[Metric]:
        now = self.situation.read()
        if now is None:
            return
        about = "When the following figures were computed, in seconds since 1970."
        yield _gauge("situation_timestamp_seconds", about, now.at / 1_000)
        yield _gauge("failures_active", "Failures that have begun and not ended.", now.active_failures)
        yield _gauge("orders_in_flight", "Orders that have not ended.", now.orders_in_flight)
        yield _gauge("orders_affected", "Orders that active failures affect.", now.affected_orders)
        yield _gauge("promises_at_risk", "Promises missed because of them, expected.", now.promises_at_risk)
        yield _by_state("incidents", "Incidents of the last week.", now.incidents)
        yield _by_state("notices", "Notices of all time.", now.notices)


def queue_lengths(
    workers: Workers, grouping: Grouping, lists: ListCache, spool: Spool
) -> Mapping[str, Callable[[], float]]:
    """Of the queues that `QUEUES` describes."""
    return {
        "workers_busy": lambda: workers.busy,
        "workers_waiting": lambda: workers.waiting,
        "workers_limit": lambda: workers.count,
        "grouping_waiting": lambda: grouping.waiting_count,
        "kept_lists": lambda: len(lists),
        "kept_lists_bytes": lambda: lists.nbytes,
        "spool_bytes": lambda: spool.nbytes,
    }


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"impactgraph_{name}", about, value=float(value))


def _by_state(name: str, about: str, counts: Mapping[Any, int]) -> Metric:
    """`counts` by members of an enumeration of texts; label values in small letters."""
    family = GaugeMetricFamily(f"impactgraph_{name}", f"{about} By state.", labels=["state"])
    for state, count in counts.items():
        family.add_metric([state.lower()], count)
    return family
