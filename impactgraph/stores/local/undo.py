"""Takes back an ingest: its events and quarantine entries, but not what other ingests brought, too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.time import Millis
from impactgraph.columns import Codes, Ints
from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.event_ingests import add_ingest_rows
from impactgraph.stores.local.event_texts import misfit_events
from impactgraph.stores.local.failure_conflicts import FailureConflicts
from impactgraph.stores.local.ingests import Ingests, undo_row
from impactgraph.stores.local.prepare_batch import State
from impactgraph.stores.local.quarantine import Quarantine
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.waiting import EVER
from impactgraph.stores.state.fold import fold


@dataclass(frozen=True, slots=True)
class UndoSources:
    """What an ingest is taken back from."""

    state: State
    record: Record
    ingests: Ingests
    quarantine: Quarantine


@dataclass(frozen=True, slots=True)
class PreparedUndo:
    block: Block
    event_count: int
    entry_count: int


def prepare_undo(number: int, sources: UndoSources, watermark: int, now: Millis) -> PreparedUndo:
    """The block that takes an ingest back. It gets the sequence number after `watermark`.

    Events that others brought, and that do not fit without those that go, are quarantined.
    Raises NotFoundError for an unknown number, BadInputError for one that was taken back.
    """
    sources.ingests.check(number)
    seqs = sources.ingests.seqs_of(number)
    removed_seqs = seqs[~sources.ingests.are_brought(seqs, without=number)]
    dependents = [*_misfits(removed_seqs, sources), *_contradictions(removed_seqs, sources)]
    for event in dependents:
        event.ingest_numbers = frozenset(sources.ingests.of_event(event.seq))
    lost_seqs = np.array([event.seq for event in dependents], np.int64)
    block = Block(removed_seqs=np.concatenate([removed_seqs, lost_seqs]))
    sources.quarantine.add_changes(block, dependents, now)
    entries = [entry for entry in sources.ingests.entries_of(number) if sources.quarantine.has(entry)]
    block.quarantine_releases = np.array(entries, np.int64)
    add_ingest_rows(block, dependents, sources.ingests)
    block.add("undos", undo_row(number, now, watermark + 1))
    return PreparedUndo(block, len(removed_seqs), len(entries))


def _misfits(removed: Ints, sources: UndoSources) -> Sequence[BatchEvent]:
    """Remaining events of the orders that name a step which their workflow has not without those that go."""
    orders: Codes = sources.record.orders_of_events(removed)
    remaining = sources.record.of_orders(orders, EVER).until(EVER, without=removed)
    if not len(remaining.events):
        return []
    result = fold(remaining, sources.state.lookup, sources.record.names)
    workflows = dict(zip(result.misfits.tolist(), result.misfit_workflows.tolist(), strict=True))
    state = sources.state
    return misfit_events(sources.record, workflows, state.event_dictionaries, state.validator)


def _contradictions(removed: Ints, sources: UndoSources) -> Sequence[BatchEvent]:
    """Remaining events of failures that contradict each other without those that go."""
    keys = sources.record.failures_of_events(removed)
    conflicts = FailureConflicts.of_failures(keys, sources.record, removed)
    return conflicts.removed_events(sources.state.validator)
