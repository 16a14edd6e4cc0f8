"""Expected numbers and amounts, each with the range that holds the truth in four of five cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from graph_models.time import Millis


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
    """Whether it is the sum of all currencies, converted into the reporting currency."""
    rates_as_of: Millis | None = None
    """The date of the rates, of a converted amount."""


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
    """One of each currency; then the converted one, where there are rates for all of them."""
    refunds_at_risk: tuple[MoneyEstimate, ...]


@dataclass(frozen=True, slots=True)
class ToCome:
    """Orders that are expected to be placed while the failures last, and affected by them.

    Of each estimate `possible` is how many of those that may be placed until the latest end can be affected.
    """

    until: Millis
    """When the last failure is expected to end."""
    placed: Estimate
    affected: Estimate
    promises_missed: Estimate
    """Promises that would be kept without the failures."""
    value: tuple[MoneyEstimate, ...]
    """Of the affected ones, as in `Estimates`."""
    assumptions: tuple[str, ...]
    """From which history they are expected, and what it means that they cannot be placed; sentences."""


def exact_amounts(amounts: Sequence[MoneyEstimate]) -> tuple[MoneyEstimate, ...]:
    """One of each currency."""
    return tuple(each for each in amounts if not each.converted)


def converted_amount(amounts: Sequence[MoneyEstimate]) -> MoneyEstimate | None:
    """The sum of all currencies in the reporting currency, where there is one."""
    return next((each for each in amounts if each.converted), None)


def comparable_amount(amounts: Sequence[MoneyEstimate], currency: str | None) -> Decimal:
    """What the amounts are worth in the reporting currency, to rank by; 0 where that is not known."""
    amount = converted_amount(amounts)
    if amount is not None:
        return amount.expected
    is_of_it = len(amounts) == 1 and amounts[0].currency == currency
    return amounts[0].expected if is_of_it else Decimal(0)
