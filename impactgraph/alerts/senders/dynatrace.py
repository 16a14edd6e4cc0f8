"""Dynatrace: problems, as its webhook sends them by the template of docs/alerts.md."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import (
    Document,
    labels_of,
    list_of,
    object_of,
    optional_moment,
    read,
    require,
    tags_of,
    text_of,
    word,
)
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport

_STATES = {"open": AlertState.FIRING, "resolved": AlertState.RESOLVED, "merged": AlertState.RESOLVED}
_WORDS = {
    "availability": "it is unavailable",
    "error": "error rate",
    "performance": "response time",
    "resourcecontention": "saturation",
}
"""What a kind of problem is called where alerts are put into classes."""


class _Details(Document, rename="camel"):
    start_time: Any = None
    end_time: Any = None


class _Delivery(Document, rename="pascal"):
    pid: str = msgspec.field(name="PID")
    state: str
    problem_title: str = ""
    problem_id: str | None = msgspec.field(default=None, name="ProblemID")
    problem_impact: str | None = None
    problem_severity: str = ""
    problem_url: str = msgspec.field(default="", name="ProblemURL")
    impacted_entities: Any = None
    tags: str | None = None
    details: _Details | None = msgspec.field(default=None, name="ProblemDetailsJSON")


def read_webhook(text: bytes, received_at: Millis) -> SenderReport:
    delivery = read(_Delivery, text)
    state = _STATES.get(word(delivery.state))
    if state is None:
        raise MalformedAlertError(f"State is {delivery.state[:40]!r}: OPEN or RESOLVED is expected")
    details = delivery.details or _Details()
    started_at = optional_moment(details.start_time, "startTime")
    ended_at = None if details.end_time == -1 else optional_moment(details.end_time, "endTime")
    at = ended_at if state is AlertState.RESOLVED else started_at
    message = AlertMessage(
        key=require(delivery.pid, "PID"),
        state=state,
        at=received_at if at is None else at,
        name=delivery.problem_title,
        text=_WORDS.get(word(delivery.problem_severity), ""),
        started_at=started_at,
        labels=labels_of(
            _entities(delivery.impacted_entities),
            tags_of(delivery.tags),
            impact=delivery.problem_impact,
            kind=delivery.problem_severity,
            problem=delivery.problem_id,
        ),
        severity="critical" if word(delivery.problem_severity) == "availability" else "",
        url=delivery.problem_url,
    )
    return SenderReport([message])


def _entities(value: Any) -> dict[str, Any]:
    """The name of the first entity of each type, such as SERVICE, and under `entity` of the first one."""
    names: dict[str, Any] = {}
    for each in map(object_of, list_of(value)):
        names.setdefault("entity", each.get("name"))
        names.setdefault(text_of(each.get("type")).casefold(), each.get("name"))
    return names
