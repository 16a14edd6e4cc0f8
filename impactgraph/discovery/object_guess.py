"""Guesses the roles of the object types and attributes of an OCEL log."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice

from graph_models.counts import say_count
from impactgraph.discovery.columns import columns_of
from impactgraph.discovery.mapping_draft import Guess, MappingDraft, Sureness
from impactgraph.discovery.names import name_fit
from impactgraph.discovery.table_guess import add_attributes, add_part_attributes
from impactgraph.ingest.ocel import OcelLog

_MOST = 20_000
"""Objects of a type that are looked at."""


def guess_objects(log: OcelLog, source: str) -> tuple[MappingDraft, list[str]]:
    """(the draft but for what activities mean, what a mapping needs and the log does not show)."""
    draft = MappingDraft(Guess(source, Sureness.UNSURE, "by the name of the file"), rows=len(log.events))
    objects = Counter(each.type for each in log.objects.values())
    events = _events_by_type(log)
    order = _order_type(objects, events)
    if order is None:
        return draft, ["order.type"]
    draft.order["type"] = order
    part = _part_type(objects, events, order.value)
    if part is not None:
        draft.fulfillment["type"] = part
    if part is not None:
        part_rows = _rows(log, part.value)
        part_names = list(dict.fromkeys(name for row in part_rows for name in row))
        add_part_attributes(draft, columns_of(part_rows, part_names))
    rows = _rows(log, order.value)
    names = list(dict.fromkeys(name for row in rows for name in row))
    event_rows = [_texts(event.attributes) for event in islice(log.events, _MOST)]
    event_names = [name for name in dict.fromkeys(n for row in event_rows for n in row) if name not in names]
    columns = columns_of(rows, names) | columns_of(event_rows, event_names)
    add_attributes(draft, columns)
    used_names = {order.value, part.value if part else ""}
    draft.spare_columns += tuple(f"object type {name}" for name in objects if name not in used_names)
    return draft, []


def _events_by_type(log: OcelLog) -> dict[str, Counter[str]]:
    """Events by object type and activity."""
    events: dict[str, Counter[str]] = {}
    for event in log.events:
        types = {log.objects[id_].type for id_ in event.objects if id_ in log.objects}
        for type_ in types:
            events.setdefault(type_, Counter())[event.type] += 1
    return events


def _order_type(objects: Mapping[str, int], events: Mapping[str, Counter[str]]) -> Guess | None:
    """By its name; else the type with the most different activities."""
    fits = {name: name_fit(name, "order") for name in objects}
    best = max(fits, key=lambda name: (fits[name], events.get(name, Counter()).total()), default=None)
    if best is None:
        return None
    is_named = fits[best] >= 0.5
    if not is_named:
        best = max(objects, key=lambda name: (len(events.get(name, ())), events.get(name, Counter()).total()))
    rivals = [name for name in objects if name != best and fits[name] >= 0.5]
    evidence = _evidence(best, objects, events) + (f"; or {', '.join(rivals)}" if rivals else "")
    if not is_named:
        return Guess(best, Sureness.UNSURE, evidence)
    return Guess(best, Sureness.LIKELY if rivals else Sureness.SURE, evidence)


def _part_type(objects: Mapping[str, int], events: Mapping[str, Counter[str]], order: str) -> Guess | None:
    fits = {name: name_fit(name, "fulfillment") for name in objects if name != order}
    best = max(fits, key=lambda name: fits[name], default=None)
    if best is None or fits[best] < 0.5:
        return None
    return Guess(best, Sureness.LIKELY, _evidence(best, objects, events))


def _evidence(name: str, objects: Mapping[str, int], events: Mapping[str, Counter[str]]) -> str:
    counts = events.get(name, Counter[str]())
    activities = say_count(len(counts), "activity", "activities")
    return f"{say_count(objects[name], 'object')} in {say_count(counts.total(), 'event')} of {activities}"


def _rows(log: OcelLog, type_: str) -> list[dict[str, str]]:
    rows = (_texts(each.attributes) for each in log.objects.values() if each.type == type_)
    return [row for row, _ in zip(rows, range(_MOST), strict=False)]


def _texts(attributes: Mapping[str, object]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in attributes.items()}
