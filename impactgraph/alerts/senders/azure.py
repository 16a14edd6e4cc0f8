"""Azure Monitor: its common alert schema."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, optional_moment, read, require, word
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_STATES = {"fired": AlertState.FIRING, "resolved": AlertState.RESOLVED}


class _Essentials(Document, rename="camel"):
    monitor_condition: str
    alert_id: str | None = None
    origin_alert_id: str | None = None
    alert_rule: str = ""
    severity: str = ""
    signal_type: str | None = None
    description: str | None = None
    alert_target_ids: list[str] = msgspec.field(default_factory=list[str], name="alertTargetIDs")
    configuration_items: list[str] = msgspec.field(default_factory=list[str])
    fired_date_time: str | None = None
    resolved_date_time: str | None = None


class _Data(Document, rename="camel"):
    essentials: _Essentials
    custom_properties: dict[str, Any] | None = None


class _Delivery(Document):
    data: _Data


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    data = read(_Delivery, text).data
    essentials = data.essentials
    state = _STATES.get(word(essentials.monitor_condition))
    if state is None:
        raise MalformedAlertError(
            f"monitorCondition is {essentials.monitor_condition[:40]!r}: Fired or Resolved is expected"
        )
    fired_at = optional_moment(essentials.fired_date_time, "firedDateTime")
    resolved_at = optional_moment(essentials.resolved_date_time, "resolvedDateTime")
    at = fired_at if state is AlertState.FIRING else resolved_at
    targets = [each.rpartition("/")[2] for each in essentials.alert_target_ids]
    resources = essentials.configuration_items or targets
    message = AlertMessage(
        key=require(essentials.origin_alert_id or essentials.alert_id, "originAlertId"),
        state=state,
        at=received_at if at is None else at,
        name=essentials.alert_rule,
        text=essentials.description or "",
        started_at=fired_at,
        labels=labels_of(
            data.custom_properties,
            resource=(resources or [""])[0],
            resources=resources,
            signal=essentials.signal_type,
            severity=essentials.severity,
        ),
        severity=essentials.severity,
    )
    return SenderReport([message])
