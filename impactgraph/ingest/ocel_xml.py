"""OCEL 2.0 and 1.0 logs in XML."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel_log import OcelLog, last_values
from impactgraph.ingest.xml_events import elements, tag_of


def read_xml(stream: BinaryIO, moments: MomentReader, log: OcelLog) -> None:
    """Adds what the log has. Raises ValueError where it is no OCEL log in XML."""
    relations: list[tuple[str, str, str]] = []
    parents: list[Element] = []
    sections: set[str] = set()
    for step, element in elements(stream):
        tag = tag_of(element)
        if step == "start":
            parents.append(element)
            continue
        parents.pop()
        if len(parents) == 1:
            sections.add(tag)
        section = tag_of(parents[-1]) if len(parents) == 2 else ""
        if (section, tag) == ("objects", "object"):
            relations += _add_object(element, log)
            parents[-1].clear()
        elif (section, tag) == ("events", "event"):
            _add_event(element, moments, log)
            parents[-1].clear()
    if log.is_empty and not sections >= {"objects", "events"}:
        raise ValueError("it has no objects and no events")
    for one, other, qualifier in relations:
        log.relate(one, other, qualifier)


def _add_object(element: Element, log: OcelLog) -> list[tuple[str, str, str]]:
    """Adds an object; returns its relations."""
    fields = _fields(element)
    id_ = fields.get("id", "").strip()
    log.add(id_, fields.get("type", "").strip(), last_values(_attributes(element)))
    return [(id_, other.strip(), qualifier.strip()) for other, qualifier in _relations(element)]


def _add_event(element: Element, moments: MomentReader, log: OcelLog) -> None:
    fields = _fields(element)
    time = fields.get("time") or fields.get("timestamp") or ""
    activity = fields.get("type") or fields.get("activity") or ""
    event = (fields.get("id", "").strip(), activity.strip(), moments.rfc3339(time.strip()))
    log.add_event(event, last_values(_attributes(element)), _relations(element))


def _fields(element: Element) -> dict[str, str]:
    """Id, type and time: attributes of the element in 2.0, children in 1.0."""
    fields = dict(element.attrib)
    for child in element:
        if "key" in child.attrib and "value" in child.attrib:
            fields.setdefault(child.attrib["key"], child.attrib["value"])
    return fields


def _attributes(element: Element) -> Iterator[tuple[str, str | None, str | None]]:
    for child in element:
        if tag_of(child) == "attributes":
            for each in child:
                yield each.get("name", ""), each.text, each.get("time")
        elif child.get("key") in ("vmap", "ovmap"):
            for each in child:
                yield each.get("key", ""), each.get("value"), None


def _relations(element: Element) -> Iterator[tuple[str, str]]:
    for child in element:
        if tag_of(child) == "objects":
            for each in child:
                if id_ := each.get("object-id"):
                    yield id_, each.get("qualifier") or ""
        elif child.get("key") == "omap":
            for each in child:
                yield each.get("value") or "", ""
