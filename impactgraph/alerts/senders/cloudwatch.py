"""Amazon CloudWatch: state changes of alarms, over SNS and over EventBridge."""

from typing import Any

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.documents import Document, labels_of, moment_of, read, require, with_prefix, word
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport
from impactgraph.alerts.sns import CONFIRMATIONS, is_of_amazon, read_envelope

_ALARM = "CloudWatch Alarm State Change"
_STATES = {
    "ALARM": AlertState.FIRING,
    "OK": AlertState.RESOLVED,
    "INSUFFICIENT_DATA": AlertState.NO_DATA,
}


class _Trigger(Document, rename="pascal"):
    metric_name: str | None = None
    namespace: str | None = None
    dimensions: list[dict[str, Any]] = msgspec.field(default_factory=list[dict[str, Any]])


class _Alarm(Document, rename="pascal"):
    alarm_name: str
    new_state_value: str
    state_change_time: str
    new_state_reason: str = ""
    alarm_description: str | None = None
    alarm_arn: str | None = None
    aws_account_id: str | None = msgspec.field(default=None, name="AWSAccountId")
    region: str | None = None
    trigger: _Trigger | None = None


def read_sns(text: bytes, received_at: Millis) -> SenderReport:
    """A notification of an alarm, or what SNS says of the subscription itself."""
    envelope = read_envelope(text)
    if envelope.type in CONFIRMATIONS:
        address = envelope.subscribe_url or ""
        if envelope.type != CONFIRMATIONS[0]:
            return SenderReport(pass_reasons=[f"the subscription of {envelope.topic_arn} ended"])
        if not is_of_amazon(address):
            raise MalformedAlertError(f"SubscribeURL is {address[:100]!r}: it is not an address of SNS")
        return SenderReport(confirm=address)
    alarm = read(_Alarm, envelope.message.encode(errors="replace"))
    trigger = alarm.trigger or _Trigger()
    dimensions = {str(each.get("name")): each.get("value") for each in trigger.dimensions}
    labels = labels_of(
        dimensions,
        metric=trigger.metric_name,
        namespace=trigger.namespace,
        region=alarm.region,
        account=alarm.aws_account_id,
    )
    message = AlertMessage(
        key=alarm.alarm_arn or f"{alarm.aws_account_id}/{alarm.region}/{alarm.alarm_name}",
        state=_state(alarm.new_state_value),
        at=moment_of(alarm.state_change_time, "StateChangeTime"),
        name=alarm.alarm_name,
        text=" ".join(filter(None, (alarm.alarm_description, alarm.new_state_reason))),
        labels=labels,
    )
    return SenderReport([message])


class _State(Document):
    value: str
    timestamp: str
    reason: str = ""


class _Detail(Document, rename="camel"):
    alarm_name: str
    state: _State
    configuration: dict[str, Any] | None = None
    alarm_tags: dict[str, Any] | None = None


class _Envelope(Document, rename="camel"):
    detail_type: str = msgspec.field(default=_ALARM, name="detail-type")
    resources: list[str] = msgspec.field(default_factory=list[str])
    account: str | None = None
    account_id: str | None = None
    region: str | None = None
    detail: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    alarm_arn: str | None = None
    alarm_data: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


def read_eventbridge(text: bytes, received_at: Millis) -> SenderReport:
    """An event of an API destination, or the form in which an alarm calls a function."""
    envelope = read(_Envelope, text)
    if envelope.detail_type != _ALARM:
        return SenderReport(pass_reasons=[f"{envelope.detail_type[:80]} is not an alarm"])
    content = bytes(envelope.detail) or bytes(envelope.alarm_data)
    if not content:
        raise MalformedAlertError("detail is missing: the state of the alarm")
    detail = read(_Detail, content)
    arn = envelope.alarm_arn or (envelope.resources[0] if envelope.resources else None)
    configuration = detail.configuration or {}
    message = AlertMessage(
        key=require(arn, "resources"),
        state=_state(detail.state.value),
        at=moment_of(detail.state.timestamp, "state.timestamp"),
        name=detail.alarm_name,
        text=" ".join(filter(None, (str(configuration.get("description") or ""), detail.state.reason))),
        labels=labels_of(
            with_prefix("tags", detail.alarm_tags),
            _dimensions(configuration),
            region=envelope.region,
            account=envelope.account or envelope.account_id,
        ),
    )
    return SenderReport([message])


def _dimensions(configuration: dict[str, Any]) -> dict[str, Any]:
    """Of the first metric that the alarm watches."""
    try:
        metrics = [each["metricStat"]["metric"] for each in configuration["metrics"] if "metricStat" in each]
        first = metrics[0]
        return {
            **first.get("dimensions", {}),
            "metric": first.get("name"),
            "namespace": first.get("namespace"),
        }
    except (LookupError, TypeError, AttributeError):
        return {}


def _state(value: str) -> AlertState:
    state = _STATES.get(value)
    if state is None:
        raise MalformedAlertError(
            f"the state is {word(value)[:40]!r}: ALARM, OK or INSUFFICIENT_DATA is expected"
        )
    return state
