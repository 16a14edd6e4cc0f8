"""Events of an XES log, trace by trace."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from impactgraph.ingest.xml_events import elements, tag_of

ALIASES = {"activity": "concept:name", "time": "time:timestamp", "id": "identity:id"}
"""Fields of events by plain names, beside the names of the standard."""


_LOG_PARTS = frozenset(
    {
        "extension",
        "global",
        "classifier",
        "string",
        "date",
        "int",
        "float",
        "boolean",
        "id",
        "list",
        "container",
    }
)
"""What a log has beside its traces and events."""
MOST_OTHERS = 5
"""Names of other elements that are kept."""


def xes_events(stream: BinaryIO, others: set[str]) -> Iterator[dict[str, Any]]:
    """Every event as its attributes, with those of its trace under `case`. Memory holds one trace.

    Adds to `others` the names of elements of the log that the format does not have.

    Raises ValueError where it is no XML that can be read.
    """
    depth = 0
    root: Element | None = None
    for step, element in elements(stream):
        if step == "start":
            depth += 1
            root = element if depth == 1 else root
            continue
        depth -= 1
        if depth != 1 or root is None:
            continue
        if tag_of(element) == "trace":
            yield from _trace_events(element)
        elif tag_of(element) == "event":
            yield _event(element, {})
        elif tag_of(element) not in _LOG_PARTS and len(others) < MOST_OTHERS:
            others.add(tag_of(element))
        root.clear()


def _trace_events(trace: Element) -> Iterator[dict[str, Any]]:
    case = _attributes(trace)
    case.setdefault("id", case.get("concept:name"))
    for child in trace:
        if tag_of(child) == "event":
            yield _event(child, case)


def _event(element: Element, case: dict[str, Any]) -> dict[str, Any]:
    event = _attributes(element)
    for name, standard in ALIASES.items():
        if standard in event:
            event.setdefault(name, event[standard])
    event["case"] = case
    return event


def _attributes(element: Element) -> dict[str, Any]:
    return {
        child.attrib["key"]: _value(tag_of(child), child.attrib["value"])
        for child in element
        if "key" in child.attrib and "value" in child.attrib
    }


def _value(kind: str, text: str) -> Any:
    """Numbers and truth values as such, so that expressions can compare them; all else is text."""
    bare_text = text.strip()
    if kind == "boolean":
        return bare_text.lower() == "true" if bare_text.lower() in ("true", "false") else bare_text
    if kind in ("int", "float"):
        try:
            number = Decimal(bare_text)
        except InvalidOperation:
            return bare_text
        return number if number.is_finite() else bare_text
    return bare_text
