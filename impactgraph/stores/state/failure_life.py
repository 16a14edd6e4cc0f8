"""Life of a failure: a state machine over the events of one failure, in the order of their times.

States and transitions are drawn in docs/events.md. Each step depends on earlier events only, so a past moment
shows what was known then, and the order of arrival does not matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from graph_models.time import Millis, moment
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.events import FailureData
from impactgraph.stores.state.event_kinds import EventKind


@dataclass(frozen=True, slots=True)
class FailureChange:
    """One event about a failure."""

    time: Millis
    source: str
    id: str
    kind: EventKind
    data: FailureData
    seq: int = 0
    """Sequence number in the record."""

    @property
    def is_report(self) -> bool:
        return self.kind is EventKind.FAILURE_REPORTED

    @property
    def started_at(self) -> Millis | None:
        return millis_of(self.data.started_at)

    @property
    def ended_at(self) -> Millis | None:
        """The end that it states in so many words."""
        return millis_of(self.data.ended_at)

    @property
    def expected_end(self) -> Millis | None:
        return millis_of(self.data.expected_end)

    @property
    def resolves(self) -> bool:
        """Whether it is the end, without stating one."""
        return self.kind is EventKind.FAILURE_RESOLVED and self.data.ended_at is UNSET


@dataclass(slots=True)
class Episode:
    """One time that a failure occurred: its values by field of `FailureData`.

    Before its first report it holds what was said in advance, such as a resolution that is ahead of its
    report.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    first_report: FailureChange | None = None
    resolved_at: Millis | None = None
    """The end, as stated or by the time of a resolution; it may be before the start of an announced failure
    that was called off.
    """
    changed_at: Millis = 0
    """Time of its last event."""

    @property
    def started_at(self) -> Millis | None:
        """None before its first report, unless an update states it."""
        start = millis_of(self.values.get("started_at", UNSET))
        if start is None and self.first_report is not None:
            return self.first_report.time
        return start

    def is_over_before(self, report: FailureChange) -> bool:
        """Whether a report is of a new episode: one that starts after the end of this one."""
        start = report.time if report.started_at is None else report.started_at
        return self.resolved_at is not None and start > self.resolved_at

    def contradiction(self, change: FailureChange) -> str | None:
        """Why a change cannot apply, with how to correct it; None where it can."""
        start = self.started_at if change.started_at is None else change.started_at
        if start is None and change.is_report:
            start = change.time
        if start is None:
            return None
        for name, end in (("ended_at", change.ended_at), ("expected_end", change.expected_end)):
            if end is not None and end < start:
                return (
                    f"data.{name}: {_text(end)} is before the failure starts, {_text(start)}. Send the event "
                    "again, with the same source and id and a later end, or correct started_at."
                )
        keeps_end = change.data.ended_at is UNSET and not change.resolves
        if change.started_at is not None and keeps_end and self.is_over_before(change):
            end = _text(self.resolved_at or 0)
            return (
                f"data.started_at: {_text(start)} is after the end on record, {end}. "
                "Report the failure (failure.reported) if it began again, or state its ended_at too."
            )
        return None

    def apply(self, change: FailureChange) -> None:
        for name in FailureData.__struct_fields__:
            value = getattr(change.data, name)
            if value is not UNSET:
                self.values[name] = value
        if change.data.ended_at is not UNSET:
            self.resolved_at = change.ended_at
        elif change.resolves:
            # a resolution that is repeated later does not move the end
            self.resolved_at = min(change.time, self.resolved_at or change.time)
        if change.is_report and self.first_report is None:
            self.first_report = change
        self.changed_at = change.time


@dataclass(frozen=True, slots=True)
class FailureLife:
    """`episodes`: the reported ones, in order; `contradictions`: events that do not apply, with the reason of
    each.
    """

    episodes: tuple[Episode, ...]
    contradictions: tuple[tuple[FailureChange, str], ...]


def failure_life(changes: Iterable[FailureChange]) -> FailureLife:
    """The life of one failure after these events, which may be in any order."""
    episodes = [Episode()]
    contradictions: list[tuple[FailureChange, str]] = []
    for change in sorted(changes, key=lambda each: (each.time, each.kind, each.source, each.id)):
        is_new = change.is_report and episodes[-1].is_over_before(change)
        episode = Episode() if is_new else episodes[-1]
        reason = episode.contradiction(change)
        if reason is not None:
            contradictions.append((change, reason))
            continue
        if is_new:
            episodes.append(episode)
        episode.apply(change)
    reports = tuple(episode for episode in episodes if episode.first_report is not None)
    return FailureLife(reports, tuple(contradictions))


def millis_of(value: Any) -> Millis | None:
    """Of a datetime, or of a moment in milliseconds; None of None and of what is not stated."""
    if value is None or value is UNSET:
        return None
    return value if isinstance(value, int) else moment_millis(value)


def _text(at: Millis) -> str:
    return moment(at).isoformat(timespec="seconds").replace("+00:00", "Z")
