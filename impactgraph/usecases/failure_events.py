"""Events of failures that users report: the same types as monitoring sends."""

import hashlib
import itertools
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graph_models.access import MASK
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import Millis, format_duration, moment
from impactgraph.errors import Problem
from impactgraph.ports.ingest import IngestResult
from impactgraph.ports.store import Store

SOURCE = "/impactgraph"
"""CloudEvents source of every event from a use case."""

Data: TypeAlias = dict[str, object]

ATTRIBUTE = "attributes."

_COUNT = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFields:
    """Fields that a report and an update of a failure have in common; None is left out."""

    expected_end: Millis | None = None
    ended_at: Millis | None = None
    delay: Millis | None = None
    drain: Millis | None = None
    error_rate: float | None = None
    scope: Scope | None = None
    evidence: str | None = None

    def data(self) -> Data:
        """The fields as `data` of an event."""
        moments = (("expected_end", self.expected_end), ("ended_at", self.ended_at))
        spans = (("delay", self.delay), ("drain", self.drain))
        values = (("error_rate", self.error_rate), ("evidence", self.evidence))
        fields: Data = {name: iso(at) for name, at in moments if at is not None}
        fields |= {name: format_duration(span) for name, span in spans if span is not None}
        fields |= {name: value for name, value in values if value is not None}
        if self.scope is not None:
            fields["scope"] = scope_data(self.scope)
        return fields


def failure_data(failure: Failure) -> Data:
    """The `data` of failure.reported, without fields that are None."""
    fields: Data = {
        "failure": failure.key,
        "target": failure.target,
        "class": failure.failure_class.value.lower(),
        "started_at": iso(failure.started_at),
        "severity": failure.severity.value.lower(),
        "summary": failure.summary,
    }
    changes = ChangedFields(
        expected_end=failure.expected_end,
        ended_at=failure.ended_at,
        delay=failure.delay,
        drain=failure.drain,
        error_rate=failure.error_rate,
        scope=failure.scope if failure.scope.limits else None,
        evidence=failure.evidence,
    )
    return fields | changes.data()


def scope_data(scope: Scope) -> Data:
    """`attributes.NAME` dimensions as one object under `attributes`."""
    plain: Data = {name: list(values) for name, values in scope.limits if not name.startswith(ATTRIBUTE)}
    attributes = {
        name.removeprefix(ATTRIBUTE): list(values)
        for name, values in scope.limits
        if name.startswith(ATTRIBUTE)
    }
    return plain | {"attributes": attributes} if attributes else plain


def masked_problems(scope: Scope | None) -> tuple[Problem, ...]:
    """Problems with values that stand for others: whoever sees only masks must not record them."""
    return tuple(
        Problem(
            f"scope.{name} has {value!r}, which stands for a value that you may not see. Leave the scope out "
            "to keep it as it is."
        )
        for name, values in (scope.limits if scope is not None else ())
        for value in values
        if value.startswith(MASK)
    )


def content_id(event_type: str, data: Mapping[str, object]) -> str:
    """A hash of the content, so that a repeated report is a duplicate; sorts before every `next_id`."""
    return "0-" + hashlib.sha256(json.dumps([event_type, data], sort_keys=True).encode()).hexdigest()


def next_id(now: Millis) -> str:
    """An id that sorts after all earlier ones: of two changes in one millisecond the later one wins."""
    return f"{now:015d}-{next(_COUNT):09d}-{uuid.uuid4().hex}"


def send(store: Store, event_type: str, data: Data, *, event_id: str, at: Millis) -> IngestResult:
    """Ingests one event; durable when it returns."""
    return store.ingest([event_line(event_type, data, event_id=event_id, at=at)], results=True)


def event_line(
    event_type: str, data: Mapping[str, object], *, event_id: str, at: Millis, source: str = SOURCE
) -> bytes:
    """One event as JSON."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": event_type,
        "time": iso(at),
        "data": data,
    }
    return json.dumps(event).encode()


def problems_of(intake: IngestResult) -> tuple[Problem, ...]:
    return tuple(Problem(event.reason) for event in intake.quarantined)


def problems_in(failure: Failure) -> tuple[Problem, ...]:
    """Problems with the numbers and moments of a failure."""
    return tuple(
        Problem(message)
        for wrong, message in (
            (
                failure.error_rate is not None and not 0 <= failure.error_rate <= 1,
                f"errorRate is {failure.error_rate}; give a share from 0 to 1.",
            ),
            (
                failure.delay is not None and failure.delay < 0,
                "delay is negative; give a duration such as PT15M.",
            ),
            (
                failure.drain is not None and failure.drain < 0,
                "drain is negative; give a duration such as PT15M.",
            ),
            (
                failure.ended_at is not None and failure.ended_at < failure.started_at,
                f"endedAt is before startedAt: {_order_text(failure.ended_at, failure.started_at)}.",
            ),
            (
                failure.expected_end is not None and failure.expected_end < failure.started_at,
                f"expectedEnd is before startedAt: {_order_text(failure.expected_end, failure.started_at)}.",
            ),
        )
        if wrong
    )


def _order_text(end: Millis | None, start: Millis) -> str:
    return f"{iso(end or 0)} is not after {iso(start)}"


def iso(at: Millis) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
