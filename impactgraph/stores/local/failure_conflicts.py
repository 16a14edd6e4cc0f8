"""Failure events that contradict other events of their failure, such as an end before the start."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from graph_models.time import moment
from impactgraph.columns import Ints
from impactgraph.ingest.events import FailureData, FailureEvent
from impactgraph.stores.local.batch import BatchEvent, validate
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_kinds import KINDS, TYPES
from impactgraph.stores.state.event_validator import EventValidator
from impactgraph.stores.state.failure_life import FailureChange, failure_life
from impactgraph.stores.state.failures import changes_by_key

_NO_SEQ = 2**62
"""Later than every sequence number."""


class FailureConflicts:
    """Rejects events of a batch that contradict the life of their failure.

    Whether an event does depends on all events of the failure, not on which came first: a recorded event that
    turns out to contradict earlier ones leaves the record for the quarantine.
    """

    def __init__(
        self, batch: Sequence[BatchEvent], rows: Sequence[int], record: Record, first_seq: int
    ) -> None:
        """`batch`: its acceptable events, which get the sequence numbers from `first_seq` on; `rows` are
        those of failures.
        """
        self._removals: list[tuple[FailureChange, str]] = []
        new = [_change(batch[row], first_seq + row) for row in rows]
        if new:
            keys = list(dict.fromkeys(change.data.failure for change in new))
            self._find([*record.failure_changes(keys), *new], batch, first_seq)

    @staticmethod
    def of_failures(keys: Sequence[str], record: Record, without: Ints) -> "FailureConflicts":
        """The contradictions among the recorded events of failures, without those with these numbers."""
        conflicts = FailureConflicts([], [], record, 0)
        if keys:
            without_seqs = set(without.tolist())
            changes = [change for change in record.failure_changes(keys) if change.seq not in without_seqs]
            conflicts._find(changes, [], _NO_SEQ)
        return conflicts

    def _find(self, events: Sequence[FailureChange], batch: Sequence[BatchEvent], first_seq: int) -> None:
        for changes in changes_by_key(events).values():
            for change, reason in failure_life(changes).contradictions:
                if change.seq >= first_seq:
                    batch[change.seq - first_seq].rejection = reason
                else:
                    self._removals.append((change, reason))

    @property
    def removed_seqs(self) -> Ints:
        """Sequence numbers of recorded events that leave the record."""
        return np.array([change.seq for change, _ in self._removals], np.int64)

    def removed_events(self, validator: EventValidator) -> list[BatchEvent]:
        """These events, to be quarantined."""
        batch = [BatchEvent(_text(change), seq=change.seq) for change, _ in self._removals]
        for event, (_, reason) in zip(batch, self._removals, strict=True):
            validate(event, validator)
            event.rejection = reason
        return batch


def failure_keys(batch: Iterable[BatchEvent]) -> set[str]:
    """Bare keys of the failures that acceptable events of the batch are about."""
    return {
        event.event.data.failure
        for event in batch
        if event.event is not None and isinstance(event.event.data, FailureData) and event.is_acceptable
    }


def _change(event: BatchEvent, seq: int) -> FailureChange:
    cloud_event = event.event
    assert isinstance(cloud_event, FailureEvent)
    return FailureChange(
        time=cloud_event.millis,
        source=cloud_event.source,
        id=cloud_event.id,
        kind=KINDS[cloud_event.type],
        data=cloud_event.data,
        seq=seq,
    )


def _text(change: FailureChange) -> bytes:
    """The CloudEvent as JSON."""
    data: FailureData = change.data
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": change.id,
            "source": change.source,
            "type": TYPES[change.kind],
            "time": moment(change.time).isoformat(),
            "data": data,
        }
    )
