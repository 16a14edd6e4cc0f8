"""Opsgenie and Jira Service Management: webhooks of their alerts."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    optional_moment,
    read,
    require,
    with_prefix,
    word,
)
from impactgraph.alerts.message import AlertMessage, AlertState, SenderReport

_STATES = {
    "create": AlertState.FIRING,
    "acknowledge": AlertState.ACKNOWLEDGED,
    "close": AlertState.RESOLVED,
    "delete": AlertState.RESOLVED,
}


class _Alert(Document, rename="camel"):
    alert_id: str | None = None
    alias: str | None = None
    message: str = ""
    description: str | None = None
    tags: list[str] = msgspec.field(default_factory=list[str])
    entity: str | None = None
    source: str | None = None
    priority: str | None = None
    created_at: Any = None
    updated_at: Any = None
    details: dict[str, Any] | None = None


class _Delivery(Document, rename="camel"):
    action: str
    alert: _Alert
    integration_name: str | None = None


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    state = _STATES.get(word(delivery.action))
    if state is None:
        return SenderReport(pass_reasons=[f"the action {delivery.action[:40]} opens and ends nothing"])
    alert = delivery.alert
    created_at = optional_moment(alert.created_at, "alert.createdAt")
    changed_at = optional_moment(alert.updated_at, "alert.updatedAt")
    at = created_at if state is AlertState.FIRING else changed_at
    message = AlertMessage(
        key=require(alert.alias or alert.alert_id, "alert.alias"),
        state=state,
        at=received_at if at is None else at,
        name=alert.message,
        text=alert.description or "",
        started_at=created_at,
        labels=labels_of(
            with_prefix("details", alert.details),
            entity=alert.entity,
            source=alert.source,
            priority=alert.priority,
            tags=alert.tags,
            integration=delivery.integration_name,
        ),
        severity=alert.priority or "",
    )
    return SenderReport([message])
