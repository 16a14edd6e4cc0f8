"""Why an order is stuck, and what should have happened and did not: the words of GraphQL's Diagnosis, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from graph_models.enums import RecordEffect, RecordKind
from graph_models.impact import Path
from graph_models.money import Money
from graph_models.time import Millis


class DiagnosisState(StrEnum):
    """The closed set of verdicts on an order."""

    ON_TRACK = "ON_TRACK"
    WAITING = "WAITING"
    """Waits as it should, until a moment that is known."""
    AT_RISK = "AT_RISK"
    """Flows now, and a known failure will hold it or make it miss its promise."""
    STUCK = "STUCK"
    """By a known failure."""
    STUCK_WITH_OTHERS = "STUCK_WITH_OTHERS"
    """Overdue, and what the overdue have in common was found."""
    STUCK_ALONE = "STUCK_ALONE"
    """Overdue, and nothing in common with others."""
    FAILED = "FAILED"
    DEAD_LETTERED = "DEAD_LETTERED"
    """Waits for a replay."""
    RECORD_MISSING = "RECORD_MISSING"
    OUT_OF_SEQUENCE = "OUT_OF_SEQUENCE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Cause:
    """What would explain a trouble. `kind` is failure, common_factor, element, error or normal."""

    kind: str
    likelihood: float
    evidence: str
    failure: str | None = None
    """Bare key."""
    element: str | None = None
    """Full id."""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class CommonFactor:
    """What the overdue share against those that are not. A pair of dimensions is `a+b`, its values `x+y`."""

    dimension: str
    value: str
    overdue_with: int
    total_with: int
    overdue_without: int
    total_without: int
    lift: float
    """Share of overdue with it over the share without it."""
    p_value: float
    """Corrected for the number of factors tried."""


@dataclass(frozen=True, slots=True)
class OverdueGroup:
    key: Mapping[str, str | None]
    overdue: int
    total: int
    value: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Others in the same step (and location): how many are overdue, of how many."""

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
    kind: RecordKind
    type: str
    due: Millis
    late_by: Millis
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """A record that is missing, late, doubled, wrong (its amount differs from what was expected) or out of sequence, found from expectation."""

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


@dataclass(frozen=True, slots=True)
class RateFinding:
    """An hour in which a type of record came more often or less often than it usually does at that hour."""

    kind: RecordKind
    type: str
    since: Millis
    """The hour's first moment."""
    count: int
    usual: float
    """Median of the same hour of the day, or of the week, before."""
    low: float
    high: float
    """The usual range."""
    hours: int
    """How many hours of the past it was held against."""
    season: str
    """hour_of_day or hour_of_week."""
    amount: tuple[Money, ...] = ()
    """What was posted in that hour."""
    likely_cause: Cause | None = None


class PayloadKind(StrEnum):
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    INCOMPLETE = "INCOMPLETE"
    STOCK_DIFFERENCE = "STOCK_DIFFERENCE"
    ERROR_TEMPLATE = "ERROR_TEMPLATE"


@dataclass(frozen=True, slots=True)
class StockFigure:
    """What a system last said is on hand."""

    location: str
    """Bare key."""
    item: str
    system: str
    on_hand: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class PayloadFinding:
    """Trouble in what messages say: one group of orders, errors or figures that belong together."""

    kind: PayloadKind
    sentence: str
    key: Mapping[str, str]
    """What makes the group, by name."""
    count: int
    """Orders (of duplicates: all of them), errors, or how far figures are apart."""
    total: int
    """Of how many; 0 where that does not apply."""
    since: Millis
    until: Millis
    value: tuple[Money, ...] = ()
    """Of the orders; of duplicates, of all but the first of each."""
    orders: tuple[str, ...] = ()
    """Bare keys of at most 5, the latest first."""
    samples: tuple[str, ...] = ()
    """In their own words: messages, figures; at most 3."""
    suspects: tuple[Cause, ...] = ()
    """Best first."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The service desk's answer for one order."""

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


class DriftKind(StrEnum):
    """What of a step, a location, a mode or a channel is no longer as it was."""

    DURATION = "DURATION"
    ERRORS = "ERRORS"
    REROUTES = "REROUTES"
    REJECTIONS = "REJECTIONS"
    CANCELLATIONS = "CANCELLATIONS"


@dataclass(frozen=True, slots=True)
class Drift:
    """Since when it is another than before. `before` and `after`: median milliseconds of a DURATION, else events for each chance."""

    kind: DriftKind
    dimension: str
    """step, hand-over, record, location, mode or channel."""
    value: str
    since: Millis
    before: float
    after: float
    p_value: float
    """Corrected for the splits and the series that were looked at."""
    orders: int
    """In flight there."""
    worth: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class DriftGroup:
    """Findings of one kind and dimension that began at about the same time, and went the same way. What is not of all together is the median, or the least."""

    kind: DriftKind
    dimension: str
    since: Millis
    before: float
    after: float
    p_value: float
    orders: int
    """In flight there; one with parts at several places counts at each."""
    worth: tuple[Money, ...]
    members: tuple[Drift, ...]
    """At least one, the most orders behind it first."""
