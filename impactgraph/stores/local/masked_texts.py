"""Entries of the quarantine without the values of attributes that are masked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec

from graph_models.access import MASK
from impactgraph.ports.ingest import QuarantinedEvent

_LEAST = 4
"""Characters of a value that tells a person: a shorter one is in too many words."""


def masked_entry(entry: QuarantinedEvent, names: Sequence[str]) -> QuarantinedEvent:
    """The entry with these attributes of its event masked.

    What cannot be read as an event, such as a document of a live source, may have such values anywhere: it is
    masked as a whole, with the reason, which may quote it.
    """
    event = _event_in(entry)
    if event is None:
        return replace(entry, text=MASK, reason=MASK)
    values = _masked_values(event, names)
    if not values:
        return entry
    text = msgspec.json.encode(event).decode()
    for value in sorted(filter(None, values), key=len, reverse=True):
        entry = replace(entry, reason=entry.reason.replace(value, MASK))
        if len(value) >= _LEAST:  # elsewhere in the event, such as in its id
            text = text.replace(value, MASK)
    return replace(entry, text=text)


def _event_in(entry: QuarantinedEvent) -> dict[str, Any] | None:
    """None for a document, and for what is no event with data."""
    if entry.origin:
        return None
    try:
        event = msgspec.json.decode(entry.text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return event if isinstance(event.get("data"), dict) else None


def _masked_values(event: dict[str, Any], names: Sequence[str]) -> set[str]:
    """Masks the attributes in the event, and in the scope that it has; returns the values that they had."""
    data: dict[str, Any] = event["data"]
    scope: Any = data.get("scope")
    candidates: list[Any] = [data.get("attributes")]
    if isinstance(scope, dict):
        candidates.append(cast("dict[str, Any]", scope).get("attributes"))
    values: set[str] = set()
    for attributes in (cast("dict[str, Any]", each) for each in candidates if isinstance(each, dict)):
        for name in set(names) & attributes.keys():
            value = attributes[name]
            values.update(map(str, cast("list[Any]", value) if isinstance(value, list) else [value]))
            attributes[name] = MASK
    return values
