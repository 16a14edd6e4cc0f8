"""The life of an incident: its state, who works on it, and the steps that may end it.

Moments are milliseconds since 1970 UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.playbooks import StepEffect
from graph_models.time import Millis


class IncidentState(StrEnum):
    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    MITIGATED = "MITIGATED"
    RESOLVED = "RESOLVED"
    """Its failures have ended, but some of what they did has not healed."""
    CLOSED = "CLOSED"
    """By hand, or because nothing is left to do."""
    QUIET = "QUIET"
    """It affects nothing, nothing explains it, or maintenance is planned."""


class ReportFormat(StrEnum):
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class IncidentLife:
    """What was done about an incident up to a moment, and the state that follows from it."""

    state: IncidentState
    is_acknowledged: bool = False
    assignee: str = ""
    is_flapping: bool = False
    """One of its failures begins and ends again and again, which keeps it open."""
    actions: tuple[IncidentAction, ...] = ()
    """Oldest first."""
    opened_at: Millis = 0
    """When it was last opened: what was acknowledged or closed before does not count."""
    recurred_at: Millis = 0
    """When a failure last began after all was over or closed: steps done before do not count; 0: never."""

    @property
    def version(self) -> int:
        """Number of actions: it differs once somebody has done something."""
        return len(self.actions)

    @property
    def notes(self) -> tuple[IncidentAction, ...]:
        """Actions with words of somebody."""
        return tuple(action for action in self.actions if action.note)

    def step_done(self, playbook: str, step: int) -> IncidentAction | None:
        """The first report that a step was done, since it recurred, and since a report was withdrawn."""
        undone = [action.at for action in self._of_step(IncidentActionKind.STEP_UNDONE, playbook, step)]
        done = self._of_step(IncidentActionKind.STEP_DONE, playbook, step)
        return next((action for action in done if action.at > max(undone, default=0)), None)

    def step_started(self, playbook: str, step: int) -> IncidentAction | None:
        """When somebody started a step, since it recurred."""
        return next(self._of_step(IncidentActionKind.STEP_STARTED, playbook, step), None)

    def _of_step(self, kind: IncidentActionKind, playbook: str, step: int) -> Iterator[IncidentAction]:
        """Since it recurred."""
        of_step = (a for a in self.actions if (a.playbook, a.step) == (playbook, step))
        return (a for a in of_step if a.kind is kind and a.at >= self.recurred_at)


@dataclass(frozen=True, slots=True)
class ChecklistStep:
    """A step of a playbook, for one incident."""

    number: int
    """In the checklist, from 1 on."""
    playbook: str
    """Bare key."""
    step: int
    """Its number in the playbook, from 1 on."""
    text: str
    owner: str | None
    """Bare key of a team."""
    approval: str | None
    """Who must agree first: the bare key of a team, or words."""
    effect: StepEffect | None
    """What it changes; None where the topology does not say."""
    done: IncidentAction | None = None
    started: IncidentAction | None = None
    automation: str | None = None
    """Channel that takes a request when it is started."""


@dataclass(frozen=True, slots=True)
class RankWeights:
    """What one unit of each figure counts in the rank of an incident."""

    promises: float = 0.0
    money: float = 0.0
    """A unit of the reporting currency."""
    customers: float = 0.0
    """An order that is stuck, exposed or upcoming: whose order it is, is not on record."""
    age: float = 0.0
    """An hour since it began."""
