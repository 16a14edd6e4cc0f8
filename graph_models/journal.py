"""What is recorded about the work on incidents: actions, changes, planned maintenance and notices.

Moments are milliseconds since 1970 UTC.
"""

from dataclasses import dataclass
from enum import StrEnum

from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis


class IncidentActionKind(StrEnum):
    """The values are the types of events, without `incident.`."""

    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    NOTED = "noted"
    MITIGATED = "mitigated"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    SPLIT = "split"
    STEP_STARTED = "step_started"
    STEP_DONE = "step_done"
    STEP_UNDONE = "step_undone"


@dataclass(frozen=True, slots=True)
class IncidentAction:
    """What somebody did about an incident."""

    kind: IncidentActionKind
    incident: str
    """Key of the incident then: of one of its failures."""
    at: Millis
    by: str = ""
    note: str = ""
    assignee: str = ""
    incidents: tuple[str, ...] = ()
    """MERGED: keys of the incidents that are one with it."""
    failures: tuple[str, ...] = ()
    """SPLIT: keys of the failures that do not belong to it; CLOSED: of those that were part of it."""
    playbook: str = ""
    step: int = 0
    """Of a step: its number in the playbook, from 1 on."""


class ChangeKind(StrEnum):
    DEPLOYMENT = "deployment"
    CONFIGURATION = "configuration"
    PRICES = "prices"
    PROMOTION = "promotion"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of systems that people made on purpose."""

    key: str
    kind: ChangeKind
    started_at: Millis
    ended_at: Millis | None = None
    elements: tuple[str, ...] = ()
    """Full ids."""
    scope: Scope = EVERYWHERE
    summary: str = ""
    version: str = ""
    evidence: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Planned maintenance: failures of its elements in its time are expected."""

    key: str
    starts_at: Millis
    ends_at: Millis
    elements: tuple[str, ...] = ()
    """Full ids; empty: every element."""
    scope: Scope = EVERYWHERE
    note: str = ""
    by: str = ""


class NoticeState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


class NoticeKind(StrEnum):
    """What a notice says of its incident."""

    NEW = "new"
    CHANGED = "changed"
    RESOLVED = "resolved"
    STEP = "step"
    """A request to carry out a step of a playbook, which somebody has started."""


class NoticeLevel(StrEnum):
    """How much is at stake in an incident, the least first."""

    NONE = "none"
    """Nothing that is known."""
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def height(self) -> int:
        """Compares levels: 0 is the least."""
        return list(NoticeLevel).index(self)


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """The outcome of a notice at a moment; the last record of a notice is its state."""

    notice: str
    incident: str
    rule: str
    at: Millis
    state: NoticeState
    channel: str = ""
    text: str = ""
    reason: str = ""
    retry_at: Millis | None = None
    kind: NoticeKind = NoticeKind.NEW
    level: NoticeLevel = NoticeLevel.NONE
    cause: str = ""
    """Full id of the likeliest cause then."""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """All that was recorded up to a moment, oldest first."""

    actions: tuple[IncidentAction, ...] = ()
    changes: tuple[Change, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    notices: tuple[NoticeRecord, ...] = ()
