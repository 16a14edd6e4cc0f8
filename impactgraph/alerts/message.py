"""Messages of a delivery, in one form for all senders: alerts, and changes of systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from graph_models.time import MINUTE, Millis

NO_LABELS: Mapping[str, str] = {}
SENT_WITHIN: Millis = MINUTE
"""So long before its receipt a message may have been sent that does not say when."""


class AlertState(StrEnum):
    """As the sender has it."""

    FIRING = "firing"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    """Somebody works on it; it fires still."""
    NO_DATA = "no_data"
    """The monitor has nothing to judge by, has failed itself, or has not decided yet."""


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """One state of one alert. Moments are milliseconds since 1970 UTC, durations milliseconds."""

    key: str
    """Identifies the alert among those of the source."""
    state: AlertState
    at: Millis
    """When it came into this state, by the clock of the sender."""
    name: str = ""
    """Of the monitor or rule that raised it."""
    text: str = ""
    started_at: Millis | None = None
    """Where the sender states it."""
    ended_at: Millis | None = None
    """Where the sender states it; of a firing alert: when it ends if no news comes."""
    labels: Mapping[str, str] = field(default_factory=lambda: NO_LABELS)
    severity: str = ""
    """In the words of the sender."""
    url: str = ""
    keeps_for: Millis | None = None
    """How long it fires where the sender never says that it ended."""
    delivery: str = ""
    """Id of the message, where the sender has no better mark of the state than it."""
    is_renewal: bool = False
    """It fires still, or again: its start is that of an alert that may have ended since."""
    is_present: bool = False
    """It is so as the message is sent: the same message after an end says that the alert fires again."""

    @property
    def states_start_only(self) -> bool:
        """Whether it says since when the alert fires and not when that was so: repetitions are the same."""
        return self.state is AlertState.FIRING and self.started_at is not None and self.at <= self.started_at


@dataclass(frozen=True, slots=True)
class ChangeMessage:
    """The start or the end of a change of systems: a deployment, a configuration."""

    key: str
    is_end: bool
    at: Millis
    kind: str = "deployment"
    name: str = ""
    text: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: NO_LABELS)
    version: str = ""
    url: str = ""
    by: str = ""


def with_renewal(message: AlertMessage) -> tuple[AlertMessage, ...]:
    """The start of an alert and its last change, where both are stated: it may have ended in between."""
    started_at = message.started_at
    if message.state is not AlertState.FIRING or started_at is None or message.at <= started_at:
        return (message,)
    return replace(message, at=started_at), replace(message, started_at=None, is_renewal=True)


def with_receipt(message: AlertMessage, keeps_for: Millis, received_at: Millis) -> tuple[AlertMessage, ...]:
    """The start of an alert that is repeated with nothing but its start, and that it fires still as this is
    received, until `keeps_for` has passed.
    """
    at = max(message.started_at or 0, received_at - SENT_WITHIN)
    start = replace(message, is_present=False)
    return start, replace(start, at=at, started_at=None, is_renewal=True, ended_at=received_at + keeps_for)


Message: TypeAlias = AlertMessage | ChangeMessage


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The content of one delivery."""

    messages: Sequence[Message] = ()
    pass_reasons: Sequence[str] = ()
    """What it has that opens and ends nothing, each with the reason."""
    withheld: int = 0
    """Alerts that the sender left out of the delivery."""
    confirm: str = ""
    """Address that the sender waits to see visited before it sends anything."""


class MalformedAlertError(ValueError):
    """The document is not one of this sender; the message is the reason."""
