"""Entries of an OCEL 2.0 log, by a mapping."""

from collections.abc import Iterator
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.mapped import LogEntry, LoggedObject, Skipped, Subject, unplaced_remark
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel import OcelEvent, read_ocel
from impactgraph.ingest.ocel_relations import relations_of
from impactgraph.ingest.skip_reasons import ID_TWICE, NO_ID, NO_ORDER, UNKNOWN_OBJECT, UNMAPPED
from impactgraph.topology.near import did_you_mean

_MOST_NAMED = 3


class OcelSteps:
    """The entries of one log."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        """Raises BadInputError where it is no OCEL 2.0 log, or has no objects of a type of the mapping."""
        self._path, self._mapping = path, mapping
        self._log = read_ocel(path, MomentReader(mapping.time_format, mapping.zone))
        self._check_types()
        self._relations = relations_of(self._log, mapping)
        self._event_types = mapping.event_types()
        self._subjects: dict[tuple[str, str], LoggedObject] = {}
        self._first_entries: dict[str, str] = {}
        if not mapping.order.placed:
            self._first_entries = self._find_first_entries()

    def _check_types(self) -> None:
        types = dict.fromkeys(each.type for each in self._log.objects.values())
        wanted = {"order.type": self._mapping.order.type}
        if self._mapping.fulfillment.type:
            wanted["fulfillment.type"] = self._mapping.fulfillment.type
        wanted |= {f"fulfillment.through ({name})": name for name in self._mapping.fulfillment.through}
        problems = [
            Problem(
                f"It has no object of the type {name!r}, which `{place}` of the mapping names; there are "
                f"{', '.join(types) or 'no objects'}.{did_you_mean(name, types)}",
                str(self._path),
            )
            for place, name in wanted.items()
            if name not in types
        ]
        if problems:
            raise BadInputError(*problems)

    def findings(self) -> list[str]:
        """What of the mapping the log lacks as a whole, a sentence each."""
        names = {name for each in self._log.objects.values() for name in each.attributes}
        names |= {name for event in self._log.events for name in event.attributes}
        findings = [
            f"no object or event has the attribute {name!r}, which `{place}` of the mapping names."
            f"{did_you_mean(name, names)}"
            for name, place in self._mapping.attributes().items()
            if name not in names
        ]
        if repeated := self._log.repeated:
            shown = ", ".join(map(repr, repeated[:_MOST_NAMED])) + (", ..." if repeated[_MOST_NAMED:] else "")
            findings.append(
                f"{len(repeated):,} objects have the id of another one, and only the first counts: {shown}."
            )
        if unknown := self._log.unknown:
            shown = ", ".join(f"{id_!r} (of {other!r})" for id_, other in list(unknown.items())[:_MOST_NAMED])
            findings.append(
                f"{len(unknown):,} objects that relations name are not in the log: {shown}"
                f"{', ...' if len(unknown) > _MOST_NAMED else ''}."
            )
        return findings

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
        first_with_id: dict[str, OcelEvent] = {}
        for event in self._log.events:
            place = f"{self._path}: {event.id}"
            if event.type not in self._event_types:
                yield Skipped(UNMAPPED, event.type, place, is_expected=bool(event.type))
            elif not event.id:
                yield Skipped(NO_ID, event.type, place)
            elif first_with_id.setdefault(event.id, event) != event:
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
        """The orders that an event is about, with the fulfillments that it moves: those that it names and
        those of its fulfillments, else those of its other objects.
        """
        log, relations = self._log, self._relations
        known = [id_ for id_ in event.objects if id_ in log.objects]
        orders = [id_ for id_ in known if log.objects[id_].type == self._mapping.order.type]
        parts = [id_ for id_ in known if log.objects[id_].type == self._mapping.fulfillment.type]
        others = [id_ for id_ in known if id_ not in orders and id_ not in parts]
        named = dict.fromkeys(orders)
        named |= dict.fromkeys(order for part in parts for order in relations.orders_of.get(part, ()))
        if not named:
            named = dict.fromkeys(order for other in others for order in relations.orders_of.get(other, ()))
        if not parts and not orders:
            parts = [part for other in others for part in relations.parts_with.get(other, ())]
        return [self._subject(order, list(dict.fromkeys(parts)), event) for order in named]

    def _subject(self, order: str, parts: list[str], event: OcelEvent) -> Subject:
        whole = [self._part(part, order) for part in self._relations.parts_of.get(order, ())]
        whole = whole or [LoggedObject(order)]
        own = [self._part(part, order) for part in parts if order in self._relations.orders_of.get(part, ())]
        return Subject(
            LoggedObject(order, self._log.objects[order].attributes),
            own or whole,
            whole,
            places=self._first_entries.get(order) == event.id,
        )

    def _part(self, part: str, order: str) -> LoggedObject:
        """A fulfillment of an order; one that several orders share is one of each, by the order in its id."""
        key = (part, order)
        if key not in self._subjects:
            is_shared = len(self._relations.orders_of.get(part, ())) > 1
            template = self._mapping.fulfillment.id or (
                "{order}/{fulfillment}" if is_shared else "{fulfillment}"
            )
            id_ = template.replace("{order}", order).replace("{fulfillment}", part)
            self._subjects[key] = LoggedObject(id_, self._log.objects[part].attributes)
        return self._subjects[key]

    def _find_first_entries(self) -> dict[str, str]:
        """Id of the earliest mapped event of each order."""
        first: dict[str, str] = {}
        for event in self._log.events:
            if event.type in self._event_types:
                for subject in self._subjects_of(event):
                    first.setdefault(subject.order.id, event.id)
        return first
