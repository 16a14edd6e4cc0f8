"""Diagnosis of orders: verdicts, causes, missing records, payload findings and drift, as GraphQL names
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from graph_models.customer_facts import CustomerFacts
from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import Path
from graph_models.money import Money
from graph_models.playbooks import LanguageTexts
from graph_models.time import Millis


class DiagnosisState(StrEnum):
    """The verdicts on an order."""

    ON_TRACK = "ON_TRACK"
    WAITING = "WAITING"
    """Waits as planned: for a run, within the limit of its step, or for its customer to collect it."""
    AT_RISK = "AT_RISK"
    """Currently on schedule, but a reported failure will hold it or make it miss its promise."""
    LATE = "LATE"
    """No failure holds it, but its promise was missed or will be."""
    STUCK = "STUCK"
    """Held by a reported failure."""
    STUCK_WITH_OTHERS = "STUCK_WITH_OTHERS"
    """Overdue, and overdue orders have a common factor."""
    STUCK_ALONE = "STUCK_ALONE"
    """Overdue, without a factor in common with other overdue orders."""
    FAILED = "FAILED"
    DEAD_LETTERED = "DEAD_LETTERED"
    """Its message is in a dead-letter queue and waits for a replay."""
    RECORD_MISSING = "RECORD_MISSING"
    OUT_OF_SEQUENCE = "OUT_OF_SEQUENCE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible explanation. `kind` is failure, common_factor, element, error or normal."""

    kind: str
    likelihood: float
    evidence: str
    failure: str | None = None
    """Bare key."""
    element: str | None = None
    """Full id."""
    path: Path | None = None
    also_reported_as: tuple[str, ...] = ()
    """Bare keys of other reports of the same failure."""


@dataclass(frozen=True, slots=True)
class Blame:
    """What one of several failures has of their joint answer on an order."""

    failures: tuple[str, ...]
    """Bare keys: several where the same failure was reported under several."""
    alone: float
    """Likelihood that it affects the order by itself."""
    adds: float
    """Joint likelihood less that without it."""
    share: float
    """Shares of an order add up to the joint likelihood."""


@dataclass(frozen=True, slots=True)
class CommonFactor:
    """An attribute value that is more common among overdue orders.

    A pair of dimensions is `a+b`, its value `x+y`.
    """

    dimension: str
    value: str
    overdue_with: int
    total_with: int
    overdue_without: int
    total_without: int
    lift: float
    """Share of overdue orders among those with the value, divided by the share among those without it."""
    p_value: float
    """Corrected for the number of factors tested."""


@dataclass(frozen=True, slots=True)
class OverdueGroup:
    key: Mapping[str, str | None]
    overdue: int
    total: int
    value: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Fulfillments in the same step (and location), and how many of them are overdue."""

    step: str
    """Full id."""
    location: str | None
    """Bare key."""
    overdue: int
    total: int
    sample: tuple[str, ...]
    """Bare keys of overdue orders, longest overdue first, at most 5."""
    in_common: tuple[CommonFactor, ...]


@dataclass(frozen=True, slots=True)
class MissingRecord:
    """A record that has not arrived, or that arrived before one that it must follow."""

    kind: RecordKind
    type: str
    due: Millis
    late_by: Millis
    """Since it was due, until it arrived; 0 where it arrived in time."""
    amount: Money | None = None
    arrived_at: Millis | None = None
    """None while it is missing."""
    follows: str | None = None
    """Type of the posting that it must follow and that arrived later, or has not arrived."""
    sentence: str | None = None
    """What a system lacks by its list: `not in ERP finance as of 15:33 UTC`; None of a record."""


class ListingKind(StrEnum):
    """How the list of a system differs from what is here."""

    MISSING = "MISSING"
    """It should be there by the moment of the list, and the list lacks it."""
    UNKNOWN = "UNKNOWN"
    """The list has an id that nothing here has."""
    AMOUNT = "AMOUNT"
    CURRENCY = "CURRENCY"
    STATE = "STATE"


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list of a system says about one order, fulfillment or document, and where that differs."""

    kind: ListingKind
    system: str
    """Bare key."""
    listed_id: str | None
    """As the list has it; None where it lacks it."""
    at: Millis
    """The moment of the list."""
    amount: Money | None = None
    """As listed."""
    state: str | None = None
    """The system's word."""
    expected_state: str | None = None
    """What it is here, in words."""
    step: str | None = None
    """Full id of the step that brings it there; MISSING only."""
    record: str | None = None
    """Type of the posting, message, task or supplier order that brings it there, where one does."""
    recorded_at: Millis | None = None
    """When an event showed that it was brought there, before the list."""
    changed_at: Millis | None = None
    """When the order was last changed here, where it was."""
    sentence: str = ""
    """Such as `not in ERP finance as of 15:33 UTC`."""


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """A record that differs from what its workflow requires.

    It is missing, late, duplicate, wrong (its amount differs from the expected one) or out of sequence.
    """

    order: str
    """Bare key."""
    fulfillment: str
    kind: RecordKind
    type: str
    effect: RecordEffect
    due: Millis | None
    late_by: Millis | None
    amount: Money | None
    expected_amount: Money | None
    likely_cause: Cause | None = None
    arrived_at: Millis | None = None
    """None where it is missing, and where several records make the finding."""
    follows: str | None = None
    """Out of sequence: type of the posting that it must follow."""
    listing: Listing | None = None
    """Of a finding on what a system lists."""


@dataclass(frozen=True, slots=True)
class RateFinding:
    """An hour in which records of a type were more or less frequent than usual at that hour."""

    kind: RecordKind
    type: str
    since: Millis
    """Start of the hour."""
    count: int
    usual: float
    """Median count of the same hour of the day, or of the week, in the past."""
    low: float
    high: float
    """The usual range."""
    hours: int
    """Number of past hours that the count was compared with."""
    season: str
    """hour_of_day or hour_of_week."""
    amount: tuple[Money, ...] = ()
    """Amounts posted in that hour."""
    likely_cause: Cause | None = None


class PayloadKind(StrEnum):
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    INCOMPLETE = "INCOMPLETE"
    STOCK_DIFFERENCE = "STOCK_DIFFERENCE"
    ERROR_TEMPLATE = "ERROR_TEMPLATE"


@dataclass(frozen=True, slots=True)
class StockFigure:
    """The quantity on hand that a system last reported."""

    location: str
    """Bare key."""
    item: str
    system: str
    on_hand: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class PayloadFinding:
    """A data problem in messages: one group of orders, errors or stock figures with the same problem."""

    kind: PayloadKind
    sentence: str
    key: Mapping[str, str]
    """The values that define the group, by name."""
    count: int
    """Number of orders (duplicates: all of them) or errors, or the difference of stock figures."""
    total: int
    """The number of orders compared; 0 where that does not apply."""
    since: Millis
    until: Millis
    value: tuple[Money, ...] = ()
    """Value of the orders; of duplicates, all but the first of each set."""
    orders: tuple[str, ...] = ()
    """Bare keys of at most 5 orders, latest first."""
    samples: tuple[str, ...] = ()
    """At most 3 original messages or figures."""
    suspects: tuple[Cause, ...] = ()
    """Best first."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The diagnosis of one order: its verdict with causes, deviations from the expected records, and
    advice.
    """

    state: DiagnosisState
    since: Millis | None
    headline: str
    causes: tuple[Cause, ...] = ()
    """Best first."""
    missing: tuple[MissingRecord, ...] = ()
    out_of_sequence: tuple[MissingRecord, ...] = ()
    peers: PeerGroup | None = None
    next_expected: Millis | None = None
    owner: str | None = None
    """Bare key of a team."""
    playbooks: tuple[str, ...] = ()
    """Bare keys."""
    customer_message: str | None = None
    """In the customer's language, in the normal form."""
    customer_facts: CustomerFacts | None = None
    """What the message to the customer must say."""
    customer_texts: tuple[LanguageTexts, ...] = ()
    """The company's own texts on what is going on, from playbooks, the best first."""
    left_out: tuple[str, ...] = ()
    """Sentences on failures that do not count as reported, since nothing has a value of their scope."""


class DriftKind(StrEnum):
    """Which measure of a step, location, mode or channel changed."""

    DURATION = "DURATION"
    ERRORS = "ERRORS"
    REROUTES = "REROUTES"
    REJECTIONS = "REJECTIONS"
    CANCELLATIONS = "CANCELLATIONS"


@dataclass(frozen=True, slots=True)
class Drift:
    """A measure that changed at `since`.

    `before` and `after` are median milliseconds for DURATION, otherwise the share of visits with such an
    event.
    """

    kind: DriftKind
    dimension: str
    """step, hand-over, record, location, mode or channel."""
    value: str
    since: Millis
    before: float
    after: float
    p_value: float
    """Corrected for the number of split points and series tested."""
    orders: int
    """Number of orders in flight there."""
    worth: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class DriftGroup:
    """Changes of one kind and dimension that began at about the same time and have the same direction.

    `since` and `p_value` are the least of the members', `before` and `after` the median.
    """

    kind: DriftKind
    dimension: str
    since: Millis
    before: float
    after: float
    p_value: float
    orders: int
    """Orders in flight there; an order with fulfillments at several places counts once for each."""
    worth: tuple[Money, ...]
    members: tuple[Drift, ...]
    """At least one, in descending order of orders in flight."""
