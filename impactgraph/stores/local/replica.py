"""One process's replica of all recorded events: the DuckDB record, and the state folded from it in memory.

A change is prepared (validated and made a block; only the dictionaries grow), persisted (on disk), and
published (in memory), in this order, so that a change that was not committed leaves no trace. When a change
counts as committed is for the store to decide.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from graph_models.failure import Failure
from graph_models.journal import Journal
from graph_models.orders import Order
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes
from impactgraph.columns.system_lists import SystemLists
from impactgraph.ingest.personal import PersonalRules
from impactgraph.ports.removal import ForgetRequest, RetentionCount, RetentionRule
from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.block import Block, Table, concatenate_blocks
from impactgraph.stores.local.existing_orders import existing_orders
from impactgraph.stores.local.forget import PreparedForget, prepare_forget
from impactgraph.stores.local.ingest_index import IngestIndex
from impactgraph.stores.local.ingests import Ingests
from impactgraph.stores.local.journal import JournalIndex
from impactgraph.stores.local.lists import Lists
from impactgraph.stores.local.open_snapshot import open_snapshot
from impactgraph.stores.local.past_states import PastStates
from impactgraph.stores.local.prepare_batch import IngestSources, State, prepare_batch
from impactgraph.stores.local.quarantine import Quarantine
from impactgraph.stores.local.rebuild import add_records, catch_up, rebuild
from impactgraph.stores.local.record import Position, Record
from impactgraph.stores.local.removals import Removals
from impactgraph.stores.local.retention import (
    PreparedRetention,
    RetentionSources,
    count_removals,
    prepare_retention,
)
from impactgraph.stores.local.rewind import MOST, fold_again
from impactgraph.stores.local.source_index import SourceIndex
from impactgraph.stores.local.topologies import Topologies
from impactgraph.stores.local.undo import PreparedUndo, UndoSources, prepare_undo
from impactgraph.stores.local.waiting import Waiting
from impactgraph.stores.local.write import add_words
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_validator import EventValidator
from impactgraph.stores.state.failures import FailureChange, fold_failures
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.snapshot import Meta, save
from impactgraph.stores.state.workflow_lookup import WorkflowLookup

_log = structlog.get_logger("impactgraph.stores")


@dataclass
class Change:
    """A prepared change: the block to persist, and `publish`, which brings it into the state."""

    block: Block
    publish: Callable[[], None]


class Replica:
    """One thread at a time changes it, and publishes changes while nobody reads."""

    def __init__(self, record: Record, now: Callable[[], Millis]) -> None:
        self.record = record
        self._now = now
        self.personal = PersonalRules()
        self.on_change: Callable[[Millis], None] = lambda earliest: None
        """Called while events of orders are published, with the earliest moment whose state they change."""
        self.load()

    def load(self) -> None:
        """Derives everything in memory from the record, or from its latest snapshot."""
        self.record.compact()
        self.topologies = Topologies(self.record)
        self.removals = Removals(self.record)
        self.ingests = Ingests(self.record)
        self.quarantine = Quarantine(self.record, self.ingests.greatest_entry)
        self.sources = SourceIndex(self.record)
        self.present = self._now()
        """The state has the events up to this moment; `waiting` are the later ones."""
        self._index: IngestIndex | None = None
        self._failure_events: tuple[FailureChange, ...] | None = None
        self.lists = Lists(self.record)
        self._journal = JournalIndex(self.record)
        self._past = PastStates(self.record)
        event_dictionaries = EventDictionaries.from_word_lists(self.record.words())
        topology = self.topologies.current()
        lookup = WorkflowLookup.of(event_dictionaries, topology or Topology())
        version = (self.generation, self.topologies.current_key)
        snapshot = open_snapshot(self.record, version, event_dictionaries, lookup, self.present)
        if snapshot is not None:
            instances, self._latest = snapshot.instances, snapshot.latest
        else:
            instances = rebuild(self.record, event_dictionaries, lookup, self.present)
            self._latest = self.record.latest(self.present)
        self._snapshot_watermark = snapshot.watermark if snapshot is not None else 0
        self.waiting = Waiting.of(self.record, self.present)
        self.state = State(event_dictionaries, lookup, EventValidator(topology), instances)
        self.keep_personal(self.personal)

    def keep_personal(self, rules: PersonalRules) -> None:
        """Questions name values of personal attributes as they came, and find them as they are kept."""
        self.personal = rules
        if rules:
            self.state.event_dictionaries.ask_as(rules.form)

    def reopen(self) -> None:
        """Opens the record again, and derives everything in memory anew. Nobody may be reading.

        Raises StoreUnavailableError; the record is then still broken.
        """
        self.record.reopen()
        try:
            self.load()
        except BaseException:
            self.record.is_broken = True
            raise

    def save(self, *, least: int, arrange_rows: bool = False) -> None:
        """Writes a snapshot where at least `least` events came since the last one.

        A full disk is only logged: the state is then folded again when it is next opened. `arranged` sorts
        the rows as matching reads them: nobody may be reading.
        """
        instances = self.state.instances
        folder = self.record.folder
        if folder is None or instances.columns.watermark - self._snapshot_watermark < least:
            return
        meta = Meta(
            identity=self.generation,
            topology=self.topologies.current_key,
            watermark=instances.columns.watermark,
            latest=self._latest,
        )
        if arrange_rows:
            instances.arrange()
        try:
            save(folder, instances, meta)
        except OSError as error:
            _log.warning("The snapshot could not be saved", store=str(folder), reason=str(error))
        else:
            self._snapshot_watermark = meta.watermark

    @property
    def generation(self) -> str:
        """That of the record."""
        return self.generation_of(self.record.identity)

    def generation_of(self, identity: str) -> str:
        """Identity of a record or log, another one after each ingest that was taken back and each removal:
        what was derived before may have events that are gone.
        """
        count = self.ingests.undo_count + self.removals.count
        return f"{identity}-{count}" if count else identity

    # Questions

    @property
    def watermark(self) -> int:
        """Sequence number of the last event."""
        return self.state.instances.columns.watermark

    def instances(self, as_of: Millis | None) -> Instances:
        """The live state, or the one of another moment.

        The state of another moment is made of the live one and of the record, and stays in memory until an
        event of that time or an earlier one comes. Raises RemovedError where retention removed orders that
        it had.
        """
        live = self.state.instances
        if as_of is not None:
            self.removals.check(as_of)
        if as_of is None or self._latest <= as_of < self.waiting.next_at:
            return live
        return self._past.at(as_of, self.state, self.waiting.horizon)

    def failures(self, as_of: Millis | None) -> Sequence[Failure]:
        if (events := self._failure_events) is None:
            events = self._failure_events = self.record.failure_changes()
        return fold_failures(events, self.horizon(as_of))

    def system_lists(self, as_of: Millis | None) -> Mapping[str, SystemLists]:
        """By bare key, what systems say they have."""
        return self.lists.at_present(self.horizon(None)) if as_of is None else self.lists.at(as_of)

    def journal(self, as_of: Millis | None) -> Journal:
        return self._journal.until(self.horizon(as_of))

    def horizon(self, as_of: Millis | None) -> Millis:
        """The greatest time of the events that make the state at `as_of` (None: the live one)."""
        return self.waiting.horizon if as_of is None else as_of

    def orders(self, keys: Sequence[str], as_of: Millis | None) -> dict[int, Order]:
        """The orders by number, in the order of their keys; without those that do not exist (at `as_of`)."""
        instances = self.instances(as_of)
        return existing_orders(self.record, instances, instances.columns, keys)

    # Changes

    def advance(self, now: Millis) -> None:
        """Moves the present to `now`: events whose time has come take effect. Nobody may be reading."""
        self.present = max(self.present, now)
        due = self.waiting.until(self.present)
        if not len(due):
            return
        self.waiting = self.waiting.after(self.present)
        seqs = due.seq[due.order >= 0]
        latest = add_records(self.record, self.state.instances, self.state.lookup, seqs, self.present)
        self._latest = max(self._latest, latest)
        self._past.forget_since(int(due.time[0]))
        self.lists.forget()
        self.on_change(int(due.time[0]))

    def prepare(self, batch: Sequence[BatchEvent], watermark: int, now: Millis, *, ingest: int = 0) -> Change:
        """Prepares a batch of an ingest (0: of none) and sets the outcome of its events; new events get the
        numbers after `watermark`. Events later than the present wait.
        """
        if self._index is None:
            self._index = IngestIndex(self.record)
        sources = IngestSources(
            state=self.state,
            record=self.record,
            index=self._index,
            quarantine=self.quarantine,
            ingests=self.ingests,
            removals=self.removals,
            waiting=self.waiting,
            present=self.present,
            ingest=ingest,
        )
        change = prepare_batch(batch, sources, watermark, now)

        def publish() -> None:
            change.apply_to(self.state)
            self._latest = max(self._latest, change.latest)

        return Change(change.block, publish)

    def prepare_rows(self, table: str, rows: Table) -> Change:
        """Prepares the addition of rows that no state is folded from."""
        block = Block()
        block.add(table, rows)
        return Change(block, lambda: None)

    def prepare_undo(self, number: int, watermark: int, now: Millis) -> tuple[Change, PreparedUndo]:
        """Prepares that an ingest is taken back. Raises as `undo.prepare_undo` does."""
        sources = UndoSources(self.state, self.record, self.ingests, self.quarantine)
        change = prepare_undo(number, sources, watermark, now)
        orders = self.record.orders_of_events(change.block.removed_seqs)
        return Change(change.block, lambda: self._without_events(change.block, orders)), change

    def _without_events(self, block: Block, orders: Codes) -> None:
        """Follows the commit of a block that takes an ingest back; `orders` lost events."""
        instances = self.state.instances
        if len(orders) > MOST * instances.orders.size:
            instances = rebuild(self.record, self.state.event_dictionaries, self.state.lookup, self.present)
        elif len(orders):
            instances = fold_again(self.record, instances, self.state.lookup, orders, self.present)
        instances.columns.watermark = self.record.watermark()
        self.state = replace(self.state, instances=instances)
        self._index = None
        self._latest = self.record.latest(self.present)
        self._snapshot_watermark = 0

    def prepare_forget(
        self, request: ForgetRequest, watermark: int, at: Millis
    ) -> tuple[Change, PreparedForget]:
        """Prepares that orders, or values of attributes, are forgotten."""
        removal = prepare_forget(request, self.record, watermark, at)
        return Change(removal.block, lambda: None), removal

    def prepare_retention(
        self, rule: RetentionRule, watermark: int, at: Millis
    ) -> tuple[Change | None, PreparedRetention | None]:
        """Prepares that the next orders of a rule are removed; None where there are none left."""
        removal = prepare_retention(rule, self._retention_sources, watermark, at)
        return (None, None) if removal is None else (Change(removal.block, lambda: None), removal)

    def retention_count(self, rule: RetentionRule) -> RetentionCount:
        """What a rule would remove."""
        return count_removals(rule, self._retention_sources)

    @property
    def _retention_sources(self) -> RetentionSources:
        return RetentionSources(self.record, self.state.instances, self.waiting)

    def prepare_version(self, topology: Topology, documents: Mapping[str, str], at: Millis) -> Change:
        """Prepares the next version of the topology."""
        version = self.topologies.new_version(topology, documents, at)
        self.state.event_dictionaries.add_workflows(version)
        block = Block()
        add_words(block, self.state.event_dictionaries, self.record.dictionary_sizes)
        block.add("topologies", self.topologies.row(version.version, at, version, documents))

        def publish() -> None:
            self.topologies.adopt(version)
            self._adopt_topology(block)

        return Change(block, publish)

    def persist(self, block: Block, position: Position | None = None) -> None:
        """Durable when it returns; where it raises, nothing of it is."""
        self.record.apply(block, position)

    def publish(self, change: Change) -> None:
        """Brings a persisted change into memory. Nobody may be reading."""
        if change.block.is_removal:
            self.fold_again()
            return
        self._apply_to_indexes(change.block)
        change.publish()

    def replicate(self, blocks: Sequence[Block], position: Position) -> Callable[[], None]:
        """Persists blocks that other processes committed, in their order; the function returned publishes
        them.

        A block with a version of the topology, and one that takes an ingest back or removes something for
        good, must be the only one.
        """
        block = concatenate_blocks(blocks)
        changed_orders = self.record.orders_of_events(block.removed_seqs)
        self.persist(block, position)

        def publish() -> None:
            if block.is_removal:
                self.fold_again()
                return
            self.state.event_dictionaries.extend(block.words)
            self._apply_to_indexes(block)
            if "topologies" in block.rows:
                self._adopt_topology(block)
            if "undos" in block.rows:
                self._without_events(block, changed_orders)
            elif "events" in block.rows or len(changed_orders):
                latest = catch_up(
                    self.record, self.state.instances, self.state.lookup, self.present, changed_orders
                )
                self._latest = max(self._latest, latest)

        return publish

    def fold_again(self) -> None:
        """Follows a removal for good: everything in memory is derived anew, since it may hold what is
        gone.
        """
        self.load()
        self.on_change(0)

    def _apply_to_indexes(self, block: Block) -> None:
        if self._index is not None:
            self._index.apply(block)
        self.quarantine.apply(block)
        self.ingests.apply(block)
        self.sources.apply(block)
        self.waiting = self.waiting.with_block(block, self.present)
        self.topologies.apply(block)
        if block.has_workflow_words:
            self._past.forget()
        if (earliest := block.earliest_change) is not None:
            self._past.forget_since(earliest)
            self.on_change(earliest)
        if block.has_failure_events or len(block.removed_seqs):
            self._failure_events = None
        if len(block.removed_seqs):
            self.lists.forget()
            self._journal.forget()
        if block.has_list_events:
            self.lists.expect()
        if block.has_journal_events:
            self._journal.expect()

    def _adopt_topology(self, block: Block) -> None:
        """Reads events as the current topology has it; folds them again where it adds a step or record."""
        self._past.forget()
        event_dictionaries = self.state.event_dictionaries
        instances = self.state.instances
        topology = self.topologies.current()
        lookup = WorkflowLookup.of(event_dictionaries, topology or Topology())
        if self.watermark and block.has_workflow_words:
            instances = rebuild(self.record, event_dictionaries, lookup, self.present)
        instances.fulfillments.widen(lookup.most_steps)
        instances.refresh(lookup)
        self.state = State(event_dictionaries, lookup, EventValidator(topology), instances)
        self._snapshot_watermark = 0
