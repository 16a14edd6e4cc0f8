"""The commas of an event never hide a key that is there twice, and show of usual events that none is."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.ingest.event_keys import has_keys_once
from impactgraph.ingest.events import EVENT_TYPES, Event
from impactgraph.ingest.json_text import repeated_key

_READ: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_HEAD: Mapping[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/erp",
    "time": "2026-03-02T09:00:00Z",
}
_PART = {"fulfillment": "O-1/1", "workflow": "ship"}
_SUBJECT = {"order": "O-1", "fulfillment": "O-1/1"}
_PLACED = {"order": "O-1", "channel": "web", "mode": "ship", "currency": "EUR", "value": "12.50"}
_REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "order.placed": _PLACED | {"fulfillments": [_PART, _PART | {"location": "dc-1"}]},
    "fulfillment.entered": _SUBJECT | {"step": "pick"},
    "fulfillment.completed": _SUBJECT,
    "order.cancelled": {"order": "O-1"},
    "posting.recorded": _SUBJECT | {"type": "invoice"},
    "failure.reported": {"failure": "F-1"},
    "list.reported": {"system": "erp", "list": "orders"},
}
_OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    "order.placed": {
        "region": "emea",
        "promised_by": "2026-03-05T09:00:00Z",
        "attributes": {"carrier": "dhl", "sizes": [1, 2], "more": {"a": 1, "b": 2}},
        "adds": True,
    },
    "fulfillment.entered": {"location": "dc-1"},
    "order.cancelled": {"reason": "late, too late", "fulfillment": None},
    "posting.recorded": {"amount": 12.5, "currency": "EUR", "document": "4711"},
    "failure.reported": {"target": "system:erp", "class": "outage", "scope": {"channels": ["web", "app"]}},
    "list.reported": {"complete": True, "rows": [{"id": "O-1"}, {"id": "O-2", "amount": 1}], "part": 1},
}


def _event(kind: str, options: frozenset[str]) -> dict[str, Any]:
    optional = _OPTIONAL.get(kind, {})
    data = dict(_REQUIRED[kind]) | {name: optional[name] for name in optional if name in options}
    head = {"datacontenttype": "application/json"} if "datacontenttype" in options else {}
    return {**_HEAD, **head, "type": kind, "data": data}


def _objects(node: Any) -> list[Any]:
    """Every object of a document."""
    if isinstance(node, dict):
        return [node, *(inner for each in node.values() for inner in _objects(each))]
    return [inner for each in node for inner in _objects(each)] if isinstance(node, list) else []


def _text(node: Any, again: tuple[int, str, int] | None) -> str:
    """JSON; of the object with this id a member of this name is there once more, at this place."""
    if isinstance(node, list):
        return f"[{','.join(_text(each, again) for each in node)}]"
    if not isinstance(node, dict):
        return json.dumps(node)
    members = [f"{json.dumps(name)}:{_text(each, again)}" for name, each in node.items()]
    if again is not None and id(node) == again[0]:
        members.insert(again[2], f"{json.dumps(again[1])} :{_text(node[again[1]], None)}")
    return f"{{{','.join(members)}}}"


@settings(max_examples=60)
@given(st.data())
def test_an_event_with_a_key_twice_never_passes(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(_REQUIRED)))
    names = st.sampled_from(("datacontenttype", *_OPTIONAL.get(kind, {})))
    event = msgspec.json.decode(json.dumps(_event(kind, data.draw(st.frozensets(names)))))
    holder = data.draw(st.sampled_from(_objects(event)))
    name = data.draw(st.sampled_from(sorted(holder)))
    once = _text(event, None).encode()
    twice = _text(event, (id(holder), name, data.draw(st.integers(0, len(holder))))).encode()

    assert repeated_key(once) is None
    assert repeated_key(twice) is not None
    assert not has_keys_once(_READ.decode(twice), twice)


@pytest.mark.parametrize("kind", sorted(_REQUIRED))
def test_of_usual_events_nothing_else_is_looked_at(kind: str) -> None:
    options = {"region", "location", "amount", "currency", "datacontenttype", "target", "complete"}
    for chosen in (frozenset[str](), frozenset(options)):
        line = json.dumps(_event(kind, chosen)).encode()
        assert has_keys_once(_READ.decode(line), line)


def test_a_comma_in_a_text_needs_a_closer_look() -> None:
    line = json.dumps(_event("order.cancelled", frozenset({"reason"}))).encode()

    assert not has_keys_once(_READ.decode(line), line)


def test_every_type_of_event_has_its_commas() -> None:
    assert not [kind for kind in EVENT_TYPES.values() if "data" not in kind.__annotations__]
