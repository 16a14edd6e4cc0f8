"""Orders and fulfillments that the events of an OCEL log are about."""

from collections.abc import Sequence
from pathlib import Path

from graph_models.counts import say_count
from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.mapped import LoggedObject, Subject
from impactgraph.ingest.ocel_events import OcelEvent
from impactgraph.ingest.ocel_log import OcelLog
from impactgraph.ingest.ocel_relations import relations_of
from impactgraph.ingest.rules import OcelObjects
from impactgraph.topology.near import did_you_mean

MOST_KNOWN = 50_000
"""Sets of objects whose orders are kept, since the events of a fulfillment name the same ones."""
_MOST_NAMED = 3


class OcelSubjects:
    """The orders and fulfillments of one log."""

    def __init__(self, log: OcelLog, objects: OcelObjects) -> None:
        self._log, self._objects = log, objects
        self._relations = relations_of(log, objects)
        self._parts: dict[tuple[str, str], LoggedObject] = {}
        self._known: dict[tuple[str, ...], Sequence[Subject]] = {}

    def of_event(self, event: OcelEvent) -> Sequence[Subject]:
        """The orders that an event is about, with the fulfillments that it moves: those that it names and
        those of its fulfillments, else those of its other objects.
        """
        names = event.objects
        known = self._known.get(names)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[names] = self._of_objects(names)
        return known

    def _of_objects(self, ids: Sequence[str]) -> Sequence[Subject]:
        log, relations, types = self._log, self._relations, self._objects
        orders: list[str] = []
        parts: list[str] = []
        others: list[str] = []
        for id_ in ids:
            if (object_ := log.objects.get(id_)) is not None:
                if object_.type == types.order:
                    orders.append(id_)
                if object_.type == types.fulfillment:
                    parts.append(id_)
                elif object_.type != types.order:
                    others.append(id_)
        order_names = dict.fromkeys(orders)
        for part in parts:
            order_names.update(dict.fromkeys(relations.orders_of.get(part, ())))
        if not order_names:
            order_names = dict.fromkeys(
                order for other in others for order in relations.orders_of.get(other, ())
            )
        if not parts and not orders:
            parts = [part for other in others for part in relations.parts_with.get(other, ())]
        return [self._subject(order, list(dict.fromkeys(parts))) for order in order_names]

    def _subject(self, order: str, parts: list[str]) -> Subject:
        whole = [self._part(part, order) for part in self._relations.parts_of.get(order, ())]
        whole = whole or [LoggedObject(order)]
        own = [self._part(part, order) for part in parts if order in self._relations.orders_of.get(part, ())]
        return Subject(LoggedObject(order, self._log.objects[order].attributes), own or whole, whole)

    def _part(self, part: str, order: str) -> LoggedObject:
        """A fulfillment of an order; one that several orders share is one of each, by the order in its id."""
        key = (part, order)
        if key not in self._parts:
            is_shared = len(self._relations.orders_of.get(part, ())) > 1
            template = self._objects.id or ("{order}/{fulfillment}" if is_shared else "{fulfillment}")
            id_ = template.replace("{order}", order).replace("{fulfillment}", part)
            self._parts[key] = LoggedObject(id_, self._log.objects[part].attributes)
        return self._parts[key]


def check_types(log: OcelLog, fields: dict[str, str], path: Path) -> None:
    """Raises BadInputError with every type that no object has; `fields` is by field of the mapping. An empty
    log lacks nothing.
    """
    if log.is_empty:
        return
    types = dict.fromkeys(each.type for each in log.objects.values())
    problems = [
        Problem(
            f"It has no object of the type {name!r}, which `{place}` of the mapping names; there are "
            f"{', '.join(types) or 'no objects'}.{did_you_mean(name, types)}",
            str(path),
        )
        for place, name in fields.items()
        if name not in types
    ]
    if problems:
        raise BadInputError(*problems)


def log_findings(log: OcelLog) -> list[str]:
    """What is wrong with the log by itself, a sentence each."""
    findings: list[str] = []
    if repetitions := log.repeated:
        first_names = ", ".join(map(repr, repetitions[:_MOST_NAMED])) + (
            ", ..." if repetitions[_MOST_NAMED:] else ""
        )
        objects = say_count(len(repetitions), "object has", "objects have")
        findings.append(f"{objects} the id of another one, and only the first counts: {first_names}.")
    if unknown := log.unknown:
        first_names = ", ".join(
            f"{id_!r} (of {other!r})" for id_, other in list(unknown.items())[:_MOST_NAMED]
        )
        more = ", ..." if len(unknown) > _MOST_NAMED else ""
        objects = say_count(len(unknown), "object that relations name is", "objects that relations name are")
        findings.append(f"{objects} not in the log: {first_names}{more}.")
    return findings


def attribute_names(log: OcelLog) -> set[str]:
    """Names of the attributes of its objects and events."""
    names = {name for each in log.objects.values() for name in each.attributes}
    return names | log.event_attributes
