"""Shows at little cost that no key of an event's text is there twice: its commas are counted.

An object or list of n members has n - 1 commas between them. The text has at least those of the event that
was read of it, and one more for each member that was read twice. So where it has no more than the event
needs, each key is there once. A comma within a text, a value written as null and a list in an attribute only
make the count too large: the text is then looked at as any other (`json_text`).
"""

from collections.abc import Callable, Mapping
from operator import attrgetter, is_not
from typing import Any

import msgspec

from impactgraph.ingest.events import EVENT_TYPES, Event, OrderPlaced, PlacedData, PlacedFulfillment

_HEAD_COMMAS = 5
"""Between the six attributes that every event has: specversion, id, source, type, time, data."""


def has_keys_once(event: Event, line: bytes) -> bool:
    """Whether the commas of an event's text show that no key is there twice. It has no unknown fields."""
    surplus = line.count(b",") - _REQUIRED_COMMAS[type(event)]
    if not surplus:
        return True
    surplus -= _present(event.data) + (event.datacontenttype is not None)
    if type(event) is OrderPlaced:
        surplus -= _inner_commas(event.data)
    return not surplus


def _inner_commas(data: PlacedData) -> int:
    """Commas within the fulfillments and the attributes of an order."""
    parts = data.fulfillments
    commas = len(parts) - 1 + len(parts) * _PART_COMMAS + sum(map(_present, parts))
    return commas + len(data.attributes) - 1 if data.attributes else commas


def _present(fields: msgspec.Struct) -> int:
    """How many optional fields have another value than without them; each has a comma before or behind it."""
    read = _OPTIONAL.get(type(fields))
    return sum(map(is_not, read[0](fields), read[1])) if read else 0


def _commas(kind: type[msgspec.Struct]) -> int:
    """Between the required fields."""
    return sum(each.required for each in msgspec.structs.fields(kind)) - 1


def _optional(kind: type[msgspec.Struct]) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[Any, ...]] | None:
    """What reads the optional fields, and what each is without a value of its own."""
    fields = [each for each in msgspec.structs.fields(kind) if each.default is not msgspec.NODEFAULT]
    names = [each.name for each in fields]
    # With the first one again there are always several, so that a tuple is read; it is not compared.
    return (attrgetter(*names, names[0]), tuple(each.default for each in fields)) if fields else None


_DATA: Mapping[type[Event], type[msgspec.Struct]] = {
    kind: kind.__annotations__["data"] for kind in EVENT_TYPES.values()
}
_PART_COMMAS = _commas(PlacedFulfillment)
_REQUIRED_COMMAS = {kind: _HEAD_COMMAS + _commas(data) for kind, data in _DATA.items()}
_OPTIONAL = {kind: _optional(kind) for kind in (*_DATA.values(), PlacedFulfillment)}
