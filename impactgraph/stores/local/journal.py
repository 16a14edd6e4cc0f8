"""The journal in a record: its events are read back once, and folded for the moment that is asked for."""

from threading import Lock

import msgspec

from graph_models.journal import Journal
from graph_models.time import Millis
from impactgraph.ingest.journal_events import (
    ChangeData,
    IncidentData,
    JournalData,
    MaintenanceData,
    NoticeData,
)
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_kinds import JOURNAL, TYPES, EventKind
from impactgraph.stores.state.journal import JournalEntry, fold_journal

MOST_MOMENTS = 8
"""Of which the folded journal stays in memory."""
_QUERY = f"""
select e.seq, e.time, e.kind, w.word, e.id, e.extra
from events e join words w on w.domain = 'source' and w.code = e.source
where e.kind between {int(JOURNAL[0])} and {int(JOURNAL[-1])} and e.seq > ?
"""
_DATA: dict[str, type[JournalData]] = {
    "incident": IncidentData,
    "change": ChangeData,
    "maintenance": MaintenanceData,
    "notice": NoticeData,
}


class _StoredDetails(msgspec.Struct):
    journal: msgspec.Raw


_DECODER = msgspec.json.Decoder(_StoredDetails)


class JournalIndex:
    """The entries of a record; only those that are new since the last question are read."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Events were removed: all are read again when it is next asked."""
        self._entries: list[JournalEntry] = []
        self._seq = 0
        self.expect()

    def expect(self) -> None:
        """Further events came."""
        self._is_current = False
        self._by_moment: dict[Millis, Journal] = {}

    def until(self, moment: Millis) -> Journal:
        with self._lock:
            if not self._is_current:
                self._read()
            if moment not in self._by_moment:
                while len(self._by_moment) >= MOST_MOMENTS:
                    del self._by_moment[next(iter(self._by_moment))]
                self._by_moment[moment] = fold_journal(each for each in self._entries if each.at <= moment)
            return self._by_moment[moment]

    def _read(self) -> None:
        for seq, at, kind, source, id_, extra in self._record.rows(_QUERY, [self._seq]):
            data_type = _DATA[TYPES[EventKind(kind)].partition(".")[0]]
            data = msgspec.json.decode(_DECODER.decode(extra).journal, type=data_type)
            self._entries.append(JournalEntry(at, EventKind(kind), source, id_, data))
            self._seq = max(self._seq, seq)
        self._is_current = True
