"""Prepares a batch of events: validates, numbers and folds it into a block to commit and the change of the
state.

Nothing is written and the state stays as it is until the block is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import cast

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Codes, Ints
from impactgraph.ingest.events import Event, FulfillmentRerouted, OrderPlaced
from impactgraph.stores.local.batch import BatchEvent, failure_subject, validate
from impactgraph.stores.local.batch_numbers import BatchNumbers, assign_numbers
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.event_ingests import add_ingest_rows, set_event_ingests
from impactgraph.stores.local.event_texts import misfit_events
from impactgraph.stores.local.failure_conflicts import FailureConflicts, failure_keys
from impactgraph.stores.local.ingest_index import IngestIndex
from impactgraph.stores.local.ingests import Ingests
from impactgraph.stores.local.quarantine import Quarantine
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.removals import Removals
from impactgraph.stores.local.waiting import EVER, Waiting
from impactgraph.stores.local.write import Writing, block_of
from impactgraph.stores.state.encoding import EncodedBatch, EventEncoder, event_hashes
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import FAILURES, EventKind
from impactgraph.stores.state.event_tables import EventBatch, EventRows
from impactgraph.stores.state.event_validator import EventValidator
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.increment import increment, plan_increment
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.state_tables import FoldResult
from impactgraph.stores.state.workflow_lookup import WorkflowLookup


@dataclass
class State:
    """The instances that all committed events up to the present make, and how further events are validated
    and encoded.
    """

    event_dictionaries: EventDictionaries
    lookup: WorkflowLookup
    validator: EventValidator
    instances: Instances


@dataclass(frozen=True, slots=True)
class IngestSources:
    """What a batch is prepared against: the state with the record and the indexes of the same events."""

    state: State
    record: Record
    index: IngestIndex
    quarantine: Quarantine
    ingests: Ingests
    removals: Removals
    waiting: Waiting
    present: Millis
    """The state has the events up to this moment; later ones wait."""
    ingest: int = 0
    """Number of the ingest that the batch is of; 0: it came otherwise."""


@dataclass
class PreparedBatch:
    """A block to commit, and what `apply_to` changes in the state then."""

    block: Block
    fold_result: FoldResult
    """States of the orders that are folded from all their events."""
    order_ids: Mapping[int, str]
    """By number, of the orders of `fold_result` without a row at least."""
    fulfillment_ids: Mapping[int, str]
    """As `order_ids`."""
    increments: EventRows
    """Events that are added to the states of their orders as these are."""
    events: EventRows
    """All accepted events up to the present."""
    removed_seqs: Ints
    """Sequence numbers of events that leave the record."""
    watermark: int
    latest: Millis
    """Greatest time of an event of an order among `events`; 0 where there is none."""

    def apply_to(self, state: State) -> None:
        instances = state.instances
        instances.put(self.fold_result, self.order_ids, self.fulfillment_ids)
        increment(self.increments, instances, state.lookup)
        instances.add_errors(self.events.take(self.events.kind == EventKind.FAILED))
        instances.add_records(self.events)
        if len(self.removed_seqs):
            instances.drop_errors(self.removed_seqs)
        instances.columns.watermark = self.watermark
        instances.refresh(state.lookup)


def prepare_batch(
    batch: Sequence[BatchEvent], sources: IngestSources, watermark: int, now: Millis
) -> PreparedBatch:
    """The accepted events as a block, with the quarantine entries of the rejected ones.

    Sets the outcome of every event of the batch. Beside the batch it tries quarantined events that its orders
    make valid, and quarantines recorded events that its orders make invalid. New events get the numbers after
    `watermark`.
    """
    # Entries of the quarantine come first, so that their entry stays, or is released, and not one of a
    # duplicate.
    batch = [*_retryable_events(batch, sources), *batch]
    sources.removals.mark(batch, sources.index)
    set_event_ingests(batch, sources.ingests, sources.ingest)
    state = sources.state
    acceptable = [event for event in batch if not event.rejection and not event.is_duplicate]
    names = event_hashes([event.source_and_id for event in acceptable])
    sources.index.mark_duplicates(acceptable, names)
    numbers = assign_numbers(acceptable, sources.index)
    is_acceptable = _are_acceptable(acceptable)
    names = names[is_acceptable]
    acceptable = list(compress(acceptable, is_acceptable.tolist()))
    for seq, event in enumerate(acceptable, watermark + 1):
        event.seq = seq
    encoded_batch = _encode_batch(acceptable, state.event_dictionaries, numbers, watermark + 1)
    folding = _Folding(encoded_batch.batch, acceptable, sources, watermark + 1)
    failure_rows = np.flatnonzero(np.isin(encoded_batch.batch.events.kind, FAILURES)).tolist()
    conflicts = FailureConflicts(acceptable, failure_rows, sources.record, watermark + 1)
    removed_seqs = np.concatenate([folding.removed_seqs, conflicts.removed_seqs])
    removals = [*folding.removed_events(), *conflicts.removed_events(state.validator)]
    for event in removals:
        event.ingest_numbers = frozenset(sources.ingests.of_event(event.seq))
    batch = [*batch, *removals]
    for event in batch:
        if event.first_occurrence is not None:
            event.inherit_rejection()
    is_accepted = _are_acceptable(acceptable)
    writing = Writing(encoded_batch, names, is_accepted, numbers, removed_seqs)
    block = block_of(writing, state.event_dictionaries, sources.record.dictionary_sizes)
    sources.quarantine.add_changes(block, batch, now)
    add_ingest_rows(block, batch, sources.ingests)
    events_to_record = encoded_batch.batch.events.take(is_accepted)
    events = events_to_record.take(events_to_record.time <= sources.present)
    order_ids, fulfillment_ids = _ids(folding.fold_result, numbers, sources)
    return PreparedBatch(
        block=block,
        fold_result=folding.fold_result,
        order_ids=order_ids,
        fulfillment_ids=fulfillment_ids,
        increments=folding.increments,
        events=events,
        removed_seqs=removed_seqs,
        watermark=int(events_to_record.seq.max()) if len(events_to_record) else watermark,
        latest=int(events.time[events.order >= 0].max(initial=0)),
    )


def _are_acceptable(batch: Sequence[BatchEvent]) -> NDArray[np.bool_]:
    return np.array([not event.rejection and not event.is_duplicate for event in batch], np.bool_)


def _ids(
    result: FoldResult, numbers: BatchNumbers, sources: IngestSources
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Ids by number of orders and fulfillments that are new in the batch, or have no row as their events
    waited.
    """
    order_ids, fulfillment_ids = numbers.order_ids(), numbers.fulfillment_ids()
    instances = sources.state.instances
    orders, fulfillments = result.orders.number, result.fulfillments.number
    new_orders = orders[instances.order_rows(orders) < 0].tolist()
    new_fulfillments = fulfillments[instances.fulfillment_rows(fulfillments) < 0].tolist()
    if order_ids.keys() >= set(new_orders) and fulfillment_ids.keys() >= set(new_fulfillments):
        return order_ids, fulfillment_ids
    recorded_orders, recorded_fulfillments = sources.record.ids(orders)
    return {**recorded_orders, **order_ids}, {**recorded_fulfillments, **fulfillment_ids}


def _retryable_events(batch: Sequence[BatchEvent], sources: IngestSources) -> list[BatchEvent]:
    """Quarantined events of the orders whose workflow the batch reports, and of its failures, validated
    again.
    """
    if sources.quarantine.is_empty:
        return []
    orders = {
        event.order_key
        for event in batch
        if isinstance(event.event, (OrderPlaced, FulfillmentRerouted)) and event.is_acceptable
    }
    present = {event.quarantine_number for event in batch if event.quarantine_number}
    failures = {failure_subject(key) for key in failure_keys(batch)}
    entries = sources.quarantine.of_subjects(orders | failures)
    retryable_events = [event for event in entries if event.quarantine_number not in present]
    for event in retryable_events:
        validate(event, sources.state.validator)
    return retryable_events


def _encode_batch(
    batch: Sequence[BatchEvent], event_dictionaries: EventDictionaries, numbers: BatchNumbers, first_seq: int
) -> EncodedBatch:
    encoder = EventEncoder(event_dictionaries, numbers.orders, numbers.fulfillments)
    events = cast("list[Event]", [event.event for event in batch])
    return encoder.encode(first_seq, events, [event.extra for event in batch])


def _orders_of_future_events(events: EventRows, sources: IngestSources) -> Codes:
    """Numbers of the orders of a batch that have an event later than the present, in it or in the record."""
    future_orders = events.order[(events.time > sources.present) & (events.order >= 0)]
    recorded_orders = events.order[(events.order >= 0) & np.isin(events.order, sources.waiting.order)]
    return np.unique(np.concatenate([future_orders, recorded_orders]))


class _Folding:
    """Decides which orders of a batch are folded from all their events, and which events are added
    incrementally.

    Events at a step that their order's workflow does not have are rejected. Orders with an event ahead of the
    present are folded twice: all their events decide what is rejected, those up to the present are the state.
    """

    def __init__(
        self, encoded_batch: EventBatch, batch: Sequence[BatchEvent], sources: IngestSources, first_seq: int
    ) -> None:
        self._batch = batch
        self._state = state = sources.state
        self._record = record = sources.record
        self._first_seq = first_seq
        future_orders = _orders_of_future_events(encoded_batch.events, sources)
        events = encoded_batch.events.take(
            (encoded_batch.events.order >= 0) & ~np.isin(encoded_batch.events.order, future_orders)
        )
        of_known_orders = events.take(state.instances.order_rows(events.order) >= 0)
        plan = plan_increment(of_known_orders, state.instances, state.lookup)
        self._reject(plan.misfits, plan.misfit_workflows, encoded_batch.events)
        must_refold = np.isin(of_known_orders.order, plan.orders_to_fold)
        is_misfit = np.isin(of_known_orders.seq, plan.misfits)
        self.increments = of_known_orders.take(~must_refold & ~is_misfit)
        is_folded = np.zeros(int(encoded_batch.events.order.max(initial=-1)) + 1, np.bool_)
        is_folded[events.order] = True
        is_folded[of_known_orders.order[~must_refold]] = False
        earlier = record.of_orders(plan.orders_to_fold, sources.present)
        together = EventBatch.concatenate([earlier, encoded_batch.of_orders(is_folded)])
        self.fold_result = self._fold(together)
        self._misfits, self._misfit_workflows = self.fold_result.misfits, self.fold_result.misfit_workflows
        if len(future_orders):
            due = self._due_events(encoded_batch, future_orders, sources.present)
            self.fold_result = self._fold(EventBatch.concatenate([together, due]))
        self.removed_seqs = self._misfits[self._misfits < first_seq]

    def _fold(self, events: EventBatch) -> FoldResult:
        """The fold; rejects the events of this batch that do not fit."""
        result = fold(events, self._state.lookup, self._names, strict_from=self._first_seq)
        self._reject(result.misfits, result.misfit_workflows, events.events)
        return result

    def _due_events(self, events: EventBatch, orders: Codes, present: Millis) -> EventBatch:
        """The events of these orders up to the present that fit, with the later ones considered."""
        is_wanted = np.zeros(int(max(events.events.order.max(), orders.max())) + 1, np.bool_)
        is_wanted[orders] = True
        record_events = self._record.of_orders(orders, EVER)
        together = EventBatch.concatenate([record_events, events.of_orders(is_wanted)])
        result = self._fold(together)
        self._misfits = np.concatenate([self._misfits, result.misfits])
        self._misfit_workflows = np.concatenate([self._misfit_workflows, result.misfit_workflows])
        return together.until(present, without=result.misfits)

    def _names(self, seqs: Ints) -> dict[int, tuple[str, str]]:
        """(source, id) of events, recorded or of this batch, by sequence number."""
        is_new = seqs >= self._first_seq
        new = {int(seq): self._batch[int(seq) - self._first_seq].source_and_id for seq in seqs[is_new]}
        recorded_seqs = seqs[~is_new]
        return new | self._record.names(recorded_seqs) if len(recorded_seqs) else new

    def _reject(self, seqs: Ints, workflows: NDArray[np.int32], events: EventRows) -> None:
        """Rejects those of the events that are of this batch."""
        is_new = seqs >= self._first_seq
        if not is_new.any():
            return
        steps = dict(zip(events.seq.tolist(), events.step.tolist(), strict=True))
        for seq, workflow in zip(seqs[is_new].tolist(), workflows[is_new].tolist(), strict=True):
            self._batch[seq - self._first_seq].rejection = self._reason(steps[seq], workflow)

    def _reason(self, step: int, workflow: int) -> str:
        words = self._state.event_dictionaries
        workflow_key = words.workflows[workflow].key
        return self._state.validator.missing_step_reason(words.steps.values[step], workflow_key)

    def removed_events(self) -> list[BatchEvent]:
        """Recorded events that are invalid now that the workflow of their order is known, to be
        quarantined.
        """
        workflows = dict(zip(self._misfits.tolist(), self._misfit_workflows.tolist(), strict=True))
        workflow_by_seq = {seq: workflows[seq] for seq in self.removed_seqs.tolist()}
        return misfit_events(
            self._record, workflow_by_seq, self._state.event_dictionaries, self._state.validator
        )
