"""Requests to POST /events: valid events with hostile values in some of their fields."""

import copy
from typing import Any

from hypothesis import strategies as st

from tests.hostile.request import Request
from tests.hostile.spoiling import spoil
from tests.hostile.values import broken, encoded

AT = "2026-03-02T09:20:00Z"
_PART = {"order": "O-0001", "fulfillment": "O-0001/1"}
DATA: dict[str, dict[str, Any]] = {
    "order.placed": {
        "order": "H-1",
        "channel": "web",
        "mode": "ship_from_store",
        "region": "emea",
        "customer_tier": "gold",
        "currency": "EUR",
        "value": "10.00",
        "promised_by": "2026-03-02T19:00:00Z",
        "attributes": {"payload_version": "7"},
        "fulfillments": [
            {"fulfillment": "H-1/1", "workflow": "ship-from-store", "location": "store-001", "value": "10.00"}
        ],
    },
    "order.cancelled": {"order": "O-0002", "reason": "changed mind"},
    "fulfillment.entered": {**_PART, "step": "pack", "location": "store-001"},
    "fulfillment.completed": dict(_PART),
    "fulfillment.rerouted": {**_PART, "workflow": "ship-from-store", "location": "store-002"},
    "fulfillment.failed": {
        **_PART,
        "step": "pick",
        "code": "E1",
        "element": "system:oms",
        "message": "no stock",
    },
    "posting.recorded": {**_PART, "type": "invoice", "amount": "10.00", "currency": "EUR", "document": "D1"},
    "notification.sent": {**_PART, "type": "shipped", "channel": "email"},
    "failure.reported": {
        "failure": "H-F",
        "target": "system:oms",
        "class": "latency",
        "started_at": AT,
        "expected_end": "2026-03-02T12:00:00Z",
        "delay": "PT5M",
        "scope": {"regions": ["emea"], "attributes": {"payload_version": ["7"]}},
        "severity": "error",
        "summary": "slow",
    },
    "failure.updated": {"failure": "F-1", "summary": "still down", "scope": {"channels": ["web"]}},
    "failure.resolved": {"failure": "H-F", "ended_at": AT},
}
MEDIA = (
    "application/cloudevents+json",
    "application/cloudevents+json; charset=utf-16",
    "application/cloudevents-batch+json",
    "application/x-ndjson",
    "application/json",
    "application/cloudevents+xml",
    "text/plain",
    "",
)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """A valid event but for up to three fields."""
    kind = draw(st.sampled_from([*DATA]))
    number = draw(st.integers(0, 10**9))
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"h{number}",
        "source": "/hostile",
        "type": kind,
        "time": AT,
        "data": copy.deepcopy(DATA[kind]),
    }
    for _ in range(draw(st.integers(0, 3))):
        spoil(draw, event)
    return event


@st.composite
def event_requests(draw: st.DrawFn) -> Request:
    """Structured, batched, line by line, or binary, with a media type that fits or does not."""
    sent = draw(st.lists(events(), min_size=1, max_size=3))
    media = draw(st.sampled_from(MEDIA))
    headers = {"content-type": media} if media else {}
    if draw(st.integers(0, 3)) == 0:
        names = draw(st.lists(st.sampled_from(("specversion", "id", "source", "type", "time")), unique=True))
        headers |= {f"ce-{name}": _header(sent[0].get(name)) for name in names}
        body = encoded(sent[0].get("data"))
    elif "ndjson" in media:
        body = b"\n".join(map(encoded, sent))
    else:
        body = encoded(sent if "batch" in media or draw(st.booleans()) else sent[0])
    return Request("POST", "/events", headers=headers, body=draw(broken(body)))


def _header(value: object) -> str:
    """What a header can hold of it."""
    return str(value)[:2000].encode("ascii", "replace").decode().translate(dict.fromkeys(range(32), "?"))
