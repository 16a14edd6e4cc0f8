"""The application: GraphQL, events, exports, health and metrics over one store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from api import events, export, health
from api.body import BodyLimit
from api.config import ApiSettings
from api.context import Context
from api.deadline import HEADER, seconds_of
from api.graphql import ONLY_FROM_HERE, Router
from api.metrics import Metrics
from api.problems import tell_problems
from api.schema import build_schema
from api.workers import Workers
from graph_models.time import Millis, millis
from impactgraph.usecases import Store
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import blast_radius

ABOUT = "Which orders, postings and customer messages a failure hits, when, and why."
WEB = Path(__file__).parent / "web"


def system_clock() -> Millis:
    """The moment it is."""
    return millis(datetime.now(UTC))


def create_app(store: Store, settings: ApiSettings, *, ask_impact: Ask = blast_radius, now: Callable[[], Millis] = system_clock) -> FastAPI:
    """Serves `store`, which stays open and is the caller's to close."""
    metrics, workers = Metrics(), Workers()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        workers.close()

    app = FastAPI(title="impactgraph", description=ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan)
    tell_problems(app)

    async def context(request: Request) -> Context:
        seconds = seconds_of(request.headers.get(HEADER), settings.deadline)
        return Context(store, ask_impact, workers, now=now(), seconds=seconds, most_objects=settings.max_cost)

    router = Router(build_schema(settings), path="/graphql", graphql_ide=None, context_getter=context, subscription_protocols=())
    app.include_router(router)
    app.include_router(events.router(store, metrics))
    app.include_router(export.router(context))
    app.include_router(health.router(store, metrics))
    app.add_middleware(BodyLimit, most=settings.max_body)
    app.add_middleware(metrics.middleware)

    @app.get("/", include_in_schema=False)
    async def start() -> FileResponse:
        return FileResponse(WEB / "index.html", media_type="text/html", headers=ONLY_FROM_HERE)

    app.mount("/web", StaticFiles(directory=WEB), name="web")
    return app
