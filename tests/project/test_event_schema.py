"""docs/events.schema.json is printed from the structs, and says of single fields what the reader says."""

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from graph_models.time import parse_moment
from impactgraph.demo.generate import generate
from impactgraph.ingest.event_schema import event_schema
from impactgraph.ingest.events import EVENT_TYPES
from impactgraph.ingest.read import RefusedEventError, read_event
from scripts.print_event_schema import TARGET, text

VALIDATOR = Draft202012Validator(event_schema())
_PART = {"order": "O-1", "fulfillment": "O-1/1"}
_FAILURE = {"failure": "F-1", "target": "system:oms", "class": "Outage", "severity": "ERROR", "delay": "15m"}
_INCIDENT = {"incident": "F-1", "by": "ana"}
_DATA: dict[str, dict[str, Any]] = {
    "order.placed": {
        "order": "O-1",
        "channel": "web",
        "mode": "m",
        "currency": "EUR",
        "value": "12.50",
        "promised_by": "2026-03-03T09:00:00Z",
        "attributes": {"carrier": "dhl", "gift": True},
        "fulfillments": [{"fulfillment": "O-1/1", "workflow": "ship", "value": 12.5}],
    },
    "fulfillment.entered": _PART | {"step": "pick", "location": "store-001"},
    "fulfillment.completed": _PART,
    "fulfillment.failed": _PART | {"code": "E", "step": "pick"},
    "fulfillment.rerouted": _PART | {"workflow": "ship", "step": "pick"},
    "fulfillment.cancelled": _PART | {"reason": "lost"},
    "order.cancelled": {"order": "O-1"},
    "posting.recorded": _PART | {"type": "invoice", "amount": "12.50", "currency": "EUR", "document": "1"},
    "notification.sent": _PART | {"type": "shipped", "channel": "email"},
    "task.closed": _PART | {"type": "pick"},
    "supplier_order.confirmed": _PART | {"type": "purchase_order", "supplier": "oak"},
    "inventory.reported": {"location": "store-001", "item": "A", "system": "oms", "on_hand": 3},
    "list.reported": {
        "system": "erp",
        "list": "1",
        "complete": True,
        "states": {"CLSD": "completed"},
        "rows": [{"id": "O-1", "state": "CLSD", "amount": "12.50", "currency": "EUR"}],
    },
    "failure.reported": _FAILURE | {"error_rate": 0.3, "scope": {"regions": ["uk"]}},
    "failure.updated": {"failure": "F-1", "delay": None},
    "failure.resolved": {"failure": "F-1", "ended_at": "2026-03-02T10:00:00Z"},
    "incident.acknowledged": _INCIDENT | {"note": "on it"},
    "incident.assigned": _INCIDENT | {"assignee": "team:oms"},
    "incident.noted": _INCIDENT | {"note": "the broker was restarted"},
    "incident.mitigated": _INCIDENT,
    "incident.closed": _INCIDENT,
    "incident.reopened": _INCIDENT,
    "incident.merged": _INCIDENT | {"incidents": ["F-2"]},
    "incident.split": _INCIDENT | {"failures": ["F-2"]},
    "incident.step_started": _INCIDENT | {"by": "ana", "playbook": "restart", "step": 2},
    "incident.step_done": _INCIDENT | {"playbook": "restart", "step": 2},
    "incident.step_undone": _INCIDENT | {"playbook": "restart", "step": 2},
    "change.started": {"change": "d1", "kind": "Deployment", "elements": ["system:oms"], "version": "7.2"},
    "change.ended": {"change": "d1", "ended_at": "2026-03-02T10:00:00Z"},
    "maintenance.planned": {"maintenance": "m1", "ends_at": "2026-03-02T10:00:00Z"},
    "maintenance.cancelled": {"maintenance": "m1"},
    "notice.changed": {"notice": "n1", "incident": "F-1", "rule": "night", "state": "Sent"},
}


def example(type_: str) -> dict[str, Any]:
    head = {"specversion": "1.0", "id": "1", "source": "/x", "type": type_, "time": "2026-03-02T09:00:00Z"}
    return head | {"data": copy.deepcopy(_DATA[type_])}


def variants(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The event itself, without each of its fields, and with a wrong or another value in each."""
    yield event
    for place in ("", "data"):
        for name in list(event if not place else event[place]):
            for value in (None, "", 7, [], "made up", ...):
                changed = copy.deepcopy(event)
                fields = changed[place] if place else changed
                if value is ...:
                    del fields[name]
                else:
                    fields[name] = value
                yield changed
    yield event | {"extra": 1, "data": event["data"] | {"extra": {"a": 1}}}


def is_read(event: dict[str, Any]) -> bool:
    try:
        read_event(msgspec.json.encode(event))
    except RefusedEventError:
        return False
    return True


def test_the_file_is_printed_from_the_structs() -> None:
    assert TARGET.read_text() == text(), "print it again: python -m scripts.print_event_schema"
    Draft202012Validator.check_schema(event_schema())


def test_there_is_an_example_of_every_type() -> None:
    assert set(_DATA) == set(EVENT_TYPES)


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_what_the_reader_takes_fits_the_schema(type_: str) -> None:
    taken = [event for event in variants(example(type_)) if is_read(event)]

    assert len(taken) > 2
    assert [event for event in taken if not VALIDATOR.is_valid(event)] == []


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_a_missing_field_or_one_of_a_wrong_kind_does_not_fit(type_: str) -> None:
    """Moments are text to a schema, and so are ids and texts of any content."""
    event = example(type_)
    kinds = [each for each in variants(event) if not is_read(each)]
    unfit = [each for each in kinds if not VALIDATOR.is_valid(each)]

    for place, fields in (("", event), ("data", event["data"])):
        for name in fields:
            changed = copy.deepcopy(event)
            del (changed[place] if place else changed)[name]
            assert VALIDATOR.is_valid(changed) == is_read(changed), name
    assert len(unfit) >= 0.6 * len(kinds)


def test_the_events_of_the_demo_fit() -> None:
    demo = generate(60, parse_moment("2026-03-02T18:00:00Z"), 7)
    lines = [*b"".join(demo.events).splitlines()[:1_500], *demo.failures]

    assert [line for line in lines if not VALIDATOR.is_valid(msgspec.json.decode(line))] == []
