"""Base of all stores: questions and changes over a local replica of the record.

A subclass decides how a change is committed, and brings in what other processes commit.
"""

import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from graph_models.access import EVERYTHING, View
from graph_models.diagnosis import StockFigure
from graph_models.enums import OrderSort
from graph_models.failure import Failure
from graph_models.journal import Journal
from graph_models.orders import Order, OrderFilter, Page
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.baselines import Baselines
from impactgraph.columns import Columns, ErrorTexts, Visits
from impactgraph.columns.system_lists import ListContent, SystemLists
from impactgraph.errors import BadInputError
from impactgraph.ingest.personal import PersonalRules
from impactgraph.ports.backup import BackupHead, Part, PartKey, Totals
from impactgraph.ports.condition import StoreCondition
from impactgraph.ports.ingest import Ingest, IngestedFile, IngestResult, QuarantinedEvent, UndoResult
from impactgraph.ports.removal import (
    ForgetRequest,
    ForgetResult,
    RetainedFrom,
    RetentionCount,
    RetentionRule,
    Search,
)
from impactgraph.ports.search import OrderNumber, SearchMatch
from impactgraph.ports.sources import SourceBatch, SourceProgress
from impactgraph.ports.state import EventsAhead, OrderTimeline
from impactgraph.ports.store import Store
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.ports.tracing import span
from impactgraph.stores.local.backup import parts, totals
from impactgraph.stores.local.batch import BatchEvent, batch_result, read_batch
from impactgraph.stores.local.byte_search import search_record
from impactgraph.stores.local.forget import PreparedForget
from impactgraph.stores.local.id_search import search_ids, search_number
from impactgraph.stores.local.ingests import report_row
from impactgraph.stores.local.lists import documents
from impactgraph.stores.local.packing import unpack
from impactgraph.stores.local.payload import differing_stock, error_texts
from impactgraph.stores.local.read_write_lock import ReadWriteLock
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.removal import Removal
from impactgraph.stores.local.replica import Change, Replica
from impactgraph.stores.local.retention import PreparedRetention
from impactgraph.stores.local.source_index import refused_documents
from impactgraph.stores.local.terms import Terms
from impactgraph.stores.local.timelines import timelines
from impactgraph.stores.local.views import Views
from impactgraph.stores.state.event_validator import EventValidator
from impactgraph.stores.state.lists import content_of
from impactgraph.stores.state.orders import order_page
from impactgraph.stores.state.visits import visits

BATCH_SIZE = 20_000
"""Events of one transaction: the cost of the transaction is then negligible, and so is its memory."""
SAVE_AFTER = 2_000_000
"""Events after which a snapshot is saved during ingest: at most so many are folded again after a crash."""
SAVE_ON_CLOSE = 50_000
"""Events since the last snapshot from which on one is saved on closing: fewer are folded as fast as
loaded.
"""


class LocalStore(ABC):
    """Implements `impactgraph.ports.store.Store`.

    Any thread may ask; one at a time writes, the others wait.
    """

    def __init__(self, replica: Replica, now: Callable[[], Millis]) -> None:
        self.personal = PersonalRules()
        """What is kept of personal attributes."""
        self._now = now
        self._use(replica)
        self._write_lock = threading.RLock()
        self._state_lock = ReadWriteLock()

    def _use(self, replica: Replica) -> None:
        """Answers from this replica from now on; what was learned from another one is dropped."""
        self._replica = replica
        replica.keep_personal(self.personal)
        self._baselines = Baselines()
        self._views = Views(self, self._reading, self._now)
        replica.on_change = self._forget_since

    def _forget_since(self, earliest: Millis) -> None:
        self._baselines.forget_since(earliest)
        self._views.forget_since(earliest)

    def keep_personal(self, rules: PersonalRules) -> None:
        """What is kept of personal attributes from now on; what is recorded stays as it is."""
        with self._write_lock, self._state_lock.writing():
            self.personal = rules
            self._replica.keep_personal(rules)

    @property
    def baselines(self) -> Baselines:
        """What was learned from this store; empty at first."""
        return self._baselines

    @property
    def shown(self) -> View:
        return EVERYTHING

    def view(self, view: View) -> Store:
        return self if view.shows_everything else self._views.get(view)

    @abstractmethod
    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        """Commits a prepared change and publishes it.

        `prepare` is called with the state that the change applies to, and again where a try failed.
        """

    @contextmanager
    def _reading(self) -> Generator[Replica]:
        """The replica, as current as the store promises, not changed while the context is open."""
        self._follow_clock()
        with self._state_lock.reading():
            yield self._replica

    def _follow_clock(self) -> None:
        """Lets events take effect whose time has come. Where a thread writes, it does so itself."""
        self._mend()
        now = self._now()
        if now < self._replica.waiting.next_at or self._state_lock.is_reading:
            return
        if self._write_lock.acquire(blocking=False):
            try:
                with self._state_lock.writing():
                    self._replica.advance(now)
            finally:
                self._write_lock.release()

    def _mend(self) -> None:
        """Opens the record again after a commit that left it unusable, with the state of what it has then.

        Raises StoreUnavailableError where it cannot be opened.
        """
        if not self._replica.record.is_broken or self._state_lock.is_reading:
            return
        with self._write_lock, self._state_lock.writing():
            if self._replica.record.is_broken:
                self._replica.reopen()
                self._use(self._replica)

    # Questions

    @contextmanager
    def columns(self, as_of: Millis | None = None) -> Generator[Columns]:
        with self._reading() as replica:
            yield replica.instances(as_of).columns

    def visits(self, as_of: Millis | None = None, *, per_step: int = 20_000) -> Visits:
        with self._reading() as replica:
            return visits(replica.instances(as_of), replica.state.lookup, per_step)

    def failures(self, as_of: Millis | None = None) -> Sequence[Failure]:
        with self._reading() as replica:
            return replica.failures(as_of)

    def topology(self, as_of: Millis | None = None) -> Topology:
        with self._reading() as replica:
            return replica.topologies.at(self._now() if as_of is None else as_of)

    def topology_version(self, key: str) -> Topology:
        with self._reading() as replica:
            return replica.topologies.version(key)

    def topologies(self) -> Sequence[TopologyVersion]:
        with self._reading() as replica:
            return replica.topologies.versions(self._now())

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        with self._reading() as replica:
            return replica.quarantine.page(limit)

    def quarantined_documents(self, numbers: Sequence[int] | None = None) -> Sequence[QuarantinedEvent]:
        with self._reading() as replica:
            return replica.quarantine.documents(numbers)

    def source_progress(self) -> Mapping[str, SourceProgress]:
        with self._reading() as replica:
            return replica.sources.progress()

    def orders(self, keys: Sequence[str], as_of: Millis | None = None) -> Mapping[str, Order]:
        with self._reading() as replica:
            return {order.key: order for order in replica.orders(keys, as_of).values()}

    def timeline(self, order: str, as_of: Millis | None = None) -> OrderTimeline | None:
        return self.timelines([order], as_of).get(order)

    def timelines(self, orders: Sequence[str], as_of: Millis | None = None) -> Mapping[str, OrderTimeline]:
        with self._reading() as replica:
            return timelines(
                replica.record,
                replica.state.event_dictionaries,
                replica.orders(orders, as_of),
                replica.horizon(as_of),
            )

    def find_orders(
        self,
        where: OrderFilter,
        sort: OrderSort,
        *,
        first: int,
        after: str | None,
        as_of: Millis | None = None,
    ) -> Page[Order]:
        with self._reading() as replica:
            at = self._now() if as_of is None else as_of
            topology = replica.topologies.at(at) if replica.topologies.count else Topology()
            return order_page(replica.instances(as_of).columns, topology, where, sort, first, after)

    def find(self, text: str, first: int, *, inside: bool = False) -> Sequence[SearchMatch]:
        with self._reading() as replica:
            columns = replica.instances(None).columns
            return _begun(replica, search_ids(replica.record, columns, text, first, inside=inside))

    def find_number(self, number: OrderNumber, first: int) -> Sequence[SearchMatch]:
        with self._reading() as replica:
            return _begun(replica, search_number(replica.record, number, first))

    def error_texts(self, since: Millis, as_of: Millis | None = None) -> ErrorTexts:
        with self._reading() as replica:
            return error_texts(
                replica.record,
                replica.instances(as_of),
                replica.state.event_dictionaries,
                since,
                replica.horizon(as_of),
            )

    def differing_stock(self, as_of: Millis | None = None) -> Sequence[StockFigure]:
        with self._reading() as replica:
            return differing_stock(replica.record, replica.state.event_dictionaries, replica.horizon(as_of))

    def system_lists(self, as_of: Millis | None = None) -> Mapping[str, SystemLists]:
        with self._reading() as replica:
            return replica.system_lists(as_of)

    def journal(self, as_of: Millis | None = None) -> Journal:
        with self._reading() as replica:
            return replica.journal(as_of)

    def list_content(self, system: str, key: str, at: Millis) -> ListContent:
        with self._reading() as replica:
            return content_of(system, replica.lists.events(system, key, at))

    def quarantine_reasons(self, orders: Sequence[str]) -> Mapping[str, str]:
        with self._reading() as replica:
            return replica.quarantine.reasons(orders)

    def documents(self, numbers: Sequence[str]) -> Mapping[str, frozenset[str]]:
        with self._reading() as replica:
            return documents(replica.record, numbers)

    def has_events_between(self, watermark: int, as_of: Millis) -> bool:
        with self._reading() as replica:
            return replica.record.has_events_between(watermark, as_of)

    def events_ahead(self, of: Millis) -> EventsAhead:
        with self._reading() as replica:
            waiting = replica.waiting.after(of)
        if not len(waiting):
            return EventsAhead()
        return EventsAhead(len(waiting), int(waiting.time[0]), int(waiting.time[-1]))

    # Changes

    def ingest(
        self, lines: Sequence[bytes], *, places: Sequence[str] = (), results: bool = False, ingest: int = 0
    ) -> IngestResult:
        total = IngestResult()
        lines = self.personal.lines(lines)
        for start in range(0, len(lines), BATCH_SIZE):
            batch_lines = lines[start : start + BATCH_SIZE]
            read = partial(read_batch, batch_lines, places[start : start + BATCH_SIZE])
            total.extend(self._ingest_batch(read, results=results, ingest=ingest))
            with self._write_lock:
                self._replica.save(least=SAVE_AFTER)
        return total

    def ingest_source(
        self, batch: SourceBatch, lines: Sequence[bytes], *, places: Sequence[str] = ()
    ) -> IngestResult:
        lines = self.personal.lines(lines)
        refused = [replace(each, text=self.personal.document(each.text)) for each in batch.refused]
        batch = replace(batch, refused=refused) if self.personal else batch
        result = self._ingest_batch(partial(_read_source, batch, lines, places), results=True, source=batch)
        with self._write_lock:
            self._replica.save(least=SAVE_AFTER)
        return result

    def _ingest_batch(
        self,
        read: Callable[[EventValidator], list[BatchEvent]],
        *,
        results: bool = False,
        ingest: int = 0,
        source: SourceBatch | None = None,
    ) -> IngestResult:
        """Commits one batch, with the progress of the source that it is of.

        `read` parses it before the locks are taken, and once more where the topology changed since.
        """
        validator = self._replica.state.validator
        now = self._now()
        first_batch: list[BatchEvent] | None = read(validator)
        batch: list[BatchEvent] = []

        def prepare() -> Change:
            nonlocal first_batch, batch
            self._follow_clock_to(now)
            current = self._replica.state.validator
            batch = first_batch if first_batch is not None and current is validator else read(current)
            first_batch = None
            if source is not None:
                self._replica.sources.check(source)
            change = self._replica.prepare(batch, self._watermark(), now, ingest=ingest)
            if source is not None:
                self._replica.sources.add_progress(change.block, source, batch, self._replica.quarantine)
            return change

        with span("store ingest"):
            self._commit(prepare)
        return batch_result(batch, now, results=results)

    def _follow_clock_to(self, now: Millis) -> None:
        """Moves the present to `now`. Needs the write lock."""
        if now >= self._replica.waiting.next_at:
            with self._state_lock.writing():
                self._replica.advance(now)
        else:
            self._replica.advance(now)

    def _watermark(self) -> int:
        """The sequence number that the next events follow."""
        return self._replica.watermark

    def begin_ingest(self, files: Sequence[IngestedFile], at: Millis) -> int:
        number = 0

        def prepare() -> Change:
            nonlocal number
            number = self._replica.ingests.next_number
            return self._replica.prepare_rows("ingests", self._replica.ingests.new_row(files, at))

        self._commit(prepare)
        return number

    def end_ingest(self, number: int, report: Mapping[str, Any], at: Millis) -> None:
        row = report_row(number, report, at)
        self._commit(lambda: self._replica.prepare_rows("ingest_reports", row))

    def ingests(self, limit: int, before: int | None = None) -> Sequence[Ingest]:
        with self._reading() as replica:
            return replica.ingests.list(limit, before)

    def undo_ingest(self, number: int, at: Millis) -> UndoResult:
        result = UndoResult(0, 0)

        def prepare() -> Change:
            nonlocal result
            self._follow_clock_to(self._now())
            change, undo = self._replica.prepare_undo(number, self._watermark(), at)
            result = UndoResult(undo.event_count, undo.entry_count)
            return change

        self._commit(prepare)
        self.replay_quarantined()
        return result

    def replay_quarantined(self, numbers: Sequence[int] | None = None) -> IngestResult:
        total = IngestResult()
        with self._reading() as replica:
            entries = replica.quarantine.batch_events(numbers)
        for start in range(0, len(entries), BATCH_SIZE):
            read = partial(self._read_entries, entries[start : start + BATCH_SIZE])
            total.extend(self._ingest_batch(read))
        return total

    def _read_entries(self, entries: Sequence[BatchEvent], validator: EventValidator) -> list[BatchEvent]:
        """Fresh copies of those that are still in the quarantine, validated."""
        remaining = [entry for entry in entries if self._replica.quarantine.has(entry.quarantine_number)]
        batch = read_batch(
            [entry.text for entry in remaining], [entry.place for entry in remaining], validator
        )
        for event, entry in zip(batch, remaining, strict=True):
            event.quarantine_number = entry.quarantine_number
            event.previous_rejection = entry.previous_rejection
        return batch

    def apply_topology(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> TopologyVersion:
        is_new = False

        def prepare() -> Change | None:
            nonlocal is_new
            is_new = not self._replica.topologies.is_current(documents)
            return self._replica.prepare_version(topology, documents, at) if is_new else None

        self._commit(prepare)
        with self._reading() as replica:
            version = replica.topologies.versions(self._now())[0]
        self.replay_quarantined()  # also where an earlier try was killed between its commit and this
        return version

    @contextmanager
    def copy(self) -> "Generator[LocalStore]":
        with tempfile.TemporaryDirectory(prefix="impactgraph-") as folder:
            with self._write_lock, self._reading() as replica:
                replica.record.copy_to(Path(folder))
            store = CopiedStore(Replica(Record(Path(folder)), self._now), self._now)
            try:
                yield store
            finally:
                store.discard()

    def condition(self) -> StoreCondition:
        replica = self._replica
        return StoreCondition("folder", replica.record.size, len(replica.quarantine))

    # Backups

    @contextmanager
    def backup(self, known: Mapping[PartKey, str]) -> Generator[tuple[BackupHead, Iterator[Part]]]:
        with self._reading():
            pass  # what other processes have committed is here then
        with ExitStack() as stack:
            with self._write_lock, self._state_lock.reading():
                record = stack.enter_context(self._replica.record.frozen())
            yield BackupHead(self.identity, self._now(), totals(record)), parts(record, known)

    def totals(self) -> Totals:
        with self._reading() as replica:
            return totals(replica.record)

    def restore(self, blocks: Iterable[bytes]) -> None:
        if any(self.totals().counts.values()):
            raise BadInputError("A backup is restored into an empty store, and this one has data.")
        for data in blocks:
            change = Change(unpack(data), lambda: None)
            self._commit(lambda change=change: change)
        self.reload()

    # Removals for good

    def forget(self, request: ForgetRequest, at: Millis) -> ForgetResult:
        prepared: PreparedForget | None = None
        request = replace(
            request,
            attributes=[(name, self.personal.forms(name, values)) for name, values in request.attributes],
        )

        def prepare() -> Change:
            nonlocal prepared
            self._follow_clock_to(self._now())
            change, prepared = self._replica.prepare_forget(request, self._watermark(), at)
            return change

        self._commit(prepare)
        assert prepared is not None
        return prepared.result(self._clean_up(prepared.removals, Terms(prepared.terms)))

    def _clean_up(self, removals: Sequence[Removal], terms: Terms | None) -> Search:
        """Removes what is left of it outside of the replica's tables, and looks for it (None: does not)."""
        if terms is None:
            return Search()
        with self._reading() as replica:
            return search_record(replica.record, terms)

    def retain(self, rule: RetentionRule, at: Millis, *, dry_run: bool = False) -> RetentionCount:
        total = RetentionCount(rule.name, rule.before)
        if dry_run:
            with self._reading() as replica:
                return total + replica.retention_count(rule)
        while (prepared := self._retain_some(rule, at)) is not None:
            total += prepared.count
            self._clean_up([prepared.removal], None)
        return total

    def _retain_some(self, rule: RetentionRule, at: Millis) -> PreparedRetention | None:
        prepared: PreparedRetention | None = None

        def prepare() -> Change | None:
            nonlocal prepared
            self._follow_clock_to(self._now())
            change, prepared = self._replica.prepare_retention(rule, self._watermark(), at)
            return change

        self._commit(prepare)
        return prepared

    def retained_from(self) -> RetainedFrom | None:
        with self._reading() as replica:
            return replica.removals.retained_from

    def forgotten_at(self, order: str) -> Millis | None:
        with self._reading() as replica:
            return replica.removals.forgotten_at(order)

    def reload(self) -> None:
        """Drops the state in memory and folds the record again."""
        with self._write_lock, self._state_lock.writing():
            self._replica.load()
            self._forget_since(0)

    @property
    def identity(self) -> str:
        record = self._replica.record
        return record.identity if record.position is None else record.position.identity

    def close(self) -> None:
        with self._write_lock, self._state_lock.writing():
            if not self._replica.record.is_broken:
                self._replica.save(least=SAVE_ON_CLOSE, arrange_rows=True)
            self._replica.record.close()


class CopiedStore(LocalStore):
    """A copy of a store, to try changes on: what is on its disk is committed."""

    def _commit(self, prepare: Callable[[], Change | None]) -> None:
        with self._write_lock:
            change = prepare()
            if change is None or not change.block:
                return
            self._replica.persist(change.block)
            with self._state_lock.writing():
                self._replica.publish(change)

    def discard(self) -> None:
        """Closes it without saving anything."""
        self._replica.record.close()


def _read_source(
    source: SourceBatch, lines: Sequence[bytes], places: Sequence[str], validator: EventValidator
) -> list[BatchEvent]:
    """The events of a live source, validated, and its refused documents."""
    return [*read_batch(lines, places, validator), *refused_documents(source)]


def _begun(replica: Replica, matches: Sequence[SearchMatch]) -> Sequence[SearchMatch]:
    """Without orders of which only events ahead of the clock are known."""
    if not len(replica.waiting):
        return matches
    keys = replica.orders([match.order for match in matches], None).values()
    order_keys = {order.key for order in keys}
    return [match for match in matches if match.order in order_keys]
