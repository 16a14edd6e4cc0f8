"""A failure of an element: reported, or supposed for a what-if question."""

from dataclasses import dataclass

from graph_models.enums import FailureClass, Severity
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis


@dataclass(frozen=True, slots=True)
class AlertOrigin:
    """The alert of a monitoring system that a failure was made from."""

    sender: str
    """Kind of system, such as `alertmanager`."""
    source: str
    """Which one of them, by its name in the file of sources."""
    key: str
    """Identifies the alert among those of the source."""
    state: str = "firing"
    """As the sender has it."""
    name: str = ""
    """Of the monitor or rule that raised it."""
    reason: str = ""
    """Why it is about this element, in this class."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Moments are milliseconds since 1970 UTC, durations milliseconds."""

    key: str
    target: str
    """Full id of an element of the topology."""
    failure_class: FailureClass
    started_at: Millis
    expected_end: Millis | None = None
    """The reported estimate of the end."""
    ended_at: Millis | None = None
    delay: Millis | None = None
    error_rate: float | None = None
    drain: Millis | None = None
    scope: Scope = EVERYWHERE
    severity: Severity = Severity.ERROR
    summary: str = ""
    evidence: str | None = None
    source: str = ""
    reported_at: Millis = 0
    changed_at: Millis = 0
    """Time of the last event about it."""
    is_supposed: bool = False
    """True for a what-if question; such a failure is not stored."""
    alert: AlertOrigin | None = None
    """None: a person or a system of record reported it."""
    former_episodes: tuple["Failure", ...] = ()
    """The times before that it occurred and ended, oldest first; all else is about its last one."""

    @property
    def id(self) -> str:
        return f"failure:{self.key}"

    @property
    def episodes(self) -> tuple["Failure", ...]:
        """All times that it occurred, oldest first."""
        return *self.former_episodes, self

    def should_have_ended(self, at: Millis) -> bool:
        """Whether its expected end has passed and no end is known: the forecast assumes that it ends soon."""
        return self.ended_at is None and self.expected_end is not None and self.expected_end < at

    def active_at(self, at: Millis) -> bool:
        """Whether it has started and not ended. An expected end in the past does not end a failure."""
        return self.started_at <= at and (self.ended_at is None or at < self.ended_at)
