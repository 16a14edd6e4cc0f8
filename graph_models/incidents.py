"""Incidents: alerts that have one cause, and the elements that may be it."""

from dataclasses import dataclass

from graph_models.enums import FailureClass
from graph_models.failure import AlertOrigin
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis


@dataclass(frozen=True, slots=True)
class Alert:
    """What a monitor says of an element. Moments are milliseconds since 1970 UTC."""

    key: str
    """The same for every message about one occurrence."""
    element: str
    """Full id of an element of the topology."""
    started_at: Millis
    ended_at: Millis | None = None
    failure_class: FailureClass | None = None
    """What the monitor saw, where it says so."""
    scope: Scope = EVERYWHERE
    text: str = ""
    is_statement: bool = False
    """True of what a person or a system of record reported: hardly ever a false alarm."""
    origin: AlertOrigin | None = None
    """Whose message it is; None where a question has it."""


@dataclass(frozen=True, slots=True)
class AlertEvidence:
    """An alert that a candidate cause explains."""

    alert: str
    """Key of the alert."""
    likelihood: float
    """That the alert would be there if the candidate were the cause."""
    hops: tuple[str, ...]
    """Full ids from the candidate to the element of the alert, both included."""


@dataclass(frozen=True, slots=True)
class CandidateCause:
    """An element whose failure may be behind an incident."""

    element: str
    """Full id."""
    failure_class: FailureClass
    likelihood: float
    """That it is the cause. Those of an incident, with `unknown`, add up to 1."""
    started_at: Millis
    """When the failure began, as far as its alerts show."""
    explains: tuple[AlertEvidence, ...]
    silent: tuple[str, ...]
    """Full ids of elements with a monitor that should have raised an alert by now and did not."""
    changes: tuple[str, ...] = ()
    """Keys of changes whose place and time fit it, the latest first."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Alerts with one cause."""

    key: str
    """Key of its earliest alert: it stays when later alerts join."""
    alerts: tuple[Alert, ...]
    """Oldest first."""
    causes: tuple[CandidateCause, ...]
    """The likeliest first."""
    unknown: float
    """Likelihood that none of the candidates is the cause: false alarms, or a cause that is not modelled."""

    @property
    def started_at(self) -> Millis:
        """Start of its earliest alert."""
        return self.alerts[0].started_at

    @property
    def is_explained(self) -> bool:
        """Whether one candidate is likelier than no cause at all."""
        return bool(self.causes) and self.causes[0].likelihood > self.unknown
