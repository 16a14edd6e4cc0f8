"""Metrics for Prometheus. Each application has its own registry, so that one process can hold several."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROUTES = frozenset({"/", "/graphql", "/events", "/export", "/healthz", "/readyz", "/metrics"})


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
        self.updates = Counter("impactgraph_updates", "Updates sent to subscribers.", registry=self.registry)
        self.in_progress = Gauge(
            "impactgraph_requests_under_way", "Requests being answered.", registry=self.registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def middleware(self, app: ASGIApp) -> "MeasuringApp":
        return MeasuringApp(app, self)


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

        route = scope["path"] if scope["path"] in ROUTES else "other"
        started_at = time.perf_counter()
        with self._metrics.in_progress.track_inprogress():
            try:
                await self._app(scope, receive, send_and_note_status)
            finally:
                self._metrics.requests.labels(route, scope["method"], status).inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - started_at)
