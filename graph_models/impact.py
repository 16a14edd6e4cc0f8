"""Questions and answers about the blast radius of failures, as GraphQL names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graph_models.enums import Band, Effect, RecordEffect, RecordKind
from graph_models.estimates import Estimates, ToCome
from graph_models.failure import Failure
from graph_models.impairment import Absorption
from graph_models.money import Money
from graph_models.orders import ANY_ORDER, OrderFilter
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.zones import UTC


@dataclass(frozen=True, slots=True)
class Question:
    """A blast radius question.

    `failures` are bare keys of reported failures. With none, and none in `suppose`, it is about all that are
    active at `as_of`.
    """

    failures: tuple[str, ...] = ()
    suppose: tuple[Failure, ...] = ()
    as_of: Millis | None = None
    """None: now."""
    horizon: Millis = 2 * DAY
    assume_recovery: Millis | None = None
    tolerance: Millis = 5 * MINUTE
    min_likelihood: float = 0.05
    where: OrderFilter = ANY_ORDER
    limit: int | None = None
    """Maximum number of elements to follow from the failures; None: no limit. The answer's `frontier` has the
    rest.
    """
    timezone: str = UTC
    """IANA name of the zone of the times in sentences."""


DEFAULT_RECOVERY: Millis = 2 * HOUR


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of an explanation. `source` and `target` are full ids (GraphQL: from, to)."""

    source: str
    target: str
    rule: str
    effect: Effect
    at: Millis
    detail: str


@dataclass(frozen=True, slots=True)
class Path:
    hops: tuple[Hop, ...]
    sentence: str


FindPath: TypeAlias = Callable[[], Path]
"""Makes a path when it is read: of most rows of a list nobody reads it, and it costs more than the rest."""


@dataclass(frozen=True, slots=True)
class RecordTotals:
    kind: RecordKind
    type: str
    effect: RecordEffect
    count: int
    """How many are possible."""
    amount: tuple[Money, ...] = ()
    expected: float = 0.0
    """The sum of their likelihoods."""


@dataclass(frozen=True, slots=True)
class RecordCause:
    """Affected records of one type and effect, by the element that impairs them."""

    kind: RecordKind
    type: str
    effect: RecordEffect
    element: str | None
    """Full id; None where no single element does."""
    failures: tuple[str, ...]
    """Bare keys."""
    count: int
    """How many are possible."""
    expected: float
    """The sum of their likelihoods."""


@dataclass(frozen=True, slots=True)
class OrderTotals:
    orders: int
    expected_orders: float
    """The sum of the likelihoods."""
    fulfillments: int
    stuck: int
    exposed: int
    upcoming: int
    records_only: int
    value: tuple[Money, ...]
    will_miss_promise: int
    """Promises missed because of the failures: the sum of their likelihoods, rounded."""


@dataclass(frozen=True, slots=True)
class ImpactTotals(OrderTotals):
    refunds_at_risk: tuple[Money, ...]
    postings: tuple[RecordTotals, ...]
    notifications: tuple[RecordTotals, ...]
    tasks: int
    supplier_orders: int
    estimates: Estimates


@dataclass(frozen=True, slots=True)
class ImpactGroup:
    """`key` is {"CHANNEL": "web", ...}; a value is None where the order has none."""

    key: Mapping[str, str | None]
    orders: int
    stuck: int
    value: tuple[Money, ...]
    will_miss_promise: int
    estimates: Estimates | None = None
    """None where they were not asked for."""


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """Expected events in the interval [at, at + bucket)."""

    at: Millis
    orders_hit: int
    promises_missed: int
    postings_late: int
    notifications_late: int
    estimates: Estimates | None = None
    """None where they were not asked for."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one of several failures does by itself, and what it adds to the others."""

    failure: Failure
    also_reported_as: tuple[str, ...]
    """Bare keys of other reports of the same failure."""
    alone: Estimates
    adds: Estimates
    """The joint answer less the joint answer without it."""


@dataclass(frozen=True, slots=True)
class CostOfDelayPoint:
    """What the failures of an answer cost if they end at a moment."""

    ends_in: Millis
    """Counted from the moment of the answer."""
    ends_at: Millis
    estimates: Estimates
    reason: str | None
    """What makes the cost grow faster up to here, such as the run of a batch; None where nothing does."""
    to_come: ToCome
    """Orders that are expected to be placed until this end, and affected; not in the estimates."""


@dataclass(frozen=True, slots=True)
class AffectedOrder:
    order: str
    """Bare key."""
    fulfillment: str
    """The worst affected fulfillment of its band, which this row describes."""
    band: Band
    """With several fulfillments: the worst that it is as likely as not to be in, if it is affected."""
    effect: Effect
    first_hit: str
    """Full id of a step."""
    hit_at: Millis
    likelihood: float
    expected_delay: Millis | None
    """Of the fulfillment that is expected to be delayed most; so is the completion."""
    expected_completion: Millis | None
    misses_promise: bool
    """`miss_likelihood` is at least one half."""
    value: Money
    find_path: FindPath
    miss_likelihood: float = 0.0
    """That it misses its promise because of the failures: it would keep it without them."""
    late_anyway: float = 0.0
    """That it misses its promise in any case."""

    @property
    def path(self) -> Path:
        """From the failure to the order; made anew each time that it is read."""
        return self.find_path()


@dataclass(frozen=True, slots=True)
class AffectedRecord:
    """A record that the failures make late, missing, wrong, duplicate or out of sequence."""

    kind: RecordKind
    order: str
    fulfillment: str
    type: str
    effect: RecordEffect
    likelihood: float
    due: Millis | None
    expected_at: Millis | None
    amount: Money | None
    location: str | None
    find_path: FindPath

    @property
    def path(self) -> Path:
        """From the failure to the record; made anew each time that it is read."""
        return self.find_path()


@dataclass(frozen=True, slots=True)
class OwnerShare:
    team: str
    """Bare key."""
    elements: tuple[str, ...]
    """Full ids of the impaired elements that the team owns."""
    orders: int
    value: tuple[Money, ...]
    playbooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    affected: bool
    sentence: str
    paths: tuple[Path, ...]
    stopped_by: tuple[Absorption, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Orders in flight about which an answer says nothing, as nobody can tell where they are."""

    element: str | None
    """Full id of their step, else of their workflow; None where not even that is known."""
    reason: str
    """As the end of a sentence."""
    orders: int
    value: tuple[Money, ...]
    oldest_order: str
    """Bare key of the one that was placed first."""


@dataclass(frozen=True, slots=True)
class AwaitingReplay:
    """What a failure that has ended, or one that nobody reported, left in dead-letter queues."""

    failure: str | None
    """Bare key; None where no failure on record explains it."""
    orders: int
    """Orders that go on only when their message is sent again."""
    records: int
    """Postings, messages and other records that come only when they are sent again."""
    value: tuple[Money, ...]
    """Of the orders, and of the orders of these records."""
    oldest_order: str
    """Bare key of the one that was placed first."""


@dataclass(frozen=True, slots=True)
class ResidualTotals:
    """Orders after the end of a failure: recovered, recovering, and those that need a replay or a person."""

    healed: int
    healing: int
    need_action: int
    drained_by: Millis | None
