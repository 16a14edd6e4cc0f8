"""Events of OCEL logs as records: what expressions see of an event for each order and fulfillment of it."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import filterfalse
from pathlib import Path
from typing import Any

import msgspec

from impactgraph.ingest.mapped import LoggedObject, Skipped
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel import read_ocel
from impactgraph.ingest.ocel_events import OcelEvent
from impactgraph.ingest.ocel_subjects import OcelSubjects, attribute_names, check_types, log_findings
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.record_reader import fields_not_there
from impactgraph.ingest.rule_events import Subject
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.rules import OcelObjects
from impactgraph.ingest.skip_reasons import NO_ORDER, UNKNOWN_OBJECT

FIELDS = ("id", "activity", "time", "order", "fulfillment", "fulfillments", "objects", "related")
"""What every event has, beside its own attributes."""


class OcelRecords:
    """Events of one log, in the order of time."""

    def __init__(self, path: Path, mapper: RuleMapper, objects: OcelObjects) -> None:
        """Raises BadInputError where it is no OCEL log, or has no objects of a type of the mapping."""
        mapping = mapper.mapping
        self._path, self._mapper, self._objects = path, mapper, objects
        moments = MomentReader(mapping.time_format, mapping.zone)
        self._log = read_ocel(path, moments, objects.qualifiers)
        wanted_values = {"ocel.order": objects.order}
        if objects.fulfillment:
            wanted_values["ocel.fulfillment"] = objects.fulfillment
        check_types(
            self._log, wanted_values | {f"ocel.through ({name})": name for name in objects.through}, path
        )
        self._subjects = OcelSubjects(self._log, objects)
        names = mapping.names()
        self._shows_objects, self._shows_related = "objects" in names, "related" in names
        self._shows_parts = "fulfillments" in names

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        objects_by_id = self._log.objects
        for event in self._log.events:
            place = f"{self._path}: {event.id}"
            views = self._views(event)
            missing = next(filterfalse(objects_by_id.__contains__, event.objects), "")
            if views or not self._mapper.is_mapped(event.type):
                record = self._mapper.map_views(
                    event.type, views or [(self._view(event), _NOTHING)], place, watch
                )
                yield place, msgspec.structs.replace(record, missing=missing) if missing else record
                continue
            reason = UNKNOWN_OBJECT if missing else NO_ORDER
            at = f"{place} ({missing})" if missing else place
            yield place, MappedRecord(event.type, (), Skipped(reason, event.type, at))

    def _views(self, event: OcelEvent) -> list[tuple[Any, Subject]]:
        """A view for each fulfillment that the event moves, with what the log says of it."""
        views: list[tuple[Any, Subject]] = []
        for logged in self._subjects.of_event(event):
            base = self._view(event)
            base["order"] = _shown(logged.order)
            if self._shows_parts:
                base["fulfillments"] = [_shown(part) for part in logged.whole]
            whole = partial(_whole_views, base, logged.whole)
            order, is_one = logged.order.id, len(logged.fulfillments) == 1
            for index, part in enumerate(logged.fulfillments):
                view = base if is_one else dict(base)
                view["fulfillment"] = _shown(part)
                subject = Subject(event.id or None, event.time, order, part.id, True, index > 0, whole)
                views.append((view, subject))
        return views

    def _view(self, event: OcelEvent) -> dict[str, Any]:
        view: dict[str, Any] = {
            **event.attributes,
            "id": event.id,
            "activity": event.type,
            "time": event.time,
        }
        if self._shows_objects:
            view["objects"] = self._by_type(event.objects, event)
        if self._shows_related:
            objects_by_id = self._log.objects
            related_objects = [
                other for id_ in event.objects if id_ in objects_by_id for other in objects_by_id[id_].related
            ]
            view["related"] = self._by_type(list(dict.fromkeys(related_objects)), event)
        return view

    def _by_type(self, ids: Sequence[str], event: OcelEvent) -> dict[str, list[dict[str, Any]]]:
        types: dict[str, list[dict[str, Any]]] = {}
        for id_ in ids:
            each = self._log.objects.get(id_)
            if each is not None:
                view = {**each.attributes, "id": id_, "qualifier": event.qualifiers.get(id_, "")}
                types.setdefault(each.type, []).append(view)
        return types

    def findings(self) -> list[str]:
        """What of the mapping the log lacks, or names and lacks itself."""
        if not self._log.events:
            return log_findings(self._log)
        names = {*FIELDS, *attribute_names(self._log)}
        return [*fields_not_there(self._mapper.mapping, names, "event"), *log_findings(self._log)]

    def remarks(self) -> list[str]:
        """None."""
        return []


_NOTHING = Subject(None, None, None, None)


def _shown(each: LoggedObject) -> dict[str, Any]:
    return {**each.attributes, "id": each.id}


def _whole_views(base: dict[str, Any], parts: Sequence[LoggedObject]) -> list[tuple[Any, str]]:
    """What expressions see for each fulfillment of an order; made only where an order is placed."""
    return [({**base, "fulfillment": _shown(part)}, part.id) for part in parts]
