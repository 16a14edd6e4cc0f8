"""Metrics for Prometheus. Each application has its own registry, so that one process can hold several."""

import time
from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.incoming import FIXED_ADDRESSES, TRACES
from impactgraph.usecases.sources import LiveSources, SourceState

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SOURCE_COUNTS = {
    "taken": "Events of live sources that were taken.",
    "repeated": "Events of live sources that were there.",
    "quarantined": "Events and documents of live sources that were quarantined.",
    "passed": "Documents of live sources that their mapping does not ask for.",
}
ROUTES = frozenset(
    {"/", "/graphql", "/events", "/in", "/webhooks", "/export", "/healthz", "/readyz", "/metrics", "/logs"}
    | {"/backup", "/forget", "/retention"}
)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "impactgraph_requests",
            "Requests answered.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "impactgraph_request_seconds",
            "Time to answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.events = Counter(
            "impactgraph_events",
            "Events received, by result.",
            ["result"],
            registry=self.registry,
        )
        self.commits = Counter("impactgraph_commits", "Commits of received events.", registry=self.registry)
        self.subscribers = Gauge(
            "impactgraph_subscribers",
            "Open subscriptions, by topic.",
            ["topic"],
            registry=self.registry,
        )
        self.topics = Gauge(
            "impactgraph_topics",
            "Different questions that are subscribed to, by their kind.",
            ["topic"],
            registry=self.registry,
        )
        self.operations = Histogram(
            "impactgraph_graphql_operation_seconds",
            "Time to execute an operation of GraphQL, by kind and, where it is only one, field.",
            ["kind", "field"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.ingest_seconds = Histogram(
            "impactgraph_ingest_seconds",
            "Time from a delivery of events to their being durable.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.updates = Counter("impactgraph_updates", "Updates sent to subscribers.", registry=self.registry)
        self.in_progress = Gauge(
            "impactgraph_requests_under_way", "Requests being answered.", registry=self.registry
        )

    def watch_process(self) -> None:
        """Adds memory, processor time and open files of this process, where the system tells them."""
        ProcessCollector(registry=self.registry)

    def watch(self, collector: Collector) -> None:
        """Adds metrics that are read when they are asked for."""
        self.registry.register(collector)

    def text(self) -> bytes:
        """In the text format of Prometheus; reads the store, so not to be called in an event loop."""
        return generate_latest(self.registry)

    def middleware(self, app: ASGIApp) -> "MeasuringApp":
        return MeasuringApp(app, self)


class SourceCollector(Collector):
    """How live sources are: counts of all time, as the store keeps them; read when they are asked for."""

    def __init__(self, sources: LiveSources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        statuses = self._sources.statuses()
        for name, about in _SOURCE_COUNTS.items():
            counter = CounterMetricFamily(f"impactgraph_source_{name}", about, labels=["source"])
            for status in statuses:
                counter.add_metric([status.key], getattr(status.progress, name))
            yield counter
        lag = GaugeMetricFamily(
            "impactgraph_source_lag_seconds",
            "For how long a source may have had something that was not taken.",
            labels=["source"],
        )
        last = GaugeMetricFamily(
            "impactgraph_source_last_event_seconds",
            "Time of the latest event of a source, in seconds since 1970.",
            labels=["source"],
        )
        up = GaugeMetricFamily(
            "impactgraph_source_up", "Whether a source is read.", labels=["source", "kind"]
        )
        for status in statuses:
            up.add_metric([status.key, status.kind], float(status.state is SourceState.RUNNING))
            if status.lag is not None:
                lag.add_metric([status.key], status.lag / 1_000)
            if status.progress.last_event_at is not None:
                last.add_metric([status.key], status.progress.last_event_at / 1_000)
        yield from (lag, last, up)


class MeasuringApp:
    """Counts and times requests; all unknown paths count as one route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def send_and_note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        route = route_of(scope["path"])
        started_at = time.perf_counter()
        with self._metrics.in_progress.track_inprogress():
            try:
                await self._app(scope, receive, send_and_note_status)
            finally:
                self._metrics.requests.labels(route, scope["method"], status).inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - started_at)


def route_of(path: str) -> str:
    """The route of a path, of a bounded set."""
    if path.startswith("/in/") or path == TRACES:
        return "/in"
    if path.startswith("/webhooks/") or path in FIXED_ADDRESSES.values():
        return "/webhooks"
    return path if path in ROUTES else "other"
