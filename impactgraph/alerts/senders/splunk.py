"""Splunk: the webhook of an alert action, which tells no end, and that of Splunk Observability."""

import re
from typing import Any

import msgspec

from graph_models.time import HOUR, Millis
from impactgraph.alerts.documents import Document, labels_of, optional_moment, read, require, text_of, word
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

KEEPS_FOR = HOUR
"""How long an alert fires where no rule says it."""
_SCHEDULED = re.compile(r"_at_(\d{10})|^(\d{10})\.\d", re.ASCII)


class _Delivery(Document):
    search_name: str | None
    result: dict[str, Any] | None = None
    sid: str = ""
    results_link: str = ""
    app: str = ""


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    """The first row of a search. Alerts of one search are one, unless its rows have an `alert_key`."""
    delivery = read(_Delivery, text)
    name = require(delivery.search_name, "search_name")
    row = delivery.result or {}
    own_key = text_of(row.get("alert_key"))
    schedule = _SCHEDULED.search(delivery.sid)
    at = optional_moment(schedule and (schedule[1] or schedule[2]), "sid")
    message = AlertMessage(
        key=f"{name}/{own_key}" if own_key else name,
        state=AlertState.FIRING,
        at=received_at if at is None else at,
        name=name,
        text=text_of(row.get("_raw")) or text_of(row.get("message")),
        labels=labels_of(row, app=delivery.app),
        severity=text_of(row.get("severity")),
        url=delivery.results_link,
        keeps_for=KEEPS_FOR,
        delivery=delivery.sid[:100],
    )
    return SenderReport([message])


class _Observability(Document, rename="camel"):
    incident_id: str
    status: str
    timestamp: Any
    detector: str = ""
    rule: str = ""
    severity: str = ""
    message_title: str | None = None
    message_body: str | None = None
    detector_url: str | None = None
    dimensions: dict[str, Any] | None = None
    sf_schema: int = msgspec.field(default=2, name="sf_schema")


_STATES = {
    "anomalous": AlertState.FIRING,
    "ok": AlertState.RESOLVED,
    "manuallyresolved": AlertState.RESOLVED,
    "stopped": AlertState.RESOLVED,
}


def read_observability(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Observability, text)
    state = _STATES.get(word(delivery.status))
    if state is None:
        raise MalformedAlertError(f"status is {delivery.status[:40]!r}: anomalous or ok is expected")
    at = optional_moment(delivery.timestamp, "timestamp")
    message = AlertMessage(
        key=require(delivery.incident_id, "incidentId"),
        state=state,
        at=received_at if at is None else at,
        name=delivery.rule or delivery.detector,
        text=" ".join(filter(None, (delivery.message_title, delivery.message_body))),
        labels=labels_of(delivery.dimensions, detector=delivery.detector),
        severity=delivery.severity,
        url=delivery.detector_url or "",
    )
    return SenderReport([message])
