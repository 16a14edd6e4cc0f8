"""Expected numbers and amounts, each with the range that holds the truth in four of five cases."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of orders, promises or records; low <= expected <= high."""

    expected: float
    """The sum of the likelihoods."""
    low: float
    high: float
    possible: int
    """How many are counted at all: those above the least likelihood of the question."""


@dataclass(frozen=True, slots=True)
class MoneyEstimate:
    """An amount of one currency; low <= expected <= high."""

    currency: str
    expected: Decimal
    low: Decimal
    high: Decimal
    converted: bool = False
    """Whether amounts of other currencies were converted into it."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """All totals of a blast radius, or of a part of it."""

    orders: Estimate
    stuck: Estimate
    exposed: Estimate
    upcoming: Estimate
    records_only: Estimate
    promises_missed: Estimate
    """Promises that would be kept without the failures."""
    postings: Estimate
    notifications: Estimate
    tasks: Estimate
    supplier_orders: Estimate
    value: tuple[MoneyEstimate, ...]
    refunds_at_risk: tuple[MoneyEstimate, ...]
