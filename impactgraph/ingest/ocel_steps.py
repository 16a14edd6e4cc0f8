"""Entries of an OCEL log, by a mapping of version 1."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from impactgraph.ingest.mapped import LogEntry, Skipped, Subject, unplaced_remark
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel import read_ocel
from impactgraph.ingest.ocel_events import OcelEvent
from impactgraph.ingest.ocel_subjects import OcelSubjects, attribute_names, check_types, log_findings
from impactgraph.ingest.rules import OcelObjects
from impactgraph.ingest.skip_reasons import ID_TWICE, NO_ID, NO_ORDER, UNKNOWN_OBJECT, UNMAPPED
from impactgraph.topology.near import did_you_mean


class OcelSteps:
    """The entries of one log."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        """Raises BadInputError where it is no OCEL 2.0 log, or has no objects of a type of the mapping."""
        self._path, self._mapping = path, mapping
        self._log = read_ocel(path, MomentReader(mapping.time_format, mapping.zone))
        wanted_values = {"order.type": mapping.order.type}
        if mapping.fulfillment.type:
            wanted_values["fulfillment.type"] = mapping.fulfillment.type
        wanted_values |= {f"fulfillment.through ({name})": name for name in mapping.fulfillment.through}
        check_types(self._log, wanted_values, path)
        self._subjects = OcelSubjects(self._log, _objects_of(mapping))
        self._event_types = mapping.event_types()
        self._first_entries: dict[str, str] = {}
        if not mapping.order.placed:
            self._first_entries = self._find_first_entries()

    def findings(self) -> list[str]:
        """What of the mapping the log lacks as a whole, a sentence each."""
        if not self._log.events:
            return log_findings(self._log)
        names = attribute_names(self._log)
        findings = [
            f"no object or event has the attribute {name!r}, which `{place}` of the mapping names."
            f"{did_you_mean(name, names)}"
            for name, place in self._mapping.attributes().items()
            if name not in names
        ]
        return findings + log_findings(self._log)

    def remarks(self) -> list[str]:
        """Orders that no entry places, although the mapping says which activities do."""
        if not self._mapping.order.placed:
            return []
        orders: dict[str, bool] = {}
        for event in self._log.events:
            if event.type in self._event_types:
                places = event.type in self._mapping.order.placed
                for subject in self._subjects_of(event):
                    orders[subject.order.id] = orders.get(subject.order.id, False) or places
        return unplaced_remark([id_ for id_, is_placed in orders.items() if not is_placed])

    def entries(self) -> Iterator[LogEntry | Skipped]:
        """Every event of the log, in the order of time."""
        first_with_id: dict[str, int] = {}
        for event in self._log.events:
            place = f"{self._path}: {event.id}"
            if event.type not in self._event_types:
                yield Skipped(UNMAPPED, event.type, place, is_expected=bool(event.type))
            elif not event.id:
                yield Skipped(NO_ID, event.type, place)
            elif first_with_id.setdefault(event.id, content := _content(event)) != content:
                yield Skipped(ID_TWICE, event.type, place)
            else:
                yield self._entry(event, place)

    def _entry(self, event: OcelEvent, place: str) -> LogEntry | Skipped:
        subjects = self._subjects_of(event)
        missing = next((id_ for id_ in event.objects if id_ not in self._log.objects), "")
        if not subjects:
            reason = UNKNOWN_OBJECT if missing else NO_ORDER
            return Skipped(reason, event.type, f"{place} ({missing})" if missing else place)
        return LogEntry(event.id, event.type, event.time, subjects, event.attributes, place, missing)

    def _subjects_of(self, event: OcelEvent) -> list[Subject]:
        """The orders that an event is about, with the fulfillments that it moves."""
        return [
            replace(subject, places=self._first_entries.get(subject.order.id) == event.id)
            for subject in self._subjects.of_event(event)
        ]

    def _find_first_entries(self) -> dict[str, str]:
        """Id of the earliest mapped event of each order."""
        first: dict[str, str] = {}
        for event in self._log.events:
            if event.type in self._event_types:
                for subject in self._subjects.of_event(event):
                    first.setdefault(subject.order.id, event.id)
        return first


def _content(event: OcelEvent) -> int:
    """Equal for equal events: memory has no room for all of them."""
    return hash(msgspec.json.encode(event, order="deterministic"))


def _objects_of(mapping: Mapping) -> OcelObjects:
    parts = mapping.fulfillment
    return OcelObjects(order=mapping.order.type, fulfillment=parts.type, id=parts.id, through=parts.through)
