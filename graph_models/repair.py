"""Repair lists: work to replay, messages to hold or send, and orders to treat first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from graph_models.customer_facts import CustomerNotice
from graph_models.enums import RecordKind
from graph_models.money import Money
from graph_models.time import Millis

T = TypeVar("T")


class ReplayReason(StrEnum):
    """Why something does not come back by itself."""

    DEAD_LETTERED = "DEAD_LETTERED"
    """Its message is in a dead-letter queue."""
    REJECTED = "REJECTED"
    """A schema or a business rule refused it."""
    LOST = "LOST"
    """It was lost on a way that neither tries again nor keeps messages."""
    MISSING = "MISSING"
    """The failure behind it has ended, it is overdue, and nothing announces it."""
    DUPLICATED = "DUPLICATED"
    """It was recorded more often than it should be: what is too much has to be taken back."""


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """A message, posting, notification, task or order that does not come back by itself."""

    order: str
    """Bare key."""
    fulfillment: str
    kind: RecordKind | None
    """None: the order itself, which waits in its step."""
    type: str
    """Of the record; of an order the full id of the step that it waits in."""
    reason: ReplayReason
    system: str
    """Full id of the system from which it is sent again; of a duplicate the one that takes it back."""
    integration: str | None
    """Full id of the way that it takes; None where the step itself refused it."""
    queue: str | None
    """Name of the dead-letter queue; None where the way has none."""
    since: Millis
    why: str
    """Why it does not come back, in a sentence."""
    takes: str
    """What its repair takes, in a sentence."""
    value: Money | None
    """Of a posting its amount, of an order that of its fulfillment; None of other records."""
    likelihood: float
    documents: tuple[str, ...] = ()
    """Document numbers, where they are known."""
    done_at: Millis | None = None
    """When an event showed that it was repaired; None: it is left."""


@dataclass(frozen=True, slots=True)
class ReplayGroup:
    """Items that are sent again from one place."""

    system: str
    integration: str | None
    queue: str | None
    left: int
    done: int
    value: tuple[Money, ...]
    """Of what is left."""


class CommunicationAction(StrEnum):
    """What is to be done about a message to a customer."""

    HOLD = "HOLD"
    """It would go out by itself and would be wrong."""
    SEND = "SEND"
    """Overdue: the customer has not been informed."""
    CORRECT = "CORRECT"
    """It went out and is not true."""


class CommunicationReason(StrEnum):
    """Why a message is to be held, sent or corrected."""

    PROMISE_MISSED = "PROMISE_MISSED"
    """The promise is at least as likely missed because of the failures as kept."""
    NOT_TRUE_YET = "NOT_TRUE_YET"
    """It tells a step that the order has not come to."""
    STATES_PROMISE = "STATES_PROMISE"
    """It names the promise, which is expected to be missed."""
    OVERTAKEN = "OVERTAKEN"
    """It tells a step that the order has left behind long ago."""
    WRONG_CONTENT = "WRONG_CONTENT"
    DUPLICATED = "DUPLICATED"
    """It comes twice."""
    NOT_SENT = "NOT_SENT"
    """It was due, and has not been recorded."""


@dataclass(frozen=True, slots=True)
class Communication:
    """A message to a customer that is to be held, sent or corrected. It is never sent from here."""

    order: str
    """Bare key."""
    fulfillment: str
    action: CommunicationAction
    reason: CommunicationReason
    type: str
    """Type of the message, such as `shipped`; `promise` for one about the promise."""
    notice: CustomerNotice | None
    """What it is for the customer; None of one about the promise."""
    language: str
    channel: str
    """As the workflow states it, such as `mail`; empty where it states none."""
    timezone: str
    likelihood: float
    """That the action is right."""
    due: Millis | None
    """By when it is to be done; None: at once."""
    facts: Mapping[str, Any]
    """For a template, as JSON: the promise (`promisedBy`), by when it is expected now (`expectedBy`), the
    stage, amounts; moments in the time zone of the customer.
    """
    value: Money
    """Of its order."""
    text: str
    """A message that may be sent, in the customer's language; of one to hold, what is true instead."""
    may_say: str
    """The company's own text on what is going on, without internal names; empty where there is none."""


@dataclass(frozen=True, slots=True)
class CommunicationGroup:
    """Messages of one action, language and channel."""

    action: CommunicationAction
    language: str
    channel: str
    count: int
    value: tuple[Money, ...]
    """Of their orders, each once."""


@dataclass(frozen=True, slots=True)
class PressingOrder:
    """An order that keeps its promise if it is treated first."""

    order: str
    """Bare key."""
    fulfillment: str
    step: str
    """Full id of the step that it is in, or waits to enter."""
    location: str | None
    """Bare key."""
    start_at: Millis
    """The earliest start: now, or the expected end of what holds it there."""
    left_to_do: Millis
    """From the start to what is promised, where nothing holds it."""
    promised_by: Millis
    slack: Millis
    """Time between the start and the latest start that keeps the promise."""
    miss_likelihood: float
    """That the promise is missed where it is not treated first."""
    value: Money


@dataclass(frozen=True, slots=True)
class PressingGroup:
    """Orders to treat first in one step at one location."""

    step: str
    location: str | None
    count: int
    value: tuple[Money, ...]
    least_slack: Millis


@dataclass(frozen=True)
class RepairList(Generic[T]):
    """One of the lists, whole and in order, with what is said of all of it."""

    items: tuple[T, ...]
    value: tuple[Money, ...] = ()
    """By currency, each order once; of replays the amounts of the items."""
    why_empty: str | None = None
    """None where it has an item."""
    done: tuple[ReplayItem, ...] = ()
    """Replays only: what is checked off."""
    left_out: int = 0
    """Of orders to treat first: those that miss their promise even then."""
