"""Quarantine of rejected events: listed, replayed, and tried again when an event about their order or failure
is accepted.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from graph_models.time import Millis
from impactgraph.ports.ingest import QuarantinedEvent
from impactgraph.stores.local.batch import BatchEvent, as_text
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.encoding import event_hashes

_ENTRY = "number, reason, text, place, received_at, origin"
"""Columns of a `QuarantinedEvent`."""


class Quarantine:
    """Index of the quarantine: in memory only the hashes and the subject of each entry.

    Changes are written with a block; `apply` brings the index to the state after its commit.
    """

    def __init__(self, record: Record, greatest_number: int = 0) -> None:
        """`greatest_number`: of the entries that there ever were, where it is known."""
        self._record = record
        self._entries: dict[int, tuple[int, int, str]] = {}
        self._by_content: dict[int, int] = {}
        self._by_source_and_id: dict[int, int] = {}
        self._by_subject: dict[str, set[int]] = {}
        for number, content, name, subject in record.rows(
            "select number, hash, name_hash, order_id from aside"
        ):
            self._index(number, content, name, subject)
        self._next = max(greatest_number, *self._entries, 0) + 1

    def _index(self, number: int, content: int, name: int, subject: str) -> None:
        self._entries[number] = (content, name, subject)
        self._by_content[content] = number
        if name:
            self._by_source_and_id[name] = number
        if subject:
            self._by_subject.setdefault(subject, set()).add(number)

    @property
    def is_empty(self) -> bool:
        return not self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def of_subjects(self, subjects: Iterable[str]) -> list[BatchEvent]:
        """Entries about these orders and failures (`BatchEvent.subject`), oldest first."""
        numbers = sorted(number for each in set(subjects) for number in self._by_subject.get(each, ()))
        return self.batch_events(numbers) if numbers else []

    def batch_events(self, numbers: Sequence[int] | None = None) -> list[BatchEvent]:
        """The entries with these numbers (None: all) as events to replay, oldest first; not yet validated.
        Those of documents are none.
        """
        rows = self._rows("number, text, place, reason", "origin = ''", numbers)
        return [
            BatchEvent(text.encode(), place, number, previous_rejection=reason)
            for number, text, place, reason in rows
        ]

    def entries_of(self, orders: Sequence[str]) -> dict[str, QuarantinedEvent]:
        """An entry of each of these orders, of those that have one: the first by its reason."""
        query = (
            f"select order_id, {_ENTRY} from aside where order_id in (select unnest(?::varchar[]))"
            " order by reason desc, number desc"
        )
        rows = self._record.rows(query, [list(orders)])
        return {order: QuarantinedEvent(*entry) for order, *entry in rows}

    def documents(self, numbers: Sequence[int] | None = None) -> list[QuarantinedEvent]:
        """The entries with these numbers (None: all) that are documents of live sources, oldest first."""
        return [QuarantinedEvent(*row) for row in self._rows(_ENTRY, "origin <> ''", numbers)]

    def _rows(self, columns: str, condition: str, numbers: Sequence[int] | None) -> list[tuple[Any, ...]]:
        condition_of_numbers = "" if numbers is None else "and number in (select unnest(?::bigint[]))"
        query = f"select {columns} from aside where {condition} {condition_of_numbers} order by number"
        return self._record.rows(query, [] if numbers is None else [list(numbers)])

    def page(self, limit: int) -> list[QuarantinedEvent]:
        """The oldest entries, at most `limit`."""
        query = f"select {_ENTRY} from aside order by number limit ?"
        return [QuarantinedEvent(*row) for row in self._record.rows(query, [limit])]

    def add_changes(self, block: Block, batch: Sequence[BatchEvent], now: Millis) -> None:
        """Adds to the block the entries of newly rejected events, and releases entries whose event is
        accepted.
        """
        new_rejections = [event for event in batch if event.rejection and not event.quarantine_number]
        self._add_entries(new_rejections, now, block)
        for event in batch:
            is_replay = event.rejection and event.quarantine_number and event.previous_rejection
            if is_replay and event.rejection != event.previous_rejection:
                block.reasons[event.quarantine_number] = event.rejection
        accepted_events = [event for event in batch if not event.rejection]
        numbers = [event.quarantine_number for event in accepted_events if event.quarantine_number]
        if self._by_source_and_id:
            names = [event.source_and_id for event in accepted_events if not event.quarantine_number]
            numbers += [
                self._by_source_and_id[name]
                for name in event_hashes(names).tolist()
                if name in self._by_source_and_id
            ]
        block.quarantine_releases = np.array(numbers, np.int64)

    def _add_entries(self, rejections: Sequence[BatchEvent], now: Millis, block: Block) -> None:
        """One entry for each content; an event whose content has an entry already is only marked."""
        new: dict[int, BatchEvent] = {}
        contents = event_hashes([event.fingerprint for event in rejections]).tolist()
        for event, content in zip(rejections, contents, strict=True):
            event.is_in_quarantine = content in self._by_content or content in new
            if event.is_in_quarantine:
                event.entry_number = self._by_content.get(content) or new[content].entry_number
            else:
                event.quarantine_number = event.entry_number = self._next + len(new)
                new[content] = event
        if new:
            block.add("aside", _entry_columns(new, now))

    def apply(self, block: Block) -> None:
        """Follows the commit of a block."""
        if entries := block.rows.get("aside"):
            columns = (entries[name].tolist() for name in ("number", "hash", "name_hash", "order_id"))
            for entry in zip(*columns, strict=True):
                self._index(*entry)
                self._next = max(self._next, entry[0] + 1)
        for number in block.quarantine_releases.tolist():
            content, name, subject = self._entries.pop(number, (0, 0, ""))
            self._by_content.pop(content, None)
            self._by_source_and_id.pop(name, None)
            if numbers := self._by_subject.get(subject):
                numbers.discard(number)
                if not numbers:
                    del self._by_subject[subject]

    def has(self, number: int) -> bool:
        return number in self._entries


def _entry_columns(events: dict[int, BatchEvent], now: Millis) -> Table:
    """Rows of the table `aside`, in the order of its columns; `events` by the hash of their content."""
    batch = list(events.values())
    name_hashes = event_hashes([event.source_and_id for event in batch])
    return {
        "number": np.array([event.quarantine_number for event in batch], np.int64),
        "hash": np.array(list(events), np.uint64),
        "name_hash": np.where([event.event is not None for event in batch], name_hashes, np.uint64(0)),
        "order_id": np.array([event.subject for event in batch], np.object_),
        "source": np.array([event.source_and_id[0] for event in batch], np.object_),
        "id": np.array([event.source_and_id[1] for event in batch], np.object_),
        "reason": np.array([event.rejection for event in batch], np.object_),
        "text": np.array([as_text(event.text) for event in batch], np.object_),
        "place": np.array([event.place for event in batch], np.object_),
        "received_at": np.full(len(batch), now, np.int64),
        "origin": np.array([event.origin for event in batch], np.object_),
    }
