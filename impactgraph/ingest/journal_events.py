"""Events about the work on incidents: what was done, what changed, planned maintenance, and notices."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

import msgspec

from impactgraph.ingest.event_base import EventData, EventHead, Text

MOST_ELEMENTS = 1_000
_Elements: TypeAlias = Annotated[list[Text], msgspec.Meta(max_length=MOST_ELEMENTS)]


class IncidentData(EventData):
    """What somebody did about an incident. `incident` is its key: that of one of its failures."""

    incident: Text
    by: str | None = None
    note: str | None = None
    assignee: str | None = None
    incidents: _Elements | None = None
    """Keys of the incidents that are one with it (`incident.merged`)."""
    failures: _Elements | None = None
    """Keys of the failures that do not belong to it (`incident.split`), or that were part of it
    (`incident.closed`): one that joins it later opens it again.
    """
    playbook: str | None = None
    step: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Number of the step of the playbook (`incident.step_started`, `incident.step_done`,
    `incident.step_undone`).
    """


class ChangeData(EventData):
    """A change of systems: a deployment, a configuration, the start of prices or of a promotion."""

    change: Text
    kind: str | None = None
    elements: _Elements | None = None
    """Full ids of what it changes."""
    scope: dict[str, Any] | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    summary: str | None = None
    version: str | None = None
    evidence: str | None = None
    """Address of its page."""
    by: str | None = None


class MaintenanceData(EventData):
    """Planned maintenance: failures of its elements in its time are expected."""

    maintenance: Text
    elements: _Elements | None = None
    """Full ids; None: every element."""
    scope: dict[str, Any] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    note: str | None = None
    by: str | None = None


class NoticeData(EventData):
    """The outcome of a notice to people or systems."""

    notice: Text
    """The same for every attempt to send it."""
    incident: Text
    rule: Text
    channel: str | None = None
    state: str = "waiting"
    """waiting, sent, failed (tried again), given_up."""
    kind: str | None = None
    """new (default), changed, resolved, step."""
    level: str | None = None
    """none (default), low, medium, high, critical."""
    cause: str | None = None
    """Full id of the likeliest cause."""
    text: str | None = None
    link: str | None = None
    """Address of its page, with the moment in it."""
    reason: str | None = None
    """Why it was not sent."""
    retry_at: datetime | None = None


class IncidentAcknowledged(EventHead, tag="incident.acknowledged"):
    data: IncidentData


class IncidentAssigned(EventHead, tag="incident.assigned"):
    data: IncidentData


class IncidentNoted(EventHead, tag="incident.noted"):
    data: IncidentData


class IncidentMitigated(EventHead, tag="incident.mitigated"):
    data: IncidentData


class IncidentClosed(EventHead, tag="incident.closed"):
    data: IncidentData


class IncidentReopened(EventHead, tag="incident.reopened"):
    data: IncidentData


class IncidentMerged(EventHead, tag="incident.merged"):
    data: IncidentData


class IncidentSplit(EventHead, tag="incident.split"):
    data: IncidentData


class IncidentStepStarted(EventHead, tag="incident.step_started"):
    data: IncidentData


class IncidentStepDone(EventHead, tag="incident.step_done"):
    data: IncidentData


class IncidentStepUndone(EventHead, tag="incident.step_undone"):
    data: IncidentData


class ChangeStarted(EventHead, tag="change.started"):
    data: ChangeData


class ChangeEnded(EventHead, tag="change.ended"):
    data: ChangeData


class MaintenancePlanned(EventHead, tag="maintenance.planned"):
    data: MaintenanceData


class MaintenanceCancelled(EventHead, tag="maintenance.cancelled"):
    data: MaintenanceData


class NoticeChanged(EventHead, tag="notice.changed"):
    data: NoticeData


JournalEvent: TypeAlias = (
    IncidentAcknowledged
    | IncidentAssigned
    | IncidentNoted
    | IncidentMitigated
    | IncidentClosed
    | IncidentReopened
    | IncidentMerged
    | IncidentSplit
    | IncidentStepStarted
    | IncidentStepDone
    | IncidentStepUndone
    | ChangeStarted
    | ChangeEnded
    | MaintenancePlanned
    | MaintenanceCancelled
    | NoticeChanged
)
JournalData: TypeAlias = IncidentData | ChangeData | MaintenanceData | NoticeData
