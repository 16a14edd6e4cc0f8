"""Text to event: parse, check, normalise ids.

An error is one sentence that says how to correct it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast

import msgspec
from msgspec import UNSET

from graph_models.enums import FailureClass, Severity
from graph_models.time import LAST_MOMENT, moment, parse_duration
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.event_keys import has_keys_once
from impactgraph.ingest.event_texts import WITH_AMOUNTS, check_digits, refusal, tidy_event
from impactgraph.ingest.events import (
    EVENT_TYPES,
    Event,
    FailureData,
    ListData,
    ListReported,
    ListRow,
    OrderPlaced,
    PlacedData,
    PlacedFulfillment,
    PostingData,
    RefusedRow,
)
from impactgraph.ingest.field_checks import bare_key, check_latest, check_moment, check_scope, word_of
from impactgraph.ingest.journal_check import check_journal
from impactgraph.ingest.journal_events import JournalData
from impactgraph.ingest.json_text import refuse_repeated_key
from impactgraph.ingest.list_check import LARGEST, check_list

_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_ANY = msgspec.json.Decoder(float_hook=Decimal)
DEEPEST = 64
"""Levels of a field that the format does not have: what is kept is read again from deep within a server."""


class RefusedEventError(ValueError):
    """The text is not an acceptable event; the message is the reason."""


def read_event(line: bytes) -> tuple[Event, dict[str, Any] | None]:
    """The event, and its fields that are not in the format, such as {"data": {...}}; None without.

    Raises RefusedEventError with the reason.
    """
    extra = None
    try:
        try:
            event = _EVENT.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            event, extra = _read_leniently(line, str(error))
    except ArithmeticError as error:
        raise RefusedEventError("a number in it is too large") from error
    except RecursionError as error:
        raise RefusedEventError("it is nested too deeply") from error
    try:
        if extra is not None or not has_keys_once(event, line):
            refuse_repeated_key(line)
        if type(event) in WITH_AMOUNTS:
            check_digits(line)
        tidy_event(event, line)
        _check(event)
    except (ValueError, OverflowError) as error:
        raise RefusedEventError(str(error)) from error
    return event, extra


def _read_leniently(line: bytes, reason: str) -> tuple[Event, dict[str, Any] | None]:
    """The event without unknown fields, and those fields; any other problem raises RefusedEventError."""
    try:
        raw = _ANY.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedEventError(f"not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise RefusedEventError(
            'an event is a JSON object such as {"specversion": "1.0", "type": "order.placed", ...}'
        )
    document = cast("dict[str, Any]", raw)
    kind = _kind(document)
    if "unknown field" not in reason:
        raise RefusedEventError(refusal(reason, document))
    extra = _split(document, kind)
    if _is_deeper(extra, DEEPEST):
        raise RefusedEventError(f"it has an unknown field that is nested more than {DEEPEST} levels deep")
    try:
        return msgspec.convert(document, kind), extra
    except msgspec.ValidationError as error:
        raise RefusedEventError(refusal(str(error), document)) from error


def _is_deeper(value: object, levels: int) -> bool:
    """Whether objects and lists are nested in each other more often than this."""
    if isinstance(value, dict):
        members: Iterable[object] = cast("dict[str, object]", value).values()
    elif isinstance(value, list):
        members = cast("list[object]", value)
    else:
        return False
    return not levels or any(_is_deeper(each, levels - 1) for each in members)


def _kind(document: Mapping[str, Any]) -> type[Event]:
    name = document.get("type")
    if name is None:
        raise RefusedEventError("`type` is missing: say which event it is, such as order.placed")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        near = get_close_matches(str(name), EVENT_TYPES, n=1)
        raise RefusedEventError(
            f"there is no event type {name!r}."
            + (f" Did you mean {near[0]}?" if near else f" Known are {', '.join(EVENT_TYPES)}.")
        )
    return kind


def _split(document: dict[str, Any], kind: type[Event]) -> dict[str, Any]:
    """Removes and returns the unknown fields of the document, on each level."""
    extra = _unknown(document, kind)
    if isinstance(data := document.get("data"), dict):
        fields = cast("dict[str, Any]", data)
        beyond = _unknown(fields, kind.__annotations__["data"])
        for name, member in _MEMBERS.get(kind, {}).items():
            members = fields.get(name)
            if isinstance(members, list):
                rows = [
                    _unknown(cast("dict[str, Any]", each), member) if isinstance(each, dict) else {}
                    for each in cast("list[Any]", members)
                ]
                if any(rows):
                    beyond[name] = rows
        if beyond:
            extra["data"] = beyond
    return extra


_MEMBERS: Mapping[type[Event], Mapping[str, type[msgspec.Struct]]] = {
    OrderPlaced: {"fulfillments": PlacedFulfillment},
    ListReported: {"rows": ListRow, "refused": RefusedRow},
}
"""By type of event, what its lists in `data` consist of."""


def _unknown(fields: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    names = (
        {*kind.__struct_encode_fields__, "type"}
        if issubclass(kind, tuple(EVENT_TYPES.values()))
        else set(kind.__struct_encode_fields__)
    )
    return {name: fields.pop(name) for name in list(fields) if name not in names}


_EARLIEST_YEAR, _LATEST_YEAR = 1970, moment(LAST_MOMENT).year
"""Of moments in a year between them nothing needs to be checked, whatever their zone."""
_KEYS: Mapping[type, tuple[str, ...]] = {
    data: tuple(name for name in ("order", "fulfillment", "location") if name in data.__struct_fields__)
    for data in (kind.__annotations__["data"] for kind in EVENT_TYPES.values())
    if "order" in data.__struct_fields__ or "location" in data.__struct_fields__
}
"""By type of data, its fields that may name an element with or without its kind."""


def _check(event: Event) -> None:
    """Checks what types cannot express, and reduces ids to bare keys. Raises ValueError."""
    if not _EARLIEST_YEAR < event.time.year < _LATEST_YEAR:
        if moment_millis(event.time) <= 0:
            raise ValueError("time: events before 1970 are not accepted")
        check_latest("time", event.time)
    data = event.data
    kind = type(data)
    names = _KEYS.get(kind)
    if names is None:
        _check_other(event)
        return
    for name in names:
        key: str | None = getattr(data, name)
        if key is not None and ":" in key:
            setattr(data, name, bare_key(f"data.{name}", key, name))
    if kind is PlacedData:
        _check_placement(cast("PlacedData", data))
    elif kind is PostingData and (amount := cast("PostingData", data).amount) is not None:
        _amount("data.amount", amount)


def _check_other(event: Event) -> None:
    """As `_check`, of events that are not about orders or stock."""
    data = event.data
    if isinstance(data, FailureData):
        _check_failure(event, data)
    elif isinstance(data, ListData):
        check_list(data)
    elif isinstance(data, JournalData):
        check_journal(event, data)


def _check_placement(data: PlacedData) -> None:
    _amount("data.value", data.value)
    if data.promised_by is not None:
        check_moment("data.promised_by", data.promised_by)
    for part in data.fulfillments:
        place = "data.fulfillments"
        part.fulfillment = bare_key(f"{place}.fulfillment", part.fulfillment, "fulfillment")
        part.workflow = bare_key(f"{place}.workflow", part.workflow, "workflow")
        part.location = part.location and bare_key(f"{place}.location", part.location, "location")
        if part.value is not None:
            _amount("data.fulfillments.value", part.value)
    keys = [part.fulfillment for part in data.fulfillments]
    if len(set(keys)) < len(keys):
        raise ValueError("data.fulfillments: one fulfillment is named twice")


def _amount(place: str, amount: Decimal) -> None:
    if not amount.is_finite() or amount.copy_abs() > LARGEST:
        raise ValueError(
            f"{place}: {amount} is not an amount that can be kept (at most {LARGEST:,} of the currency's "
            "main unit)"
        )


def _check_failure(event: Event, data: FailureData) -> None:
    data.failure = bare_key("data.failure", data.failure, "failure")
    if event.type == "failure.reported" and (data.target is UNSET or data.failure_class is UNSET):
        raise ValueError("data: a reported failure has a target (`kind:key`) and a class")
    if data.failure_class is not UNSET:
        word_of(FailureClass, "data.class", data.failure_class)
    if data.severity is not UNSET:
        word_of(Severity, "data.severity", data.severity)
    for name in ("delay", "drain"):
        if text := getattr(data, name):
            _duration(f"data.{name}", text)
    if isinstance(data.error_rate, float) and not 0 <= data.error_rate <= 1:
        raise ValueError(f"data.error_rate: {data.error_rate} is not between 0 and 1")
    if isinstance(data.scope, dict):
        check_scope(data.scope)
    for name in ("started_at", "expected_end", "ended_at"):
        at = getattr(data, name)
        if isinstance(at, datetime):
            check_moment(f"data.{name}", at)


def _duration(place: str, text: str) -> None:
    try:
        parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
