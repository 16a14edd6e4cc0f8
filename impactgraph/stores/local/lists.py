"""The lists of systems in a record: their events read back, and what they add up to."""

from collections.abc import Iterable, Sequence
from threading import Lock

import msgspec
import numpy as np

from graph_models.time import Millis
from impactgraph.columns.system_lists import SystemLists
from impactgraph.ingest.events import ListData
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.lists import ListEvent, fold_lists

MOST_PAST = 2
"""Past moments whose lists stay in memory."""
_QUERY = """
select e.seq, e.time, w.word, e.id, e.extra
from events e join words w on w.domain = 'source' and w.code = e.source
where e.kind = ? and e.time <= ? and e.seq > ?
"""


class _StoredDetails(msgspec.Struct):
    list: ListData


_DECODER = msgspec.json.Decoder(_StoredDetails)


class Lists:
    """What systems list, by moment; each moment is folded when it is first asked for.

    At the present moment only events that are new since the last question are read.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Events were removed, or such of an earlier time took effect: folds again when it is next asked."""
        self._present: dict[str, SystemLists] = {}
        self._seq = 0
        self.expect()

    def expect(self) -> None:
        """Further events came."""
        self._is_current = False
        self._past: dict[Millis, dict[str, SystemLists]] = {}

    def at_present(self, horizon: Millis) -> dict[str, SystemLists]:
        """By bare key of the system, from the events up to `horizon`."""
        with self._lock:
            if not self._is_current:
                self._present, self._seq = self._fold(horizon, self._present, self._seq)
                self._is_current = True
            return self._present

    def at(self, moment: Millis) -> dict[str, SystemLists]:
        with self._lock:
            if moment not in self._past:
                lists, _ = self._fold(moment, {}, 0)
                newest = list(self._past.items())[1 - MOST_PAST :]
                self._past = {**dict(newest), moment: lists}
            return self._past[moment]

    def _fold(
        self, until: Millis, before: dict[str, SystemLists], after: int
    ) -> tuple[dict[str, SystemLists], int]:
        rows = self._record.rows(_QUERY, [int(EventKind.LIST), until, after])
        last = max((row[0] for row in rows), default=after)
        return fold_lists(map(_event, rows), before), last

    def events(self, system: str, key: str, at: Millis) -> Sequence[ListEvent]:
        """The parts of one list."""
        query = f"{_QUERY} and e.time = ? and e.document = ?"
        rows = self._record.rows(query, [int(EventKind.LIST), at, 0, at, key])
        return [event for event in map(_event, rows) if event.data.system == system]


def _event(row: tuple[int, Millis, str, str, str]) -> ListEvent:
    _, time, source, id_, extra = row
    return ListEvent(time, source, id_, _DECODER.decode(extra).list)


_DOCUMENTS = """
select distinct e.document, f.id, e.order_number
from events e join fulfillments f on f.number = e.fulfillment_number
where e.kind = ? and e.document in (select unnest(?::varchar[]))
"""


def documents(record: Record, numbers: Sequence[str]) -> dict[str, frozenset[str]]:
    """Bare keys of the fulfillments that have a posting with each document, of those that any has."""
    return _by_document(record.rows(_DOCUMENTS, [int(EventKind.POSTING), list(numbers)]))


def documents_of(record: Record, numbers: Sequence[str], instances: Instances) -> dict[str, frozenset[str]]:
    """As `documents`, of the orders that these instances have."""
    rows = record.rows(_DOCUMENTS, [int(EventKind.POSTING), list(numbers)])
    has_order = instances.order_rows(np.array([row[2] for row in rows], np.int32)) >= 0
    return _by_document(row for row, has in zip(rows, has_order.tolist(), strict=True) if has)


def _by_document(rows: Iterable[tuple[str, str, int]]) -> dict[str, frozenset[str]]:
    by_document: dict[str, set[str]] = {}
    for number, fulfillment, _ in rows:
        by_document.setdefault(number, set()).add(fulfillment)
    return {number: frozenset(keys) for number, keys in by_document.items()}
