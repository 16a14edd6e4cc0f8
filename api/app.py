"""The application: GraphQL, events, exports, health and metrics over one store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection

from api import events, export, health
from api.body import BodyLimit
from api.config import ApiSettings
from api.context import Context, Contexts
from api.deadline import HEADER, seconds_of
from api.graphql import PROTOCOLS, Router
from api.live.hub import Hub
from api.live.operation import Prepared
from api.live.stream import Live
from api.metrics import Metrics
from api.pages import serve_pages
from api.problems import tell_problems
from api.schema import build_schema
from api.workers import Workers
from graph_models.time import Millis
from impactgraph.usecases import Store
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import blast_radius

ABOUT = "Which orders, postings and customer messages a failure hits, when, and why."


SMALLEST, LEVEL = 1000, 5
"""Bytes from which on an answer is compressed; beyond this level the time goes up and the size hardly down. Streams of events are sent as they are."""


def create_app(
    store: Store,
    settings: ApiSettings,
    *,
    ask_impact: Ask = blast_radius,
    now: Callable[[], Millis],
) -> FastAPI:
    """Serves `store`, which stays open and is the caller's to close."""
    metrics, workers = Metrics(), Workers()

    contexts = Contexts(
        store,
        ask_impact,
        workers,
        clock=now,
        seconds=settings.deadline,
        most_objects=settings.max_cost,
        changed=lambda: hub.wake(),  # noqa: PLW0108 - the hub comes after
    )
    schema = build_schema(settings)
    prepared = Prepared(schema.executed, schema.execution_context_class, settings)
    hub = Hub(contexts, prepared.execute, metrics)
    schema.live = Live(prepared, hub)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await hub.close()
        workers.close()

    app = FastAPI(title="impactgraph", description=ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan)
    tell_problems(app)
    app.state.end_subscriptions = hub.close
    """For servers that wait for what is open before they tell the application that they stop."""

    async def context(connection: HTTPConnection) -> Context:
        return contexts.new(seconds_of(connection.headers.get(HEADER), settings.deadline))

    router = Router(
        schema, path="/graphql", graphql_ide=None, context_getter=context, subscription_protocols=PROTOCOLS
    )
    app.include_router(router)
    app.include_router(events.router(store, metrics, hub.wake))
    app.include_router(export.router(context, schema))
    app.include_router(health.router(store, metrics))
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST, compresslevel=LEVEL)
    app.add_middleware(BodyLimit, most=settings.max_body)
    app.add_middleware(metrics.middleware)
    serve_pages(app)
    return app
