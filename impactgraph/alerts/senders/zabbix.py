"""Zabbix: what the media type of docs/alerts sends."""

from typing import Any

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    list_of,
    object_of,
    optional_moment,
    read,
    require,
    text_of,
)
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_SEVERITIES = ("info", "info", "warning", "error", "error", "critical")
"""By number: not classified, information, warning, average, high, disaster."""


class _Delivery(Document):
    event_id: str
    value: str
    update: str = "0"
    name: str = ""
    severity: str = ""
    host: str = ""
    trigger_id: str = ""
    text: str = ""
    tags: Any = None
    started_at: Any = None
    ended_at: Any = None
    sent_at: Any = None
    url: str = ""


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    if delivery.value not in ("0", "1"):
        raise MalformedAlertError(
            f"value is {delivery.value[:40]!r}: 1 (problem) or 0 (recovery) is expected"
        )
    state = AlertState.FIRING if delivery.value == "1" else AlertState.RESOLVED
    if delivery.update == "1":
        state = AlertState.ACKNOWLEDGED
    started_at, ended_at = _moment(delivery.started_at), _moment(delivery.ended_at)
    at = (started_at if state is AlertState.FIRING else ended_at) or _moment(delivery.sent_at)
    number = int(delivery.severity) if delivery.severity in {"0", "1", "2", "3", "4", "5"} else 3
    message = AlertMessage(
        key=require(delivery.event_id, "event_id"),
        state=state,
        at=received_at if at is None else at,
        name=delivery.name,
        text=delivery.text,
        started_at=started_at,
        labels=labels_of(_tags(delivery.tags), host=delivery.host, trigger=delivery.trigger_id),
        severity=_SEVERITIES[number],
        url=delivery.url,
    )
    return SenderReport([message])


def _moment(value: Any) -> Millis | None:
    """None of a macro that this version of Zabbix does not know."""
    return None if str(value).startswith(("{", "*")) else optional_moment(value, "time")


def _tags(value: Any) -> dict[str, str]:
    """Of [{"tag": ..., "value": ...}]."""
    rows = map(object_of, list_of(value))
    return {name: text_of(row.get("value")) or "true" for row in rows if (name := text_of(row.get("tag")))}
