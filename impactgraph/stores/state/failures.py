"""The state of failures, folded from their events: of each field the event with the greatest key wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from msgspec import UNSET

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis, parse_duration
from impactgraph.ingest.events import FailureData, moment_millis
from impactgraph.stores.state.event_kinds import EventKind


class _StoredDetails(msgspec.Struct):
    failure: FailureData


_DECODER = msgspec.json.Decoder(_StoredDetails)


@dataclass(frozen=True, slots=True)
class FailureChange:
    """One event about a failure."""

    time: Millis
    source: str
    id: str
    kind: EventKind
    data: FailureData


def read_failure_change(time: Millis, source: str, id_: str, kind: int, extra: str) -> FailureChange:
    """The event, from its columns in a record; `extra` is its JSON there."""
    data = _DECODER.decode(extra).failure
    return FailureChange(time=time, source=source, id=id_, kind=EventKind(kind), data=data)


def fold_failures(changes: Iterable[FailureChange], as_of: Millis | None = None) -> tuple[Failure, ...]:
    """The failures that were reported by `as_of` (None: ever) as they were then, in order of their first
    report.
    """
    by_key: dict[str, list[FailureChange]] = {}
    for change in changes:
        if as_of is None or change.time <= as_of:
            by_key.setdefault(change.data.failure, []).append(change)
    failures = [
        _failure(key, sorted(each, key=lambda n: (n.time, n.kind, n.source, n.id)))
        for key, each in by_key.items()
    ]
    return tuple(sorted((f for f in failures if f), key=lambda f: (f.reported_at, f.key)))


def _failure(key: str, changes: Sequence[FailureChange]) -> Failure | None:
    """The failure after these changes, which are in order; None where it was never reported."""
    reports = [change for change in changes if change.kind is EventKind.FAILURE_REPORTED]
    if not reports:
        return None
    fields = _last_values(changes)
    first = reports[0]
    return Failure(
        key=key,
        target=fields["target"],
        failure_class=FailureClass(fields["failure_class"].upper()),
        started_at=_millis(fields.get("started_at")) or first.time,
        expected_end=_millis(fields.get("expected_end")),
        ended_at=_millis(fields.get("ended_at")),
        delay=_span(fields.get("delay")),
        error_rate=fields.get("error_rate"),
        drain=_span(fields.get("drain")),
        scope=_scope(fields.get("scope")),
        severity=Severity(fields.get("severity", "error").upper()),
        summary=fields.get("summary") or "",
        evidence=fields.get("evidence"),
        source=first.source,
        reported_at=first.time,
    )


def _last_values(changes: Iterable[FailureChange]) -> dict[str, Any]:
    """By field, the value of the last change that sets it."""
    fields: dict[str, Any] = {}
    for change in changes:
        for name in FailureData.__struct_fields__:
            value = getattr(change.data, name)
            if value is not UNSET:
                fields[name] = value
        if change.kind is EventKind.FAILURE_RESOLVED and change.data.ended_at is UNSET:
            fields["ended_at"] = change.time
    return fields


def _millis(value: Any) -> Millis | None:
    """Of a datetime, or of a moment in milliseconds."""
    return value if value is None or isinstance(value, int) else moment_millis(value)


def _span(text: str | None) -> Millis | None:
    return parse_duration(text) if text else None


def _scope(limits: Mapping[str, Any] | None) -> Scope:
    """`attributes: {brand: [x]}` becomes the dimension `attributes.brand`; a single value stands for a list
    of it.
    """
    if not limits:
        return EVERYWHERE
    dimensions: dict[str, list[str]] = {}
    for name, values in limits.items():
        if name != "attributes":
            dimensions[name] = _values(name, values)
            continue
        for attribute, members in cast("Mapping[str, Any]", values).items():
            dimensions[f"attributes.{attribute}"] = _values(attribute, members)
    return Scope.from_mapping(dimensions)


def _values(dimension: str, members: Any) -> list[str]:
    values = cast("list[Any]", members if isinstance(members, list) else [members])
    return [_bare_key(dimension, str(value)) for value in values]


def _bare_key(dimension: str, value: str) -> str:
    """The bare key of an id with its kind."""
    kind = {"locations": "location:", "workflows": "workflow:"}.get(dimension, "")
    return value.removeprefix(kind) if kind else value
