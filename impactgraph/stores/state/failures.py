"""The state of failures, folded from their events: in each episode, the last event that sets a field wins."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import msgspec

from graph_models.enums import FailureClass, Severity
from graph_models.failure import AlertOrigin, Failure
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis, parse_duration
from impactgraph.ingest.events import AlertData, FailureData
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.failure_life import Episode, FailureChange, failure_life, millis_of

__all__ = ["FailureChange", "changes_by_key", "fold_failures", "read_failure_change"]


class _StoredDetails(msgspec.Struct):
    failure: FailureData


_DECODER = msgspec.json.Decoder(_StoredDetails)


def read_failure_change(
    time: Millis, source: str, id_: str, kind: int, extra: str, seq: int
) -> FailureChange:
    """The event, from its columns in a record; `extra` is its JSON there."""
    data = _DECODER.decode(extra).failure
    return FailureChange(time=time, source=source, id=id_, kind=EventKind(kind), data=data, seq=seq)


def changes_by_key(changes: Iterable[FailureChange]) -> dict[str, list[FailureChange]]:
    """The events of each failure, by its bare key."""
    by_key: dict[str, list[FailureChange]] = {}
    for change in changes:
        by_key.setdefault(change.data.failure, []).append(change)
    return by_key


def fold_failures(changes: Iterable[FailureChange], as_of: Millis | None = None) -> tuple[Failure, ...]:
    """The failures that were reported by `as_of` (None: ever) as they were then, in order of the first report
    of their present episode.
    """
    by_key = changes_by_key(change for change in changes if as_of is None or change.time <= as_of)
    failures = (_failure(key, failure_life(each).episodes) for key, each in by_key.items())
    return tuple(sorted((f for f in failures if f is not None), key=lambda f: (f.reported_at, f.key)))


def _failure(key: str, episodes: tuple[Episode, ...]) -> Failure | None:
    """The last episode, with the former ones; None where it was never reported."""
    former: list[Failure] = []
    for episode in episodes:
        former.append(_of_episode(key, episode, tuple(former)))
    return former[-1] if former else None


def _of_episode(key: str, episode: Episode, former: tuple[Failure, ...]) -> Failure:
    fields = episode.values
    report = episode.first_report
    assert report is not None
    started_at = report.time if episode.started_at is None else episode.started_at
    ended_at = episode.resolved_at
    return Failure(
        key=key,
        target=fields["target"],
        failure_class=FailureClass(fields["failure_class"].upper()),
        started_at=started_at,
        expected_end=millis_of(fields.get("expected_end")),
        # one that was called off before it started has no length
        ended_at=None if ended_at is None else max(ended_at, started_at),
        delay=_span(fields.get("delay")),
        error_rate=fields.get("error_rate"),
        drain=_span(fields.get("drain")),
        scope=scope_of(fields.get("scope")),
        severity=Severity(fields.get("severity", "error").upper()),
        summary=fields.get("summary") or "",
        evidence=fields.get("evidence"),
        alert=_alert(fields.get("alert")),
        source=report.source,
        reported_at=report.time,
        changed_at=episode.changed_at,
        former_episodes=tuple(replace(each, former_episodes=()) for each in former),
    )


def _span(text: str | None) -> Millis | None:
    return parse_duration(text) if text else None


def _alert(data: AlertData | None) -> AlertOrigin | None:
    return None if data is None else AlertOrigin(**msgspec.structs.asdict(data))


def scope_of(limits: Mapping[str, Any] | None) -> Scope:
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
