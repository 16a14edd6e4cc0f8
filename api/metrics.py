"""Figures for Prometheus. Each application has its own registry, so that several live side by side in one process."""

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
            "Events received, by what became of them.",
            ["result"],
            registry=self.registry,
        )
        self.commits = Counter(
            "impactgraph_commits", "Commits that events came in by.", registry=self.registry
        )
        self.readers = Gauge(
            "impactgraph_subscribers",
            "Open subscriptions, by what they follow.",
            ["topic"],
            registry=self.registry,
        )
        self.updates = Counter(
            "impactgraph_updates", "Answers given to subscriptions.", registry=self.registry
        )
        self.under_way = Gauge(
            "impactgraph_requests_under_way", "Requests being answered.", registry=self.registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def middleware(self, app: ASGIApp) -> "Measured":
        return Measured(app, self)


class Measured:
    """Counts and times requests; addresses that are not ours count as one."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        route = scope["path"] if scope["path"] in ROUTES else "other"
        begun = time.perf_counter()
        with self._metrics.under_way.track_inprogress():
            try:
                await self._app(scope, receive, noted)
            finally:
                self._metrics.requests.labels(route, scope["method"], status).inc()
                self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)
