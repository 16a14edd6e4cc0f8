"""Prepares a batch of events: validates, numbers and folds it into a block to commit and the change of the
state.

Nothing is written and the state stays as it is until the block is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Ints
from impactgraph.ingest.events import FulfillmentRerouted, OrderPlaced
from impactgraph.stores.local.batch import BatchEvent, failure_subject, validate
from impactgraph.stores.local.batch_numbers import BatchNumbers, assign_numbers
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.event_texts import event_texts
from impactgraph.stores.local.failure_conflicts import FailureConflicts, failure_keys
from impactgraph.stores.local.ingest_index import IngestIndex
from impactgraph.stores.local.quarantine import Quarantine
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.write import Writing, block_of
from impactgraph.stores.state.encoding import EncodedBatch, EventEncoder, event_hashes
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.event_tables import EventBatch, EventRows
from impactgraph.stores.state.event_validator import EventValidator
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.increment import increment, plan_increment
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.state_tables import FoldResult
from impactgraph.stores.state.workflow_lookup import WorkflowLookup


@dataclass
class State:
    """The instances that all committed events make, and how further events are validated and encoded."""

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


@dataclass
class PreparedBatch:
    """A block to commit, and what `apply_to` changes in the state then."""

    block: Block
    fold_result: FoldResult
    """States of the orders that are folded from all their events."""
    ids: BatchNumbers
    increments: EventRows
    """Events that are added to the states of their orders as these are."""
    events: EventRows
    """All accepted events."""
    removed_seqs: Ints
    """Sequence numbers of events that leave the record."""
    watermark: int
    latest: Millis
    """Greatest time of an accepted event of an order; 0 where there is none."""

    def apply_to(self, state: State) -> None:
        instances = state.instances
        instances.put(self.fold_result, self.ids.order_ids(), self.ids.fulfillment_ids())
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
    state = sources.state
    acceptable = [event for event in batch if event.is_acceptable]
    names = event_hashes([event.source_and_id for event in acceptable])
    sources.index.mark_duplicates(acceptable, names)
    numbers = assign_numbers(acceptable, sources.index)
    is_acceptable = np.array([event.is_acceptable for event in acceptable], np.bool_)
    names = names[is_acceptable]
    acceptable = [event for event in acceptable if event.is_acceptable]
    encoded_batch = _encode_batch(acceptable, state.event_dictionaries, numbers, watermark + 1)
    folding = _Folding(encoded_batch.batch, acceptable, state, sources.record, watermark + 1)
    conflicts = FailureConflicts(acceptable, sources.record, watermark + 1)
    removed_seqs = np.concatenate([folding.removed_seqs, conflicts.removed_seqs])
    batch = [*batch, *folding.removed_events(), *conflicts.removed_events(state.validator)]
    for event in batch:
        event.inherit_rejection()
    is_accepted = np.array([event.is_acceptable for event in acceptable], np.bool_)
    writing = Writing(encoded_batch, names, is_accepted, numbers, removed_seqs)
    block = block_of(writing, state.event_dictionaries, sources.record.dictionary_sizes)
    sources.quarantine.add_changes(block, batch, now)
    events = encoded_batch.batch.events.take(is_accepted)
    order_event_times = events.time[events.order >= 0]
    return PreparedBatch(
        block=block,
        fold_result=folding.fold_result,
        ids=numbers,
        increments=folding.increments,
        events=events,
        removed_seqs=removed_seqs,
        watermark=int(events.seq.max()) if len(events) else watermark,
        latest=int(order_event_times.max()) if len(order_event_times) else 0,
    )


def _retryable_events(batch: Sequence[BatchEvent], sources: IngestSources) -> list[BatchEvent]:
    """Quarantined events of the orders whose workflow the batch reports, and of its failures, validated
    again.
    """
    orders = {
        event.order_key
        for event in batch
        if event.is_acceptable and isinstance(event.event, (OrderPlaced, FulfillmentRerouted))
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
    for seq, event in enumerate(batch, first_seq):
        if event.event:
            encoder.add(seq, event.event, event.extra)
    return encoder.encoded_batch()


class _Folding:
    """Decides which orders of a batch are folded from all their events, and which events are added
    incrementally.

    Events at a step that their order's workflow does not have are rejected.
    """

    def __init__(
        self, encoded: EventBatch, batch: Sequence[BatchEvent], state: State, record: Record, first_seq: int
    ) -> None:
        self._batch = batch
        self._state = state
        self._record = record
        self._first_seq = first_seq
        events = encoded.events.take(encoded.events.order >= 0)
        of_known_orders = events.take(state.instances.order_rows(events.order) >= 0)
        plan = plan_increment(of_known_orders, state.instances, state.lookup)
        self._reject(plan.misfits, plan.misfit_workflows, encoded.events)
        must_refold = np.isin(of_known_orders.order, plan.orders_to_fold)
        is_misfit = np.isin(of_known_orders.seq, plan.misfits)
        self.increments = of_known_orders.take(~must_refold & ~is_misfit)
        is_folded = np.zeros(int(events.order.max()) + 1 if len(events) else 0, np.bool_)
        is_folded[events.order] = True
        is_folded[of_known_orders.order[~must_refold]] = False
        earlier = record.of_orders(plan.orders_to_fold)
        together = EventBatch.concatenate([earlier, encoded.of_orders(is_folded)])
        self.fold_result = fold(together, state.lookup, self._names, strict_from=first_seq)
        self._reject(self.fold_result.misfits, self.fold_result.misfit_workflows, together.events)
        self.removed_seqs = self.fold_result.misfits[self.fold_result.misfits < first_seq]

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
        if not len(self.removed_seqs):
            return []
        workflows = dict(
            zip(self.fold_result.misfits.tolist(), self.fold_result.misfit_workflows.tolist(), strict=True)
        )
        batch: list[BatchEvent] = []
        for seq, step, text in event_texts(self._record, self.removed_seqs):
            event = BatchEvent(text)
            validate(event, self._state.validator)
            event.rejection = self._reason(step, workflows[seq])
            batch.append(event)
        return batch
