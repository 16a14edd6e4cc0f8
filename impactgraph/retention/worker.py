"""Applies rules of retention now and then, in a thread of a server."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog

from graph_models.access import Principal
from graph_models.time import SECOND, Millis
from impactgraph.errors import ImpactGraphError
from impactgraph.ports.store import Store
from impactgraph.retention.format import RetentionRules
from impactgraph.usecases.access import AuditLog
from impactgraph.usecases.forget import RemovalContext, removal_arguments
from impactgraph.usecases.recording import Recorder

JOIN_SECONDS = 60.0
log = structlog.get_logger("impactgraph.retention")


@contextmanager
def running_retention(
    store: Store, rules: RetentionRules | None, audit: AuditLog, *, now: Callable[[], Millis]
) -> Generator[None]:
    """Applies the rules (None: removes nothing) until the context ends; `audit` keeps what each removed."""
    worker = RetentionWorker(store, rules, audit, now=now)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


class RetentionWorker:
    """`start` begins with a round at once: a server that is restarted every day applies its rules, too."""

    def __init__(
        self, store: Store, rules: RetentionRules | None, audit: AuditLog, *, now: Callable[[], Millis]
    ) -> None:
        """`rules` None: nothing is removed."""
        self._store = store
        self._audit = audit
        self._rules = rules
        self._now = now
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._rules is not None:
            self._thread = threading.Thread(
                target=self._run, args=(self._rules,), name="retention", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def _run(self, rules: RetentionRules) -> None:
        while not self._stop.is_set():
            try:
                self.round(rules)
            except ImpactGraphError as error:
                log.error("Orders cannot be removed by their age", reason=str(error))
            except Exception as error:
                log.error("Orders cannot be removed by their age", exc_info=error)
            self._stop.wait(rules.every / SECOND)

    def round(self, rules: RetentionRules) -> None:
        for rule in rules.at(self._now()):
            if self._stop.is_set():
                return
            who = Principal(f"rule:{rule.name}", rule.name, frozenset())
            with Recorder(self._audit, who, self._now).change("retention", {"rule": rule.name}) as change:
                context = RemovalContext(self._store, self._audit, who, self._now())
                count = context.apply(rule, dry_run=False)
                change.arguments |= removal_arguments(count)
            if count.orders or count.entries or count.audited:
                log.info(
                    "removed by retention",
                    rule=rule.name,
                    orders=count.orders,
                    entries=count.entries,
                    audited=count.audited,
                )
