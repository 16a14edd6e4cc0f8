"""Outcome of a message of a sender, by the rules: events, or the reason for none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from graph_models.enums import FailureClass
from graph_models.time import Millis, moment, parse_duration
from impactgraph.alerts.classes import classify
from impactgraph.alerts.message import AlertMessage, AlertState, ChangeMessage, Message, with_receipt
from impactgraph.alerts.rules import AlertRule, AlertRules, MissingLabelError, Subject, fill
from impactgraph.alerts.rules_format import ATTRIBUTES, share_of

_LONGEST_KEY = 300
_LONGEST_TEXT = 500
_SEVERITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("critical", ("crit", "fatal", "disaster", "emerg", "p1", "sev0", "sev1", "page", "major")),
    ("error", ("err", "high", "p2", "sev2", "average")),
    ("warning", ("warn", "minor", "p3", "sev3", "medium", "moderate")),
    ("info", ("info", "low", "p4", "p5", "sev4", "notice", "debug", "none")),
)
_NUMBERED = {"1": "critical", "2": "error", "3": "warning", "4": "warning", "5": "info"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from."""

    sender: str
    source: str

    def failure_key(self, key: str) -> str:
        """`sender:source:key`; a key that is long, or has letters that cannot be seen, is shortened to a
        digest.
        """
        if len(key) > _LONGEST_KEY or not key.isprintable() or key != key.strip():
            key = blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()
        return f"{self.sender}:{self.source}:{key}"

    @property
    def event_source(self) -> str:
        return f"/alerts/{self.sender}/{self.source}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Either `event`, or `pass_reason`, or `refusal`: the reason why there is none."""

    message: Message
    failure: str
    """Its key: `sender:source:key`."""
    event: Mapping[str, Any] | None = None
    pass_reason: str = ""
    refusal: str = ""
    rule: AlertRule | None = None
    reason: str = ""
    """Why it is about this element, in this class."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Of the event; empty without one."""
        return {} if self.event is None else self.event["data"]

    @property
    def line(self) -> bytes:
        """The event as text; empty without one."""
        if self.event is None:
            return b""
        return json.dumps(self.event, ensure_ascii=False).encode(errors="replace")


def outcomes_of(message: Message, origin: Origin, rules: AlertRules, received_at: Millis) -> list[Outcome]:
    """Of one message, which was received then: an alert that a rule ends is renewed by each repetition."""
    parts: tuple[Message, ...] = (message,)
    if isinstance(message, AlertMessage) and message.states_start_only and message.ended_at is None:
        rule = rules.first_match(_subject(message, origin))
        keeps_for = message.keeps_for if rule is None else rule.keeps_for or message.keeps_for
        if keeps_for is not None:
            parts = with_receipt(message, keeps_for, received_at)
    return [outcome_of(part, origin, rules) for part in parts]


def outcome_of(message: Message, origin: Origin, rules: AlertRules) -> Outcome:
    """By the first rule that matches; a resolution needs none, as it opens nothing."""
    rule = rules.first_match(_subject(message, origin))
    key = origin.failure_key(message.key)
    if rule is not None and rule.ignore:
        return Outcome(message, key, pass_reason=f"{rules.place(rule)} ignores it", rule=rule)
    if isinstance(message, AlertMessage) and message.state in _OPEN_NOTHING:
        return Outcome(message, key, pass_reason=_OPEN_NOTHING[message.state], rule=rule)
    try:
        if isinstance(message, ChangeMessage):
            return _change(message, origin, rules, rule)
        if message.state is AlertState.RESOLVED:
            return _resolution(message, origin, rules, rule)
        if rule is None:
            return Outcome(message, key, refusal=_no_rule(message))
        return _report(message, origin, rules, rule)
    except (MissingLabelError, ValueError) as error:
        assert rule is not None
        return Outcome(message, key, refusal=f"{rules.place(rule)}: {error}", rule=rule)


def _subject(message: Message, origin: Origin) -> Subject:
    return Subject(origin.sender, origin.source, message.name, message.labels)


_OPEN_NOTHING = {
    AlertState.ACKNOWLEDGED: "it is acknowledged, which opens and ends nothing",
    AlertState.NO_DATA: "its monitor has no data or has failed itself, which opens and ends nothing",
}


def _no_rule(message: Message) -> str:
    kind = "change" if isinstance(message, ChangeMessage) else "alert"
    return f"no rule matches the {kind} {message.name or message.key!r}"


def _report(message: AlertMessage, origin: Origin, rules: AlertRules, rule: AlertRule) -> Outcome:
    target = fill(rule.element, message.labels)
    failure_class, error_rate, why = rule.failure_class, None, "stated by the rule"
    if failure_class is None:
        classification = classify(message)
        failure_class, error_rate, why = (
            classification.failure_class,
            classification.error_rate,
            classification.reason,
        )
    if rule.error_rate is not None:
        error_rate = share_of(fill(rule.error_rate, message.labels))
    reason = f"{rules.place(rule)} names {target}; {failure_class.value.lower()}: {why}"
    start = message.at if message.started_at is None else message.started_at
    data = _set_only(
        target=target,
        **{"class": failure_class.value.lower()},
        started_at=_moment(message.started_at),
        ended_at=_moment(_end(message, rule)),
        expected_end=(
            None if rule.expected_in is None or message.is_renewal else _moment(start + rule.expected_in)
        ),
        delay=None if rule.delay is None else _duration(fill(rule.delay, message.labels)),
        error_rate=error_rate if failure_class is FailureClass.TRANSIENT else None,
        scope=_scope(rule, message.labels) or None,
        severity=severity_of(message.severity),
        summary=_summary(message),
        evidence=message.url or None,
    )
    return _alert_event("failure.reported", message, origin, data, (rule, reason))


def _resolution(message: AlertMessage, origin: Origin, rules: AlertRules, rule: AlertRule | None) -> Outcome:
    reason = (
        f"{rules.place(rule)} matches it" if rule else "no rule matches it: it only ends what is on record"
    )
    return _alert_event("failure.resolved", message, origin, {}, (rule, reason))


def _alert_event(
    type_: str,
    message: AlertMessage,
    origin: Origin,
    data: Mapping[str, Any],
    why: tuple[AlertRule | None, str],
) -> Outcome:
    key = origin.failure_key(message.key)
    rule, reason = why
    alert = {
        "sender": origin.sender,
        "source": origin.source,
        "key": key.removeprefix(f"{origin.sender}:{origin.source}:"),
        "state": message.state.value,
        "name": message.name[:_LONGEST_TEXT],
        "reason": reason,
    }
    marks = [message.state.value, message.delivery or str(message.at)]
    if message.state is AlertState.FIRING and message.started_at is not None:
        marks = [
            message.state.value,
            str(message.started_at),
            str(message.ended_at or ""),
            message.severity[:20],
        ]
    event = _event(type_, key, origin, (message.at, *marks)) | {
        "data": {"failure": f"failure:{key}", **data, "alert": alert}
    }
    return Outcome(message, key, event, rule=rule, reason=reason)


def _change(message: ChangeMessage, origin: Origin, rules: AlertRules, rule: AlertRule | None) -> Outcome:
    key = origin.failure_key(message.key)
    if rule is None:
        return Outcome(message, key, refusal=_no_rule(message))
    target = fill(rule.element, message.labels)
    moment_field = "ended_at" if message.is_end else "started_at"
    data = _set_only(
        change=key,
        kind=message.kind,
        elements=[target],
        scope=_scope(rule, message.labels) or None,
        summary=_summary(message),
        version=message.version[:_LONGEST_TEXT] or None,
        evidence=message.url or None,
        by=message.by[:_LONGEST_TEXT] or None,
        **{moment_field: _moment(message.at)},
    )
    type_ = "change.ended" if message.is_end else "change.started"
    reason = f"{rules.place(rule)} names {target}"
    event = _event(type_, key, origin, (message.at, type_, str(message.at))) | {"data": data}
    return Outcome(message, key, event, rule=rule, reason=reason)


def _event(type_: str, key: str, origin: Origin, marks: tuple[Any, ...]) -> dict[str, Any]:
    """The id has what makes it another state of the alert, so that a repetition is a duplicate."""
    at, *rest = marks
    return {
        "specversion": "1.0",
        "id": "/".join((key, *rest)),
        "source": origin.event_source,
        "type": type_,
        "time": _moment(at),
    }


def _end(message: AlertMessage, rule: AlertRule) -> Millis | None:
    """When it ends if no news comes: as the sender states it, else so long after this message."""
    keeps_for = rule.keeps_for or message.keeps_for
    if message.ended_at is not None or keeps_for is None or message.states_start_only:
        return message.ended_at
    return message.at + keeps_for


def _scope(rule: AlertRule, labels: Mapping[str, str]) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    for dimension, texts in rule.scope.items():
        values = [fill(text, labels) for text in texts]
        if dimension.startswith(ATTRIBUTES):
            scope.setdefault("attributes", {})[dimension.removeprefix(ATTRIBUTES)] = values
        else:
            scope[dimension] = values
    return scope


def severity_of(text: str) -> str:
    """The severity that a word of a sender stands for; `error` where it is none."""
    severity_word = text.casefold().replace(" ", "").replace("-", "")
    if severity_word in _NUMBERED:
        return _NUMBERED[severity_word]
    return next((name for name, words in _SEVERITIES if severity_word.startswith(words)), "error")


def _summary(message: Message) -> str | None:
    text = ": ".join(dict.fromkeys(part.strip() for part in (message.name, message.text) if part.strip()))
    return text[:_LONGEST_TEXT] or None


def _duration(text: str) -> str:
    parse_duration(text)
    return text


def _moment(at: Millis | None) -> str | None:
    return None if at is None else moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _set_only(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
