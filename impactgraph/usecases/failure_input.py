"""A failure as GraphQL's FailureInput, which would report it."""

from collections.abc import Mapping
from typing import Any

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import format_duration, parse_duration, parse_moment
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.update_failure import FailureChange

_ATTRIBUTE = "attributes."
_MOMENTS = ("startedAt", "expectedEnd", "endedAt")


def failure_input(failure: Failure) -> dict[str, Any]:
    """The fields that are set, without the id: each report gets its own."""
    fields: dict[str, Any] = {
        "target": failure.target,
        "class": failure.failure_class.value,
        "startedAt": iso(failure.started_at),
    }
    moments = (("expectedEnd", failure.expected_end), ("endedAt", failure.ended_at))
    fields |= {name: iso(at) for name, at in moments if at is not None}
    fields |= {
        name: format_duration(span)
        for name, span in (("delay", failure.delay), ("drain", failure.drain))
        if span is not None
    }
    if failure.error_rate is not None:
        fields["errorRate"] = failure.error_rate
    if not failure.scope.everything:
        fields["scope"] = scope_fields(failure.scope)
    return (
        fields
        | {"severity": failure.severity.value, "summary": failure.summary}
        | ({"evidence": failure.evidence} if failure.evidence else {})
    )


def failure_in(fields: Mapping[str, Any], *, key: str) -> Failure:
    """The failure that `failure_input` gave these fields of, with a key."""
    moments = {name: parse_moment(fields[name]) if name in fields else None for name in _MOMENTS}
    spans = {name: parse_duration(fields[name]) if name in fields else None for name in ("delay", "drain")}
    started_at = moments["startedAt"]
    assert started_at is not None
    return Failure(
        key=key,
        target=fields["target"],
        failure_class=FailureClass(fields["class"]),
        started_at=started_at,
        expected_end=moments["expectedEnd"],
        ended_at=moments["endedAt"],
        delay=spans["delay"],
        error_rate=fields.get("errorRate"),
        drain=spans["drain"],
        scope=scope_in(fields.get("scope", {})),
        severity=Severity(fields["severity"]),
        summary=fields["summary"],
        evidence=fields.get("evidence"),
    )


def scope_in(fields: Mapping[str, Any]) -> Scope:
    """The scope of GraphQL's ScopeInput."""
    plain = {_snake(name): values for name, values in fields.items() if name != "attributes"}
    attributes = {f"{_ATTRIBUTE}{name}": values for name, values in fields.get("attributes", {}).items()}
    return Scope.from_mapping(plain | attributes)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def change_input(change: FailureChange) -> dict[str, Any]:
    """A change as GraphQL's FailureUpdate: the fields that are set."""
    moments = (
        ("startedAt", change.started_at),
        ("expectedEnd", change.expected_end),
        ("endedAt", change.ended_at),
    )
    spans = (("delay", change.delay), ("drain", change.drain))
    values = (
        ("errorRate", change.error_rate),
        ("severity", change.severity),
        ("summary", change.summary),
        ("evidence", change.evidence),
    )
    fields: dict[str, Any] = {name: iso(at) for name, at in moments if at is not None}
    fields |= {name: format_duration(span) for name, span in spans if span is not None}
    fields |= {name: value for name, value in values if value is not None}
    return fields | ({"scope": scope_fields(change.scope)} if change.scope is not None else {})


def scope_fields(scope: Scope) -> dict[str, Any]:
    """The scope as GraphQL's ScopeInput."""
    fields: dict[str, Any] = {
        camel_case(name): list(values) for name, values in scope.limits if not name.startswith(_ATTRIBUTE)
    }
    attributes = {
        name.removeprefix(_ATTRIBUTE): list(values)
        for name, values in scope.limits
        if name.startswith(_ATTRIBUTE)
    }
    return fields | ({"attributes": attributes} if attributes else {})


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
