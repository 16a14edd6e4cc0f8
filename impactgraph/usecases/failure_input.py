"""A failure as GraphQL's FailureInput, which would report it."""

from typing import Any

from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import format_duration
from impactgraph.usecases.failure_events import iso

_ATTRIBUTE = "attributes."


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
        fields["scope"] = _scope(failure.scope)
    return (
        fields
        | {"severity": failure.severity.value, "summary": failure.summary}
        | ({"evidence": failure.evidence} if failure.evidence else {})
    )


def _scope(scope: Scope) -> dict[str, Any]:
    fields: dict[str, Any] = {
        _camel(name): list(values) for name, values in scope.limits if not name.startswith(_ATTRIBUTE)
    }
    attributes = {
        name.removeprefix(_ATTRIBUTE): list(values)
        for name, values in scope.limits
        if name.startswith(_ATTRIBUTE)
    }
    return fields | ({"attributes": attributes} if attributes else {})


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
