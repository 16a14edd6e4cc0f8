"""Alerts that fire again with the start that they had before they ended: the sender took them for ended while
no news came of them, and repeats them with their group.
"""

from typing import Any

import msgspec

from graph_models.failure import Failure
from graph_models.time import MINUTE, Millis, printed_moment
from impactgraph.alerts.message import SENT_WITHIN
from impactgraph.ports.store import Store
from impactgraph.sources.documents import PresentAlert, Translation
from impactgraph.usecases.failure_events import iso

_KNOWN_FOR: Millis = 5 * MINUTE
"""After this, other processes may have stored ends."""
_MOMENTS = ("started_at", "expected_end")


class Refires:
    """The ends of alerts that are on record, as far as a receiver has to know them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ended: dict[str, Failure] = {}
        """By bare key, where its last episode has ended."""
        self._read_at: Millis | None = None
        self._changed: set[str] = set()
        """Alerts that have ended since they were read."""

    def report_again(self, translation: Translation) -> None:
        """Makes a new episode of each alert that was on record as ended when it was received as firing; it
        begins then. Costs a look at all failures where one has ended since the last time.
        """
        changed: set[str] = set()
        for index, alert in translation.present.items():
            if alert.started_at is None:
                changed.add(alert.failure)
            elif (ended := self._ended_failure(alert)) and _fires_after_end(alert, alert.started_at, ended):
                translation.lines[index] = _again(translation.lines[index], alert, ended)
                changed.add(alert.failure)
        self._changed |= changed

    def _ended_failure(self, alert: PresentAlert) -> Failure | None:
        read_at = self._read_at
        if read_at is None or alert.failure in self._changed or alert.received_at > read_at + _KNOWN_FOR:
            failures = self._store.failures()
            self._ended = {each.key: each for each in failures if each.alert and each.ended_at is not None}
            self._read_at = alert.received_at
            self._changed.clear()
        return self._ended.get(alert.failure)


def _fires_after_end(alert: PresentAlert, started_at: Millis, ended: Failure) -> bool:
    """Whether the alert fires after the end, and the start that it states would not say so."""
    return ended.ended_at is not None and started_at <= ended.ended_at < alert.received_at - SENT_WITHIN


def _again(line: bytes, alert: PresentAlert, ended: Failure) -> bytes:
    """The report, of a failure that begins as the message was received. It comes right after the end that it
    takes back, and what else was said of it till then, so that whatever the sender says next comes after it,
    by any clock.
    """
    event: dict[str, Any] = msgspec.json.decode(line)
    data: dict[str, Any] = event["data"]
    end = ended.ended_at or 0
    later = alert.received_at - printed_moment(data["started_at"])
    moments = {name: iso(printed_moment(data[name]) + later) for name in _MOMENTS if name in data}
    time = max(end, ended.changed_at) + 1
    again = {"id": f"{event['id']}/after/{end}", "time": iso(time), "data": data | moments}
    return msgspec.json.encode(event | again)
