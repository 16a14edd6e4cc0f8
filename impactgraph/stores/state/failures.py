"""Failures out of their events: of each field the event with the greatest (time, source, id) wins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from msgspec import UNSET

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis, parse_duration
from impactgraph.ingest.events import FailureData, moment_millis
from impactgraph.stores.state.kinds import Kind


class _Kept(msgspec.Struct):
    failure: FailureData


_KEPT = msgspec.json.Decoder(_Kept)


@dataclass(frozen=True, slots=True)
class FailureNews:
    """One event about a failure."""

    time: Millis
    source: str
    id: str
    kind: Kind
    data: FailureData


def read_news(time: Millis, source: str, id_: str, kind: int, kept: str) -> FailureNews:
    """From what a record keeps of it."""
    return FailureNews(time, source, id_, Kind(kind), _KEPT.decode(kept).failure)


def fold_failures(news: Iterable[FailureNews], as_of: Millis | None = None) -> tuple[Failure, ...]:
    """Those reported by `as_of` (all: None), as they were then, in order of when they were first reported."""
    known: dict[str, list[FailureNews]] = {}
    for item in news:
        if as_of is None or item.time <= as_of:
            known.setdefault(item.data.failure, []).append(item)
    failures = [
        _failure(key, sorted(told, key=lambda n: (n.time, n.kind, n.source, n.id)))
        for key, told in known.items()
    ]
    return tuple(sorted((f for f in failures if f), key=lambda f: (f.reported_at, f.key)))


def _failure(key: str, told: list[FailureNews]) -> Failure | None:
    reports = [item for item in told if item.kind is Kind.FAILURE_REPORTED]
    if not reports:
        return None
    said: dict[str, Any] = {}
    for item in told:
        said |= {
            name: value
            for name in FailureData.__struct_fields__
            if (value := getattr(item.data, name)) is not UNSET
        }
        if item.kind is Kind.FAILURE_RESOLVED and item.data.ended_at is UNSET:
            said["ended_at"] = item.time
    first = reports[0]
    return Failure(
        key=key,
        target=said["target"],
        failure_class=FailureClass(said["failure_class"].upper()),
        started_at=_millis(said.get("started_at")) or first.time,
        expected_end=_millis(said.get("expected_end")),
        ended_at=_millis(said.get("ended_at")),
        delay=_span(said.get("delay")),
        error_rate=said.get("error_rate"),
        drain=_span(said.get("drain")),
        scope=_scope(said.get("scope")),
        severity=Severity(said.get("severity", "error").upper()),
        summary=said.get("summary") or "",
        evidence=said.get("evidence"),
        source=first.source,
        reported_at=first.time,
    )


def _millis(value: Any) -> Millis | None:
    """Of a datetime, or of a moment that is milliseconds already."""
    return value if value is None or isinstance(value, int) else moment_millis(value)


def _span(text: str | None) -> Millis | None:
    return parse_duration(text) if text else None


def _scope(said: Mapping[str, Any] | None) -> Scope:
    """`attributes: {brand: [x]}` becomes the dimension `attributes.brand`; one word stands for a list of one."""
    if not said:
        return EVERYWHERE
    limits: dict[str, list[str]] = {}
    for name, values in said.items():
        inner = cast("Mapping[str, Any]", values) if name == "attributes" else {name: values}
        for dimension, members in inner.items():
            words = cast("list[Any]", members if isinstance(members, list) else [members])
            limits[f"attributes.{dimension}" if name == "attributes" else dimension] = [
                _word(dimension, str(word)) for word in words
            ]
    return Scope.from_mapping(limits)


def _word(dimension: str, word: str) -> str:
    """The bare key where an id with its kind was said."""
    kind = {"locations": "location:", "workflows": "workflow:"}.get(dimension, "")
    return word.removeprefix(kind) if kind else word
