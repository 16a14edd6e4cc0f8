"""Entries of the quarantine without the values of attributes that are masked."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from graph_models.access import MASK
from impactgraph.ingest.personal import nodes_of
from impactgraph.ports.ingest import QuarantinedEvent
from impactgraph.stores.local.terms import written_forms

_LEAST = 4
"""Characters of a value that tells a person: a shorter one is in too many words."""


def masked_entry(entry: QuarantinedEvent, names: Sequence[str]) -> QuarantinedEvent:
    """The entry with these attributes masked wherever its event has a field of their name: what is refused
    need not have them where they belong.

    What cannot be read as an event, such as a document of a live source, may have such values anywhere: it is
    masked as a whole, with the reason, which may quote it.
    """
    event = _event_in(entry)
    if event is None:
        return replace(entry, text=MASK, reason=MASK)
    values = _mask(event, names)
    if not values:
        return entry
    _remove(event, _pattern([value for value in values if len(value) >= _LEAST]))
    reason = _pattern(values).sub(MASK, entry.reason)
    return replace(entry, reason=reason, text=msgspec.json.encode(event).decode())


def _event_in(entry: QuarantinedEvent) -> dict[str, Any] | None:
    """None for a document, and for what is no event with data."""
    if entry.origin:
        return None
    try:
        event = msgspec.json.decode(entry.text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return event if isinstance(event.get("data"), dict) else None


def _mask(event: dict[str, Any], names: Sequence[str]) -> set[str]:
    """Masks each value of such a name, in place; returns the texts that stood there."""
    values: set[str] = set()
    for node in nodes_of(event):
        if isinstance(node, dict):
            for name in node.keys() & set(names):
                values.update(_texts_of(node[name]))
                node[name] = MASK
    return values


def _texts_of(value: object) -> Iterator[str]:
    """What a value says, in objects and lists too."""
    for node in nodes_of([value]):
        for each in node.values() if isinstance(node, dict) else node:
            if not isinstance(each, dict | list) and each not in (None, ""):
                yield str(each)


def _remove(event: dict[str, Any], pattern: re.Pattern[str]) -> None:
    """Masks the same where it stands elsewhere in the event, such as in its id."""
    for node in nodes_of(event):
        if isinstance(node, list):
            node[:] = [_without(each, pattern) for each in node]
        else:
            pairs = [(pattern.sub(MASK, name), _without(value, pattern)) for name, value in node.items()]
            node.clear()
            node.update(pairs)


def _without(value: object, pattern: re.Pattern[str]) -> object:
    return pattern.sub(MASK, value) if isinstance(value, str) else value


def _pattern(values: Collection[str]) -> re.Pattern[str]:
    """Of the values however they are written, longest first; of none where there are none."""
    forms = {form for value in values for form in written_forms(value)}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)", re.IGNORECASE)
