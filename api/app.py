"""The application: GraphQL, events, exports, health and metrics over one store."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection

from api import (
    administration,
    audit_export,
    events,
    export,
    health,
    incoming,
    list_export,
    log_levels,
    repair_export,
)
from api.access import Authentication, principal_of, sender_of
from api.access_log import AccessLog
from api.body import BodyLimit
from api.browsers import Browsers
from api.config import ApiSettings
from api.context import Context
from api.deadline import HEADER, seconds_of
from api.graphql import PROTOCOLS, Router
from api.hardening.protect import allowed_origins, protect
from api.hardening.rates import AddressRate, PrincipalRate
from api.lifecycle import ClosingConnections
from api.login import serve_login
from api.mcp.options import McpOptions, check_installed
from api.pages import serve_pages
from api.problems import handle_problems
from api.request_ids import RequestIds
from api.runtime import Runtime
from api.schema import Schema
from api.services import NO_SERVICES, Services
from api.traced_requests import TracedRequests
from graph_models.time import Millis
from impactgraph.usecases import Store
from impactgraph.usecases.access import OPEN_ACCESS, Access
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.tracing import is_traced

ABOUT = "Which orders, postings and customer messages a failure affects, when, and why."

MIN_COMPRESSED_SIZE = 1000
"""Smaller responses, in bytes, are not compressed; event streams neither."""
COMPRESSION_LEVEL = 5
"""A higher level costs more time and saves hardly any bytes."""


def create_app(
    store: Store,
    settings: ApiSettings,
    *,
    ask_impact: Ask = answer_question,
    now: Callable[[], Millis],
    access: Access = OPEN_ACCESS,
    services: Services = NO_SERVICES,
) -> FastAPI:
    """An application that serves `store`, and runs the services while it does; the caller closes the store.

    Raises BadInputError where the texts of customer messages or the persisted operations are invalid.
    """
    runtime = Runtime(store, settings, ask_impact=ask_impact, now=now, access=access, services=services)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with runtime.running(), tools():
            yield

    app = FastAPI(title="impactgraph", description=ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan)
    handle_problems(app)
    app.state.end_subscriptions = runtime.hub.close
    """For servers that wait for open connections before they run the application's shutdown."""
    app.state.drain = runtime.lifecycle.drain
    """For servers that go on to answer for a while when they are asked to stop."""

    async def context(connection: HTTPConnection) -> Context:
        seconds = seconds_of(connection.headers.get(HEADER), settings.deadline)
        return runtime.contexts.new(principal_of(connection), seconds, sender_of(connection).address)

    browsers = Browsers(settings.url, can_log_in=access.login is not None)
    for router in _routers(runtime, context, settings, access):
        app.include_router(router)
    serve_pages(app)
    _add_middleware(app, runtime, settings, access, browsers)
    tools = _mount_tools(app, runtime.schema, context, services.mcp)
    return app


def _routers(
    runtime: Runtime,
    context: Callable[[HTTPConnection], Awaitable[Context]],
    settings: ApiSettings,
    access: Access,
) -> Iterable[APIRouter]:
    schema, auditing, contexts = runtime.schema, runtime.auditing, runtime.contexts
    sources, notices = runtime.services.sources, runtime.services.notices
    yield Router(
        schema,
        path="/graphql",
        graphql_ide=None,
        context_getter=context,
        subscription_protocols=PROTOCOLS,
        max_tokens=settings.max_tokens,
        operations=schema.persisted,
        origins=allowed_origins(settings),
        has_page=settings.graphiql,
    )
    yield events.router(runtime.grouping, auditing)
    yield audit_export.router(access.audit)
    yield incoming.router(sources, auditing)
    yield export.router(context, schema, runtime.spool)
    yield repair_export.router(context, runtime.spool)
    yield list_export.router(context, schema, runtime.spool)
    yield administration.router(contexts.store, contexts.clock, runtime.notify, auditing)
    yield health.router(contexts.store, sources, notices, runtime.metrics, runtime.lifecycle)
    yield log_levels.router(auditing)


def _add_middleware(
    app: FastAPI, runtime: Runtime, settings: ApiSettings, access: Access, browsers: Browsers
) -> None:
    """From the innermost to the outermost."""
    endpoints, rates = access.endpoints, runtime.rates
    serve_login(app, access.login, browsers)
    app.add_middleware(PrincipalRate, rates=rates)
    app.add_middleware(Authentication, verifier=access.verifier, rules=endpoints, browsers=browsers)
    app.add_middleware(AddressRate, rates=rates, proxies=endpoints.proxies)
    app.add_middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED_SIZE, compresslevel=COMPRESSION_LEVEL)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body)
    protect(app, settings)
    app.add_middleware(ClosingConnections, lifecycle=runtime.lifecycle)
    app.add_middleware(runtime.metrics.middleware)
    if settings.access_log:
        app.add_middleware(AccessLog)
    app.add_middleware(RequestIds)
    if is_traced():
        app.add_middleware(TracedRequests)


def _mount_tools(
    app: FastAPI,
    schema: Schema,
    context: Callable[[HTTPConnection], Awaitable[Context]],
    options: McpOptions | None,
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """What has to be entered while the application runs."""
    if options is None:
        return nullcontext
    check_installed()
    from api.answers import SchemaAnswers
    from api.mcp.mount import mount

    return mount(app, SchemaAnswers(schema, context), options)
