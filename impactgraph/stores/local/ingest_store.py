"""Ingest into a store: batches of events, ingests of files, the quarantine, versions of the topology."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.ports.ingest import Ingest, IngestedFile, IngestResult, QuarantinedEvent, UndoResult
from impactgraph.ports.sources import SourceBatch, SourceProgress
from impactgraph.ports.topologies import TopologyVersion
from impactgraph.ports.tracing import span
from impactgraph.stores.local.base_store import ReplicaStore
from impactgraph.stores.local.batch import BatchEvent, batch_result, read_batch
from impactgraph.stores.local.ingests import report_row
from impactgraph.stores.local.replica import Change
from impactgraph.stores.local.source_index import refused_documents
from impactgraph.stores.state.event_validator import EventValidator

BATCH_SIZE = 20_000
"""Events of one transaction: the cost of the transaction is then negligible, and so is its memory."""
SAVE_AFTER = 2_000_000
"""Events after which a snapshot is saved during ingest: at most so many are folded again after a crash."""


class IngestStore(ReplicaStore):
    """Implements `EventIngest` and `Quarantine` of `impactgraph.ports`, and adds versions of the topology."""

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
        refusals = [replace(each, text=self.personal.document(each.text)) for each in batch.refused]
        batch = replace(batch, refused=refusals) if self.personal else batch
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

    def source_progress(self) -> Mapping[str, SourceProgress]:
        with self._reading() as replica:
            return replica.sources.progress()

    # Ingests of files

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

    # Quarantine

    def quarantined(self, limit: int = 1000) -> Sequence[QuarantinedEvent]:
        with self._reading() as replica:
            return replica.quarantine.page(limit)

    def quarantined_documents(self, numbers: Sequence[int] | None = None) -> Sequence[QuarantinedEvent]:
        with self._reading() as replica:
            return replica.quarantine.documents(numbers)

    def quarantine_reasons(self, orders: Sequence[str]) -> Mapping[str, str]:
        with self._reading() as replica:
            entries = replica.quarantine.entries_of(orders)
        return {order: entry.reason for order, entry in entries.items()}

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

    # Topology

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


def _read_source(
    source: SourceBatch, lines: Sequence[bytes], places: Sequence[str], validator: EventValidator
) -> list[BatchEvent]:
    """The events of a live source, validated, and its refused documents."""
    return [*read_batch(lines, places, validator), *refused_documents(source)]
