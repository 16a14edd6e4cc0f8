"""Texts of events: ids in one spelling, amounts in digits, and reasons that show what was received."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, cast
from unicodedata import is_normalized, normalize

import msgspec

from impactgraph.ingest.events import Event, InventoryReported, ListReported, OrderPlaced, PostingRecorded
from impactgraph.ingest.moments import unit_of

_IDS = (
    "order",
    "fulfillment",
    "failure",
    "workflow",
    "step",
    "location",
    "type",
    "code",
    "element",
    "document",
    "channel",
    "mode",
    "region",
    "customer_tier",
    "supplier",
    "item",
    "system",
    "target",
    "incident",
    "assignee",
    "change",
    "maintenance",
    "notice",
)
"""Fields of data that identify something or are compared with others; longer texts may have line breaks."""
_MAY_BE_ODD = re.compile(rb'"(?:value|amount|on_hand)" *: *"[^"]*[^0-9.eE+ "-]')
_AMOUNT = re.compile(r" *[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *", re.ASCII)
WITH_AMOUNTS: frozenset[type[Event]] = frozenset(
    {OrderPlaced, PostingRecorded, InventoryReported, ListReported}
)
"""Types of events that have amounts."""
_LONGEST_SHOWN = 60
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Fillers and selectors of variants: Python calls them printable, and they look like nothing."""


def tidy_event(event: Event, line: bytes) -> None:
    """Brings ids into one spelling: no spaces around them, composed letters (NFC). `line`: the event's text.

    Raises ValueError for one with control characters or invisible ones.
    """
    data = event.data
    if line.isascii() and b"\\" not in line and b"\x7f" not in line:
        # Without these pairs no text of the line begins or ends with a space.
        if b'" ' not in line and b' "' not in line:
            return
        if not _has_outer_spaces(event, data):
            return
    event.id = tidy("id", event.id)
    event.source = tidy("source", event.source)
    for name in _fields(type(data)):
        text = getattr(data, name)
        if isinstance(text, str):
            setattr(data, name, tidy(f"data.{name}", text))
    if isinstance(event, OrderPlaced):
        for part in event.data.fulfillments:
            part.fulfillment = tidy("data.fulfillments.fulfillment", part.fulfillment)
            part.workflow = tidy("data.fulfillments.workflow", part.workflow)
            if part.location is not None:
                part.location = tidy("data.fulfillments.location", part.location)


def _has_outer_spaces(event: Event, data: Any) -> bool:
    """Whether an id begins or ends with a space; fast, since all events of some senders are looked at."""
    kind = cast("type[msgspec.Struct]", type(data))
    read = _readers.get(kind)
    if read is None:
        read = _readers[kind] = attrgetter(*_fields(kind), *_fields(kind)[:1])
    for text in (event.id, event.source, *read(data)):
        if text and type(text) is str and (text[0] == " " or text[-1] == " "):
            return True
    return type(event) is OrderPlaced and any(
        text and (text[0] == " " or text[-1] == " ")
        for part in event.data.fulfillments
        for text in (part.fulfillment, part.workflow, part.location)
    )


_readers: dict[type[msgspec.Struct], Callable[[Any], tuple[Any, ...]]] = {}
"""By type of data, what reads all of its ids; the first one twice, so that there are always several."""
_fields_by_type: dict[type, tuple[str, ...]] = {}


def _fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    if kind not in _fields_by_type:
        _fields_by_type[kind] = tuple(name for name in _IDS if name in kind.__struct_fields__)
    return _fields_by_type[kind]


def tidy(place: str, text: str) -> str:
    """The text in its one spelling. Raises ValueError where it has characters that cannot be seen."""
    if text.isascii():
        tidy_text = text.strip()
    else:
        tidy_text = text.strip()
        if not is_normalized("NFC", tidy_text):
            tidy_text = normalize("NFC", tidy_text)
    unseen = _UNSEEN.search(tidy_text) if not tidy_text.isascii() else None
    if unseen is not None or not tidy_text.isprintable():
        bad = unseen[0] if unseen else next(letter for letter in tidy_text if not letter.isprintable())
        raise ValueError(
            f"{place}: {shown(text)} has a character that cannot be seen (U+{ord(bad):04X}): send it without"
        )
    if not tidy_text and text:
        raise ValueError(f"{place}: {shown(text)} is only spaces")
    return tidy_text


def check_digits(line: bytes) -> None:
    """Raises ValueError for an amount of an event in other characters than digits: Python reads 1_000 as
    1000.
    """
    if _MAY_BE_ODD.search(line):
        document = cast("dict[str, Any]", msgspec.json.decode(line))
        data = cast("dict[str, Any]", document["data"])
        places = {f"data.{name}": data.get(name) for name in ("value", "amount", "on_hand")}
        for part in cast("list[dict[str, Any]]", data.get("fulfillments") or ()):
            places.setdefault("data.fulfillments.value", part.get("value"))
        for number, row in enumerate(cast("list[dict[str, Any]]", data.get("rows") or ())):
            places[f"data.rows[{number}].amount"] = row.get("amount")
        for place, text in places.items():
            if isinstance(text, str) and not _AMOUNT.fullmatch(text) and not _is_special(text):
                raise ValueError(f"{place}: {_amount_advice(text)}")


def _is_special(text: str) -> bool:
    """NaN and infinities are refused elsewhere, as other amounts that cannot be kept are."""
    return not Decimal(text).is_finite()


def refusal(reason: str, document: Mapping[str, Any]) -> str:
    """A reason of msgspec as a sentence with the place first, the value, and how to correct it."""
    text, _, place = reason.partition(" - at ")
    path = place.strip("`")[2:] if place.startswith("`$.") else ""
    if match := re.fullmatch(r"Object missing required field `(.*)`", text):
        name = f"{path}.{match[1]}" if path else match[1]
        return f"{name} is missing"
    value = _value_at(document, path)
    prefix = f"{path}: " if path else ""
    if value is _NOTHING:
        return f"{prefix}{text}"
    return f"{prefix}{_advice(text, value)}"


def _advice(text: str, value: Any) -> str:
    if "length >= " in text or (value == "" and "RFC3339" in text):
        return "it is empty"
    if match := re.fullmatch(r"Expected `(.+?)`, got `(.+?)`", text):
        expectation, got = (
            " or ".join(_TYPES.get(name.strip(), name.strip()) for name in types.split("|"))
            for types in match.groups()
        )
        return (
            f"{got} is sent, and {expectation} is expected"
            if value is None
            else (f"{shown(value)} is {got}, and {expectation} is expected")
        )
    if "enum" in text:
        return f"{shown(value)} is not supported, and 1.0 is"
    if "RFC3339" in text:
        return _moment_advice(value)
    if "decimal" in text:
        return _amount_advice(value)
    if "[A-Z]{3}" in text:
        return f"{shown(value)} is no currency: write three capital letters, such as EUR"
    if "length <= " in text:
        return f"{shown(value)} is longer than {text.rpartition(' ')[2]} characters"
    return f"{shown(value)}: {text}"


def _moment_advice(value: Any) -> str:
    if isinstance(value, str) and (counted := unit_of(value)) is not None:
        return (
            f"{shown(value)} is no moment as it was read: are these {counted[1]}? "
            f"Say so in the mapping (`time_format: {counted[0]}`), or write it as 2026-03-02T09:00:00Z"
        )
    return (
        f"{shown(value)} is no moment: write it as 2026-03-02T09:00:00Z "
        "(of a log, say in the mapping how it writes them, such as `time_format: '%d/%m/%Y %H:%M'`)"
    )


def _amount_advice(value: Any) -> str:
    return (
        f"{shown(value)} is no amount: write digits and a decimal point, such as 1299.90 "
        "(of a log, say its decimal mark in the mapping: `decimal: ','`)"
    )


_TYPES = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "decimal": "an amount",
    "datetime": "a moment",
    "bool": "a truth value",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_NOTHING: Any = object()


def _value_at(document: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `data.value`, of a list that of its only member; _NOTHING where that is not
    clear.
    """
    value: Any = document
    for name in re.findall(r"[^.\[\]]+|\[\.\.\.\]", path):
        if name == "[...]":
            members = cast("list[Any]", value) if isinstance(value, list) else []
            value = members[0] if len(members) == 1 else _NOTHING
        elif isinstance(value, list) and name.isdecimal():
            members = cast("list[Any]", value)
            value = members[int(name)] if int(name) < len(members) else _NOTHING
        elif isinstance(value, Mapping) and name in value:
            value = cast("Mapping[str, Any]", value)[name]
        else:
            return _NOTHING
    return value


def shown(value: Any) -> str:
    """A value as messages show it: quoted, escaped, and not long."""
    if isinstance(value, Decimal):
        text = str(value)
    elif isinstance(value, str):
        text = repr(value) if value.isprintable() else ascii(value)
    elif isinstance(value, dict | list):
        text = "a list" if isinstance(value, list) else "an object"
    elif value is None:
        text = "null"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 4]}...{text[-1]}"
