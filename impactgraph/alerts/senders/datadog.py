"""Datadog: what its webhook sends by the template of docs/alerts.md."""

from typing import Any

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, moment_of, read, require, tags_of, word
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_STATES = {
    "triggered": AlertState.FIRING,
    "retriggered": AlertState.FIRING,
    "renotify": AlertState.FIRING,
    "warn": AlertState.FIRING,
    "rewarn": AlertState.FIRING,
    "recovered": AlertState.RESOLVED,
    "nodata": AlertState.NO_DATA,
    "renodata": AlertState.NO_DATA,
}


class _Delivery(Document):
    id: str
    transition: str
    date: Any
    title: str = ""
    monitor: str = ""
    text: str = ""
    tags: str | list[str] | None = None
    scope: str = ""
    priority: str = ""
    hostname: str = ""
    metric: str = ""
    link: str = ""


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    state = _STATES.get(word(delivery.transition))
    if state is None:
        raise MalformedAlertError(
            f"transition is {delivery.transition[:40]!r}: Triggered, Warn, No Data or Recovered is expected"
        )
    fields = {name: getattr(delivery, name) for name in ("monitor", "hostname", "metric", "priority")}
    labels = labels_of(tags_of(delivery.tags), tags_of(delivery.scope), fields)
    transition = word(delivery.transition)
    message = AlertMessage(
        key=require(delivery.id, "id"),
        state=state,
        at=moment_of(delivery.date, "date"),
        name=delivery.title,
        text=delivery.text,
        labels={name: value for name, value in labels.items() if not value.startswith("$")},
        severity="warning" if transition in ("warn", "rewarn") else delivery.priority,
        url=delivery.link,
        is_renewal=transition.startswith("re"),
    )
    return SenderReport([message])
