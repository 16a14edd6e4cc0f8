"""Runtime of an application: contexts, schema, subscriptions, and the threads that watch the store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from anyio import to_thread

from api.audit import Auditing
from api.config import ApiSettings
from api.context import Contexts
from api.grouping import Grouping
from api.hardening.operations import read_operations
from api.hardening.protect import rates_of
from api.lifecycle import Lifecycle
from api.live.hub import Hub
from api.live.operation import OperationSchema
from api.live.stream import Subscriptions
from api.metrics import Metrics, SourceCollector
from api.recent_situation import RecentSituation
from api.schema import Schema, build_schema
from api.services import Services
from api.spool import Spool
from api.state_metrics import StateCollector, queue_lengths
from api.watched_operations import WatchedOperations
from api.workers import Workers
from graph_models.time import Millis
from impactgraph.usecases import Store
from impactgraph.usecases.access import Access
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.list_cache import ListCache
from impactgraph.usecases.wording import read_messages


class Runtime:
    """Made once for an application, and shared by all its routes."""

    def __init__(
        self,
        store: Store,
        settings: ApiSettings,
        *,
        ask_impact: Ask,
        now: Callable[[], Millis],
        access: Access,
        services: Services,
    ) -> None:
        """Raises BadInputError where texts of customer messages or persisted operations are invalid."""
        endpoints = access.endpoints
        self.services = services
        self.lifecycle = Lifecycle()
        self.rates = rates_of(settings, access.limits)
        self.auditing = Auditing(
            access.audit, now, questions=endpoints.audits_questions, webhooks=endpoints.audits_webhooks
        )
        self.workers = Workers()
        self.spool = Spool(settings.max_spool)
        lists = ListCache(settings.kept_pages)
        self.contexts = Contexts(
            store,
            ask_impact,
            self.workers,
            clock=now,
            seconds=settings.deadline,
            max_objects=settings.max_cost,
            messages=read_messages(settings.messages),
            lists=lists,
            auditing=self.auditing,
            chat=settings.chat,
            rank_weights=settings.rank_weights,
            sources=services.sources,
            notices=services.notices,
            personal=access.personal,
            on_change=self.notify,
            spend=self.rates.take_points,
        )
        self.metrics = Metrics()
        self.schema, self.hub = _live_schema(settings, self.contexts, self.metrics)
        self.grouping = Grouping(store, self.metrics, self.notify)
        self.recent_situation = RecentSituation(store, ask_impact, now)
        self._watch(store, lists)

    def _watch(self, store: Store, lists: ListCache) -> None:
        self.metrics.watch_process()
        self.metrics.watch(SourceCollector(self.services.sources))
        queues = queue_lengths(self.workers, self.grouping, lists, self.spool)
        self.metrics.watch(StateCollector(store, self.lifecycle, self.recent_situation, queues))

    def notify(self) -> None:
        """Tells the subscriptions that the data has changed."""
        self.hub.notify()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follows sources and sends notices; at the end each part finishes what it has begun."""
        loop = asyncio.get_running_loop()
        sources, notices = self.services.sources, self.services.notices
        sources.start(lambda: _call_in(loop, self.notify))
        notices.start(lambda: _call_in(loop, self.notify))
        self.lifecycle.serve()
        yield
        self.lifecycle.drain()
        await to_thread.run_sync(notices.stop)
        await to_thread.run_sync(sources.stop)
        await self.hub.close()
        await self.auditing.close()
        await to_thread.run_sync(self.recent_situation.wait)
        self.workers.close()


def _live_schema(settings: ApiSettings, contexts: Contexts, metrics: Metrics) -> tuple[Schema, Hub]:
    """The schema, and the hub of its subscriptions."""
    schema = build_schema(settings, [lambda: WatchedOperations(metrics)])
    schema.persisted = read_operations(settings.operations, is_exclusive=settings.operations_only)
    operations = OperationSchema(schema.core_schema, schema.execution_context_class, settings)
    hub = Hub(contexts, operations.execute, metrics)
    schema.subscriptions = Subscriptions(operations, hub)
    return schema, hub


def _call_in(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """Calls `work` in the loop's thread, unless the loop is at its end."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(work)
