"""The application: GraphQL, events, exports, health and metrics over one store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection

from api import (
    audit_export,
    events,
    export,
    health,
    incoming,
    keeping,
    list_export,
    log_levels,
    repair_export,
)
from api.access import Authentication, principal_of, sender_of
from api.access_log import AccessLog
from api.audit import Auditing
from api.body import BodyLimit
from api.browsers import Browsers
from api.config import ApiSettings
from api.context import Context, Contexts
from api.deadline import HEADER, seconds_of
from api.graphql import PROTOCOLS, Router
from api.grouping import Grouping
from api.hardening.operations import read_operations
from api.hardening.protect import allowed_origins, protect, rates_of
from api.hardening.rates import AddressRate, PrincipalRate
from api.lifecycle import ClosingConnections, Lifecycle
from api.live.hub import Hub
from api.live.operation import OperationSchema
from api.live.stream import Subscriptions
from api.login import serve_login
from api.mcp.options import McpOptions, check_installed
from api.metrics import Metrics, SourceCollector
from api.pages import serve_pages
from api.problems import handle_problems
from api.recent_situation import RecentSituation
from api.request_ids import RequestIds
from api.schema import Schema, build_schema
from api.services import NO_SERVICES, Services
from api.state_metrics import StateCollector, queue_lengths
from api.traced_requests import TracedRequests
from api.watched_operations import WatchedOperations
from api.workers import Workers
from graph_models.time import Millis
from impactgraph.usecases import Store
from impactgraph.usecases.access import OPEN_ACCESS, Access
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.kept_lists import KeptLists
from impactgraph.usecases.tracing import is_traced
from impactgraph.usecases.wording import read_messages

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
    sources, notices, mcp = services.sources, services.notices, services.mcp
    doors = access.doors
    auditing = Auditing(access.audit, now, questions=doors.audits_questions, webhooks=doors.audits_webhooks)
    metrics = Metrics()
    metrics.watch_process()
    metrics.watch(SourceCollector(sources))
    workers = Workers()
    rates = rates_of(settings, access.limits)
    known_operations = read_operations(settings.operations, is_exclusive=settings.operations_only)
    lists = KeptLists(settings.kept_pages)
    lifecycle = Lifecycle()
    contexts = Contexts(
        store,
        ask_impact,
        workers,
        clock=now,
        seconds=settings.deadline,
        max_objects=settings.max_cost,
        messages=read_messages(settings.messages),
        lists=lists,
        auditing=auditing,
        chat=settings.chat,
        rank_weights=settings.rank_weights,
        sources=sources,
        notices=notices,
        personal=access.personal,
        on_change=lambda: hub.notify(),  # noqa: PLW0108 - the hub is made below
        spend=rates.take_points,
    )
    schema = build_schema(settings, [lambda: WatchedOperations(metrics)])
    schema.persisted = known_operations
    operations = OperationSchema(schema.core_schema, schema.execution_context_class, settings)
    hub = Hub(contexts, operations.execute, metrics)
    schema.subscriptions = Subscriptions(operations, hub)
    grouping = Grouping(store, metrics, hub.notify)
    recent_situation = RecentSituation(store, ask_impact, now)
    queues = queue_lengths(workers, grouping, lists)
    metrics.watch(StateCollector(store, lifecycle, recent_situation, queues))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        sources.start(lambda: _call_in(loop, hub.notify))
        notices.start(lambda: _call_in(loop, hub.notify))
        lifecycle.serve()
        async with tools():
            yield
        lifecycle.drain()
        await to_thread.run_sync(notices.stop)
        await to_thread.run_sync(sources.stop)
        await hub.close()
        await auditing.close()
        await to_thread.run_sync(recent_situation.wait)
        workers.close()

    app = FastAPI(title="impactgraph", description=ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan)
    handle_problems(app)
    app.state.end_subscriptions = hub.close
    """For servers that wait for open connections before they run the application's shutdown."""
    app.state.drain = lifecycle.drain
    """For servers that go on to answer for a while when they are asked to stop."""

    async def context(connection: HTTPConnection) -> Context:
        seconds = seconds_of(connection.headers.get(HEADER), settings.deadline)
        return contexts.new(principal_of(connection), seconds, sender_of(connection).address)

    router = Router(
        schema,
        path="/graphql",
        graphql_ide=None,
        context_getter=context,
        subscription_protocols=PROTOCOLS,
        max_tokens=settings.max_tokens,
        operations=known_operations,
        origins=allowed_origins(settings),
        has_page=settings.graphiql,
    )
    app.include_router(router)
    app.include_router(events.router(grouping, auditing))
    app.include_router(audit_export.router(access.audit))
    app.include_router(incoming.router(sources, auditing))
    app.include_router(export.router(context, schema))
    app.include_router(repair_export.router(context))
    app.include_router(list_export.router(context, schema))
    app.include_router(keeping.router(store, now, hub.notify, auditing))
    app.include_router(health.router(store, sources, notices, metrics, lifecycle))
    app.include_router(log_levels.router(auditing))
    browsers = Browsers(settings.url, can_log_in=access.login is not None)
    serve_login(app, access.login, browsers)
    app.add_middleware(PrincipalRate, rates=rates)
    app.add_middleware(Authentication, verifier=access.verifier, rules=access.doors, browsers=browsers)
    tools = _mount_tools(app, schema, context, mcp)
    app.add_middleware(AddressRate, rates=rates, proxies=access.doors.proxies)
    app.add_middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED_SIZE, compresslevel=COMPRESSION_LEVEL)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body)
    protect(app, settings)
    app.add_middleware(ClosingConnections, lifecycle=lifecycle)
    app.add_middleware(metrics.middleware)
    if settings.access_log:
        app.add_middleware(AccessLog)
    app.add_middleware(RequestIds)
    if is_traced():
        app.add_middleware(TracedRequests)
    serve_pages(app)
    return app


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


def _call_in(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """Calls `work` in the loop's thread, unless the loop is at its end."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(work)
